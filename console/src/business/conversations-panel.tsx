import { Badge, Button } from "@mantine/core";
import { IconHandStop, IconRobot } from "../icons.ts";
import { useAct } from "../api/simulator.ts";
import { handBack, takeOver, useConversations } from "../api/queries.ts";
import type { Conversation } from "../api/types.ts";
import { showError } from "../show-error.ts";
import { useShop } from "../shop.ts";
import { readableNumber, whenOf } from "../time.ts";
import styles from "./conversations.module.css";
import { Instead, Panel } from "./panel.tsx";
import { isWithPeople, states } from "./states.ts";
import { Thread } from "./thread.tsx";

type Props = { chosen: Conversation | undefined; onChoose: (id: string) => void };

/** The list of conversations, and the one that is open. */
export function ConversationsPanel({ chosen, onChoose }: Props) {
  const { data = [], isPending, error } = useConversations();
  return (
    <Panel
      label="Conversations"
      title="Conversations"
      actions={chosen && <WhoSpeaks key={chosen.id} conversation={chosen} />}
    >
      {data.length === 0 ? (
        <Instead pending={isPending} error={error}>
          No conversations yet. Ring the business and let it ring out.
        </Instead>
      ) : (
        <div className={styles.split}>
          <ul className={styles.list} aria-label="All conversations">
            {data.map((conversation) => (
              <Row
                key={conversation.id}
                conversation={conversation}
                chosen={conversation.id === chosen?.id}
                onChoose={onChoose}
              />
            ))}
          </ul>
          {chosen && <Thread key={chosen.id} conversation={chosen} />}
        </div>
      )}
    </Panel>
  );
}

function Row({
  conversation,
  chosen,
  onChoose,
}: {
  conversation: Conversation;
  chosen: boolean;
  onChoose: (id: string) => void;
}) {
  const { zone, now } = useShop();
  const look = states[conversation.state];
  const at = conversation.last_message?.created_at ?? conversation.last_message_at;
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-current={chosen || undefined}
        onClick={() => onChoose(conversation.id)}
      >
        <span className={styles.rowTop}>
          <strong>{nameOf(conversation)}</strong>
          {at && <time dateTime={at}>{whenOf(at, zone, now)}</time>}
        </span>
        <span className={styles.rowText}>{conversation.last_message?.body ?? ""}</span>
        <span className={styles.rowEnd}>
          <Badge size="sm" variant="light" color={look.color} className={styles.badge}>
            {look.label}
          </Badge>
          {conversation.unread_count > 0 && (
            <span className={styles.unread} aria-label={`${conversation.unread_count} unread`}>
              {conversation.unread_count}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

function WhoSpeaks({ conversation }: { conversation: Conversation }) {
  const giving = useAct(handBack);
  const taking = useAct(takeOver);
  const look = states[conversation.state];
  const onError = (error: Error) => showError("Nothing was changed", error);
  return (
    <>
      <span className={styles.speaking} role="status">
        <span className={styles.dot} style={{ background: `var(--mantine-color-${look.color}-6)` }} />
        {look.speaking}
      </span>
      {isWithPeople(conversation.state) && (
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconRobot size={14} />}
          loading={giving.isPending}
          onClick={() => giving.mutate(conversation.id, { onError })}
        >
          Hand back
        </Button>
      )}
      {conversation.state !== "human_active" && conversation.state !== "closed" && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconHandStop size={14} />}
          loading={taking.isPending}
          onClick={() => taking.mutate(conversation.id, { onError })}
        >
          Take over
        </Button>
      )}
    </>
  );
}

function nameOf({ contact, customer_e164 }: Conversation): string {
  const name = contact?.display_name;
  return name || (customer_e164 ? readableNumber(customer_e164) : "Unknown number");
}
