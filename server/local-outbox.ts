import type { Database } from "./kernel/database.ts";
import type { Timestamp, Json } from "./kernel/tables.ts";
import type { LocalEntry, LocalSink } from "./providers/local-sink.ts";

type Extras = Pick<LocalEntry, "replyTo" | "headers"> & {
  /** Contents in base64. */
  attachments?: { filename: string; contentType: string; content: string }[];
};

export interface LocalOutboxTable {
  key: string;
  channel: string;
  recipient: string;
  sender: string;
  subject: string | null;
  body: string;
  html: string | null;
  extras: Json<Extras>;
  at: Timestamp;
  sent_for: string | null;
}

declare module "./kernel/tables.ts" {
  interface Tables {
    local_outbox: LocalOutboxTable;
  }
}

/** What the local adapters "sent", kept in the database so that every node and the simulator see the same. */
export function databaseSink(database: Database): LocalSink {
  return {
    async put(entry) {
      await database.system("simulator", (kysely) =>
        kysely
          .insertInto("local_outbox")
          .values({
            key: entry.key,
            channel: entry.channel,
            recipient: entry.to,
            sender: entry.from,
            subject: entry.subject ?? null,
            body: entry.body,
            html: entry.html ?? null,
            extras: JSON.stringify(extrasOf(entry)),
            at: entry.at,
            sent_for: entry.workspaceId ?? null,
          })
          .onConflict((conflict) => conflict.column("key").doNothing())
          .execute(),
      );
    },
    async find(key) {
      const row = await database.system("simulator", (kysely) =>
        kysely.selectFrom("local_outbox").selectAll().where("key", "=", key).executeTakeFirst(),
      );
      return row && entryOf(row);
    },
    async list(channel, to) {
      const rows = await database.system("simulator", (kysely) =>
        kysely
          .selectFrom("local_outbox")
          .selectAll()
          .where("channel", "=", channel)
          .where("recipient", "=", to)
          .orderBy("at")
          .orderBy("key")
          .execute(),
      );
      return rows.map(entryOf);
    },
  };
}

/** Returns what the local adapters sent for one workspace, or for everybody, newest last. */
export async function listOutbox(database: Database, workspaceId?: string): Promise<LocalEntry[]> {
  const rows = await database.system("simulator", (kysely) => {
    const all = kysely.selectFrom("local_outbox").selectAll().orderBy("at").orderBy("key");
    if (workspaceId === undefined) return all.execute();
    // A calendar on this machine begins with whose it is.
    const calendars = { channel: "calendar", prefix: `${workspaceId}/` };
    return all
      .where(({ eb, or, and, fn, val }) =>
        or([
          eb("sent_for", "=", workspaceId),
          and([
            eb("channel", "=", calendars.channel),
            eb(fn<boolean>("starts_with", ["recipient", val(calendars.prefix)]), "=", true),
          ]),
        ]),
      )
      .execute();
  });
  return rows.map(entryOf);
}

function extrasOf({ replyTo, headers, attachments }: LocalEntry): Extras {
  return {
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(headers === undefined ? {} : { headers }),
    ...(attachments === undefined
      ? {}
      : {
          attachments: attachments.map(({ content, ...about }) => ({
            ...about,
            content: Buffer.from(content).toString("base64"),
          })),
        }),
  };
}

type StoredEntry = Omit<LocalOutboxTable, "extras" | "at"> & { extras: Extras; at: Date };

function entryOf(row: StoredEntry): LocalEntry {
  const { attachments, ...extras } = row.extras;
  return {
    channel: row.channel as LocalEntry["channel"],
    key: row.key,
    to: row.recipient,
    from: row.sender,
    body: row.body,
    at: row.at,
    ...(row.sent_for === null ? {} : { workspaceId: row.sent_for }),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.html === null ? {} : { html: row.html }),
    ...extras,
    ...(attachments === undefined
      ? {}
      : {
          attachments: attachments.map(({ content, ...about }) => ({
            ...about,
            content: new Uint8Array(Buffer.from(content, "base64")),
          })),
        }),
  };
}
