import type { Database } from "./kernel/database.ts";
import { sealJson, unsealJson } from "./kernel/seal.ts";
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
  /** With html and extras, of an earlier version until it is sealed. */
  body: string | null;
  html: string | null;
  extras: Json<Extras> | null;
  /** Said is under seal, since mails carry links that let whoever has one act: the person on this machine sees it opened. */
  sealed: string | null;
  at: Timestamp;
  sent_for: string | null;
}

declare module "./kernel/tables.ts" {
  interface Tables {
    local_outbox: LocalOutboxTable;
  }
}

type Said = { body: string; html: string | null; extras: Extras };

/** Where what was said can be opened. */
export type OutboxPlace = { database: Database; ports: { secrets: { sealing: string } } };

/** What the local adapters "sent", kept in the database so that every node and the simulator see the same. */
export function databaseSink(database: Database, sealingKey: string): LocalSink {
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
            sealed: sealed(sealingKey, entry.key, {
              body: entry.body,
              html: entry.html ?? null,
              extras: extrasOf(entry),
            }),
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
      return row && entryOf(sealingKey, row);
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
      return rows.flatMap((row) => entryOf(sealingKey, row) ?? []);
    },
  };
}

/** Returns what the local adapters sent for one workspace, or for everybody, newest last. */
export async function listOutbox(
  { database, ports }: OutboxPlace,
  workspaceId?: string,
): Promise<LocalEntry[]> {
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
  return rows.flatMap((row) => entryOf(ports.secrets.sealing, row) ?? []);
}

/** Seals what an earlier version kept in the open, so many rows at a time. */
export async function sealOpenOutbox(database: Database, key: string, rowsAtOnce = 500): Promise<void> {
  for (let sealing = rowsAtOnce; sealing === rowsAtOnce;) {
    sealing = await database.system("simulator", async (kysely) => {
      const rows = await kysely
        .selectFrom("local_outbox")
        .selectAll()
        .where("sealed", "is", null)
        .limit(rowsAtOnce)
        .forUpdate()
        .execute();
      for (const row of rows) {
        const said = { body: row.body ?? "", html: row.html, extras: row.extras ?? {} };
        await kysely
          .updateTable("local_outbox")
          .set({ sealed: sealed(key, row.key, said), body: null, html: null, extras: null })
          .where("key", "=", row.key)
          .execute();
      }
      return rows.length;
    });
  }
}

function sealed(key: string, entryKey: string, said: Said): string {
  return sealJson(key, placeOf(entryKey), said);
}

function placeOf(entryKey: string): string {
  return `outbox ${entryKey}`;
}

/** What an entry says; undefined for one that was sealed with another key, which is as good as gone. */
function saidIn(
  key: string,
  row: Pick<StoredEntry, "key" | "body" | "html" | "extras" | "sealed">,
): Said | undefined {
  if (row.sealed === null) return { body: row.body ?? "", html: row.html, extras: row.extras ?? {} };
  try {
    return unsealJson<Said>(key, placeOf(row.key), row.sealed);
  } catch {
    return undefined;
  }
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

type StoredEntry = Omit<LocalOutboxTable, "extras" | "at"> & { extras: Extras | null; at: Date };

function entryOf(key: string, row: StoredEntry): LocalEntry | undefined {
  const said = saidIn(key, row);
  if (!said) return undefined;
  const { body, html, extras: whole } = said;
  const { attachments, ...extras } = whole;
  return {
    channel: row.channel as LocalEntry["channel"],
    key: row.key,
    to: row.recipient,
    from: row.sender,
    body,
    at: row.at,
    ...(row.sent_for === null ? {} : { workspaceId: row.sent_for }),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(html === null ? {} : { html }),
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
