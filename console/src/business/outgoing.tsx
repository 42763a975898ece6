import { Button, Tabs } from "@mantine/core";
import { IconBell, IconHandStop, IconMail, IconMessage } from "../icons.ts";
import { useState } from "react";
import { release, useGuardDecisions, useScheduledMessages } from "../api/queries.ts";
import type { GuardDecision, ScheduledMessage } from "../api/types.ts";
import { useAct } from "../api/simulator.ts";
import { showError } from "../show-error.ts";
import { useShop } from "../shop.ts";
import { readableNumber, whenOf } from "../time.ts";
import styles from "./outgoing.module.css";
import { Instead } from "./panel.tsx";

/** What will leave, what left, and what was held back and why. */
export function Outgoing() {
  const scheduled = useScheduledMessages();
  const held = useGuardDecisions();
  const pending = (scheduled.data ?? []).filter(({ status }) => status === "pending").length;
  const heldBack = held.data ?? [];
  const [tab, setTab] = useState<string | null>("scheduled");
  return (
    <section className={styles.panel} aria-label="Messages to come">
      <Tabs value={tab} onChange={setTab} className={styles.tabs} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="scheduled" leftSection={<IconBell size={15} aria-hidden />}>
            Scheduled <Count of={pending} />
          </Tabs.Tab>
          <Tabs.Tab value="held" leftSection={<IconHandStop size={15} aria-hidden />}>
            Held back <Count of={heldBack.length} />
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="scheduled" className={styles.body}>
          {scheduled.data && scheduled.data.length > 0 ? (
            <ul className={styles.list} tabIndex={0} aria-label="Scheduled messages">
              {inOrder(scheduled.data).map((message) => (
                <Scheduled key={message.id} message={message} />
              ))}
            </ul>
          ) : (
            <Instead pending={scheduled.isPending} error={scheduled.error}>
              A booking schedules its confirmation and reminders here.
            </Instead>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="held" className={styles.body}>
          {heldBack.length > 0 ? (
            <ul className={styles.list} tabIndex={0} aria-label="Messages held back">
              {heldBack.map((decision) => (
                <HeldBack key={decision.id} decision={decision} />
              ))}
            </ul>
          ) : (
            <Instead pending={held.isPending} error={held.error}>
              Nothing was held back. Opt-outs, quiet hours and the like stop messages here.
            </Instead>
          )}
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Count({ of: count }: { of: number }) {
  return count > 0 ? <span className={styles.count}>{count}</span> : null;
}

function Scheduled({ message }: { message: ScheduledMessage }) {
  const { zone, now } = useShop();
  const Icon = message.channel === "sms" ? IconMessage : IconMail;
  const channel = message.channel === "sms" ? "Text" : "E-mail";
  const at = message.sent_at ?? message.due_at;
  return (
    <li className={styles.row} data-status={message.status} data-testid="scheduled-message">
      <Icon size={16} aria-hidden className={styles.icon} />
      <span className={styles.what}>
        <strong>{kindOf(message)}</strong>
        <span>
          {channel}
          {message.recipient_name ? ` to ${message.recipient_name}` : " to the customer"}
          {message.reason && message.status !== "sent" && ` · ${message.reason.replaceAll("_", " ")}`}
        </span>
      </span>
      <span className={styles.when}>
        <time dateTime={at}>{whenOf(at, zone, now)}</time>
        <span className={styles.status}>{message.status}</span>
      </span>
    </li>
  );
}

function HeldBack({ decision }: { decision: GuardDecision }) {
  const { zone, now } = useShop();
  const releasing = useAct(release);
  const { message_id: messageId } = decision;
  return (
    <li className={styles.row} data-status="held" data-testid="held-back">
      <IconHandStop size={16} aria-hidden className={styles.icon} />
      <span className={styles.what}>
        <strong>{readable(decision.guard)}</strong>
        <span>{decision.explanation}</span>
        {decision.body && <q title={decision.body}>{decision.body}</q>}
        {decision.decision === "held" && messageId && !releasing.isSuccess && (
          <Button
            size="compact-xs"
            variant="default"
            mt={4}
            loading={releasing.isPending}
            onClick={() =>
              releasing.mutate(messageId, { onError: (error) => showError("The text was not sent", error) })
            }
          >
            Send anyway
          </Button>
        )}
      </span>
      <span className={styles.when}>
        <time dateTime={decision.created_at}>{whenOf(decision.created_at, zone, now)}</time>
        <span className={styles.status}>
          {decision.until ? `until ${whenOf(decision.until, zone, now)}` : decision.decision}
        </span>
        <span>{readableNumber(decision.to_e164)}</span>
      </span>
    </li>
  );
}

function kindOf({ kind, label, offset_minutes: minutes }: ScheduledMessage): string {
  if (kind !== "reminder") return readable(kind);
  if (label) return label;
  if (!minutes) return "Reminder";
  return minutes % 1440 === 0
    ? `Reminder, ${plural(minutes / 1440, "day")} before`
    : minutes % 60 === 0
      ? `Reminder, ${plural(minutes / 60, "hour")} before`
      : `Reminder, ${minutes} min before`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

// Still to come first, soonest on top; then what is over, newest on top.
function inOrder(messages: ScheduledMessage[]): ScheduledMessage[] {
  const open = ({ status }: ScheduledMessage) => status === "pending" || status === "sending";
  return messages.toSorted((a, b) => {
    if (open(a) !== open(b)) return open(a) ? -1 : 1;
    return open(a) ? a.due_at.localeCompare(b.due_at) : b.due_at.localeCompare(a.due_at);
  });
}

function readable(code: string): string {
  const words = code.replaceAll(/[._-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
