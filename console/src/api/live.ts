import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { currentKey } from "./desk.ts";

const streamPath = "/api/v1/events/stream";
const firstWaitMs = 500;
const longestWaitMs = 15_000;
const gatherMs = 120;

export type Connection = "connecting" | "live" | "offline";

/**
 * Follows the workspace's event stream and has what is on the page read again when something happened. EventSource cannot
 * send a key, so the stream is read with fetch. Reconnects with growing pauses, going on after the last event seen.
 */
export function useLive(): Connection {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const stop = new AbortController();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      }, gatherMs);
    };
    void follow(stop.signal, setConnection, refresh);
    return () => {
      stop.abort();
      clearTimeout(gathering);
    };
  }, [client]);
  return connection;
}

async function follow(
  signal: AbortSignal,
  report: (connection: Connection) => void,
  onEvent: () => void,
): Promise<void> {
  let lastId: string | undefined;
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    try {
      const response = await fetch(streamPath, {
        signal,
        headers: {
          accept: "text/event-stream",
          authorization: `Bearer ${currentKey()}`,
          ...(lastId === undefined ? {} : { "last-event-id": lastId }),
        },
      });
      if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
      report("live");
      onEvent();
      waitMs = firstWaitMs;
      for await (const id of eventIds(response.body)) {
        lastId = id ?? lastId;
        onEvent();
      }
    } catch {
      if (signal.aborted) return;
    }
    report("offline");
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
}

/** One id (or undefined) per event that arrives; comments, which keep the line open, are passed over. */
async function* eventIds(body: ReadableStream<Uint8Array>): AsyncGenerator<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      if (!lines.some((line) => line.startsWith("data:"))) continue;
      yield lines
        .find((line) => line.startsWith("id:"))
        ?.slice(3)
        .trim();
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
