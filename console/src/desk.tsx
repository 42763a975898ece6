import { useMemo, useState } from "react";
import { useLive } from "./api/live.ts";
import { useCompany, useConversations } from "./api/queries.ts";
import type { Session } from "./api/simulator.ts";
import { Calendar } from "./business/calendar.tsx";
import { ConversationsPanel } from "./business/conversations-panel.tsx";
import { LeadPanel } from "./business/lead-panel.tsx";
import { Outgoing } from "./business/outgoing.tsx";
import { ClockBar } from "./clock/clock-bar.tsx";
import { Shop } from "./shop.ts";
import { useSimulatedNow } from "./clock/use-simulated-now.ts";
import styles from "./desk.module.css";
import { Phone } from "./phone/phone.tsx";

/** The page: a phone on the left, the business on the right, the clock above both. */
export function Desk({ session }: { session: Session }) {
  const connection = useLive();
  const { data: company } = useCompany();
  const now = useSimulatedNow();
  const shop = useMemo(
    () => ({
      name: company?.name ?? titleOf(session.workspace.slug),
      zone: session.time_zone,
      number: session.business_number,
      owner: session.owner_number,
      staff: session.staff,
      now,
    }),
    [company?.name, session, now],
  );
  const { data: conversations = [] } = useConversations();
  const [chosenId, choose] = useState<string>();
  const chosen = conversations.find(({ id }) => id === chosenId) ?? conversations[0];
  return (
    <Shop value={shop}>
      <div className={styles.app}>
        <ClockBar connection={connection} />
        <main className={styles.main}>
          <section className={styles.phone} aria-label="Phone">
            <Phone session={session} />
          </section>
          <section className={styles.business} aria-label={`The desk of ${shop.name}`}>
            <ConversationsPanel chosen={chosen} onChoose={choose} />
            <LeadPanel conversation={chosen} />
            <Calendar />
            <Outgoing />
          </section>
        </main>
      </div>
    </Shop>
  );
}

function titleOf(slug: string): string {
  return slug.replaceAll("-", " ").replace(/^\w/, (letter) => letter.toUpperCase());
}
