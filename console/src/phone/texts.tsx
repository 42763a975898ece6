import { ActionIcon, Textarea } from "@mantine/core";
import { IconArrowUp, IconPhoneCheck, IconPhoneX } from "../icons.ts";
import { useLayoutEffect, useRef, useState } from "react";
import { sendText, useAct } from "../api/simulator.ts";
import type { PhoneCall, PhoneText } from "../api/simulator.ts";
import { showError } from "../show-error.ts";
import { useShop } from "../shop.ts";
import { dateKey, dayOf, timeOf } from "../time.ts";
import { Linked } from "./linked.tsx";
import styles from "./phone.module.css";

type Entry = { id: string; at: string } & (
  { kind: "text"; text: PhoneText } | { kind: "call"; call: PhoneCall }
);

type Props = {
  holder: "customer" | "owner";
  number: string;
  usable: boolean;
  texts: PhoneText[];
  calls: PhoneCall[];
};

/** The thread with the business, as the person holding the phone sees it, and the line to write in. */
export function Texts({ holder, number, usable, texts, calls }: Props) {
  const { zone } = useShop();
  const end = useRef<HTMLDivElement>(null);
  const entries = inOrder(texts, calls);
  const newest = entries.at(-1)?.id;
  useLayoutEffect(() => {
    end.current?.scrollTo({ top: end.current.scrollHeight });
  }, [newest]);
  return (
    <>
      <div className={styles.thread} ref={end} role="log" aria-label="Text messages" tabIndex={0}>
        {entries.length === 0 && <p className={styles.empty}>{emptyText(holder)}</p>}
        {entries.map((entry, index) => {
          const before = entries[index - 1];
          const newDay = !before || dateKey(before.at, zone) !== dateKey(entry.at, zone);
          return (
            <div key={entry.id} className={styles.entry}>
              {newDay && <span className={styles.date}>{dayOf(entry.at, zone)}</span>}
              {entry.kind === "text" ? (
                <Bubble text={entry.text} time={timeOf(entry.at, zone)} />
              ) : (
                <CallEntry call={entry.call} time={timeOf(entry.at, zone)} />
              )}
            </div>
          );
        })}
      </div>
      <Writer number={number} usable={usable} />
    </>
  );
}

function Bubble({ text, time }: { text: PhoneText; time: string }) {
  return (
    <div className={styles.bubble} data-direction={text.direction}>
      <p>
        <Linked text={text.body} />
      </p>
      <time dateTime={text.at}>{time}</time>
    </div>
  );
}

function CallEntry({ call, time }: { call: PhoneCall; time: string }) {
  const answered = call.outcome === "answered";
  const Icon = answered ? IconPhoneCheck : IconPhoneX;
  return (
    <span className={styles.callEntry}>
      <Icon size={13} aria-hidden /> You called{call.outcome === "missed" ? ", no answer" : ""} · {time}
    </span>
  );
}

function Writer({ number, usable }: { number: string; usable: boolean }) {
  const [body, write] = useState("");
  const send = useAct(sendText, { line: number });
  const submit = () => {
    const text = body.trim();
    if (text === "" || !usable) return;
    write("");
    send.mutate(
      { from: number, body: text },
      {
        onError: (error) => {
          write((since) => since || text);
          showError("The text was not sent", error);
        },
      },
    );
  };
  return (
    <form
      className={styles.writer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        aria-label="Text message to the business"
        placeholder="Text message"
        autosize
        minRows={1}
        maxRows={4}
        radius="lg"
        size="sm"
        className={styles.input}
        value={body}
        maxLength={1600}
        disabled={!usable}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <ActionIcon
        type="submit"
        size={36}
        radius="xl"
        aria-label="Send"
        disabled={!usable || body.trim() === ""}
      >
        <IconArrowUp size={18} />
      </ActionIcon>
    </form>
  );
}

function emptyText(holder: Props["holder"]): string {
  return holder === "owner"
    ? "Texts to the owner arrive here: missed calls, and what needs a person."
    : "Call the business and let it ring out, or write a text.";
}

function inOrder(texts: PhoneText[], calls: PhoneCall[]): Entry[] {
  const all: Entry[] = [
    ...calls.map((call) => ({ kind: "call" as const, id: call.call_sid, at: call.at, call })),
    ...texts.map((text) => ({ kind: "text" as const, id: text.id, at: text.at, text })),
  ];
  return all.toSorted((a, b) => a.at.localeCompare(b.at));
}
