import { ActionIcon, TextInput } from "@mantine/core";
import { IconRobot, IconSend, IconUser } from "../icons.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { markRead, sendAsBusiness, useMessages } from "../api/queries.ts";
import { useAct } from "../api/simulator.ts";
import type { Conversation, Message } from "../api/types.ts";
import { showError } from "../show-error.ts";
import { useShop } from "../shop.ts";
import { whenOf } from "../time.ts";
import styles from "./conversations.module.css";
import { Instead } from "./panel.tsx";
import { speakers } from "./states.ts";

const troubled = new Set(["undelivered", "failed", "held", "cancelled"]);

/** One conversation as the business sees it: every message with who said it and what became of it. */
export function Thread({ conversation }: { conversation: Conversation }) {
  const { data = [], isPending, error } = useMessages(conversation.id);
  const box = useRef<HTMLDivElement>(null);
  const newest = data.at(-1)?.id;
  const { mutate: read } = useAct(markRead);
  const isUnread = conversation.unread_count > 0 && newest !== undefined;
  useEffect(() => {
    if (isUnread) read(conversation.id);
  }, [isUnread, newest, conversation.id, read]);
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [newest]);
  return (
    <div className={styles.thread}>
      <div className={styles.messages} ref={box} role="log" aria-label="Conversation" tabIndex={0}>
        {data.length === 0 ? (
          <Instead pending={isPending} error={error}>
            No messages yet.
          </Instead>
        ) : (
          data.map((message) => <Line key={message.id} message={message} />)
        )}
      </div>
      <Reply conversation={conversation} />
    </div>
  );
}

function Line({ message }: { message: Message }) {
  const { zone, now } = useShop();
  const Icon = message.sender === "ai" ? IconRobot : message.sender === "employee" ? IconUser : undefined;
  return (
    <div className={styles.message} data-sender={message.sender}>
      <span className={styles.said}>
        {Icon && <Icon size={13} aria-hidden />}
        <b>{speakers[message.sender]}</b>
        <time dateTime={message.created_at}>{whenOf(message.created_at, zone, now)}</time>
        {message.direction === "out" && (
          <span data-troubled={troubled.has(message.status) || undefined}>{message.status}</span>
        )}
      </span>
      <p>{message.body}</p>
    </div>
  );
}

function Reply({ conversation }: { conversation: Conversation }) {
  const [message, write] = useState("");
  const send = useAct(sendAsBusiness, { line: conversation.id });
  const to = conversation.customer_e164;
  const submit = () => {
    const text = message.trim();
    if (text === "") return;
    write("");
    send.mutate(
      { to_number: to, message: text },
      {
        onSuccess: ({ status }) => {
          if (status === "suppressed") {
            showError("Not sent", new Error("This customer opted out of texts; nothing was delivered."));
          }
        },
        onError: (error) => {
          write((since) => since || text);
          showError("The text was not sent", error);
        },
      },
    );
  };
  return (
    <form
      className={styles.reply}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        aria-label="Reply as your team"
        placeholder="Reply as your team"
        size="sm"
        value={message}
        maxLength={1600}
        onChange={(event) => write(event.currentTarget.value)}
        className={styles.replyInput}
      />
      <ActionIcon
        type="submit"
        size={36}
        variant="light"
        aria-label="Send reply"
        disabled={message.trim() === ""}
      >
        <IconSend size={17} />
      </ActionIcon>
    </form>
  );
}
