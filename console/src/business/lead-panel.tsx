import { Badge, Timeline } from "@mantine/core";
import {
  IconCalendarCheck,
  IconCalendarX,
  IconCircleDot,
  IconMessage,
  IconPhoneX,
  IconRobot,
  IconTrophy,
  IconUserUp,
} from "../icons.ts";
import { useLead } from "../api/queries.ts";
import type { Conversation, LeadEvent } from "../api/types.ts";
import { useShop } from "../shop.ts";
import { readableNumber, whenOf } from "../time.ts";
import styles from "./lead.module.css";
import { Instead, Panel } from "./panel.tsx";

const statusColor: Record<string, string> = { active: "blue", booked: "green", won: "lagoon", lost: "gray" };

/** The lead behind the open conversation: where it stands, and how it got there. */
export function LeadPanel({ conversation }: { conversation: Conversation | undefined }) {
  const contactId = conversation?.contact_id ?? conversation?.contact?.id;
  const { data: lead, isPending, error } = useLead(contactId);
  return (
    <Panel
      label="Lead"
      title={lead ? `Lead ${lead.public_id}` : "Lead"}
      actions={
        lead && (
          <Badge
            variant="light"
            color={statusColor[lead.status.toLowerCase()] ?? "gray"}
            className={styles.status}
          >
            {readable(lead.status)}
          </Badge>
        )
      }
    >
      {conversation && lead ? (
        <div className={styles.content} tabIndex={0} role="group" aria-label="History of the lead">
          <Person conversation={conversation} />
          <Events events={lead.timeline ?? []} />
        </div>
      ) : (
        <Instead pending={contactId != null && isPending} error={error}>
          A missed call opens a lead. Its history will stand here.
        </Instead>
      )}
    </Panel>
  );
}

function Person({ conversation }: { conversation: Conversation }) {
  const { contact, customer_e164 } = conversation;
  const number = readableNumber(customer_e164);
  const name = contact?.display_name || "Unknown caller";
  return (
    <div className={styles.person}>
      <strong>{name}</strong>
      {name !== number && <span>{number}</span>}
      {contact?.sms_unsubscribed && (
        <Badge size="sm" color="red" variant="light" className={styles.status}>
          Opted out of texts
        </Badge>
      )}
    </div>
  );
}

function Events({ events }: { events: LeadEvent[] }) {
  const { zone, now } = useShop();
  if (events.length === 0) return <Instead>Nothing has happened yet.</Instead>;
  const newestFirst = events.toReversed();
  return (
    <Timeline bulletSize={22} lineWidth={2} className={styles.timeline}>
      {newestFirst.map((event) => (
        <Timeline.Item
          key={event.id}
          bullet={iconOf(event.type)}
          title={event.summary || readable(event.type)}
        >
          <time dateTime={event.created_at}>{whenOf(event.created_at, zone, now)}</time>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

const icons: [RegExp, typeof IconMessage][] = [
  [/cancel/, IconCalendarX],
  [/book|schedul|mov/, IconCalendarCheck],
  [/miss|call/, IconPhoneX],
  [/escalat|hand|human|owner/, IconUserUp],
  [/ai|reception/, IconRobot],
  [/won|lost|status/, IconTrophy],
  [/text|sms|message|repl/, IconMessage],
];

function iconOf(type: string) {
  const Icon = icons.find(([pattern]) => pattern.test(type.toLowerCase()))?.[1] ?? IconCircleDot;
  return <Icon size={13} aria-hidden />;
}

/** "MISSED_CALL" → "Missed call", "lead.created" → "Lead created". */
function readable(type: string): string {
  const words = type.replaceAll(/[._]/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
