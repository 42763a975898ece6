import type { Database } from "../kernel/database.ts";
import type { Timestamp } from "../kernel/tables.ts";
import { listOutbox } from "../local-outbox.ts";
import type { OutboxPlace } from "../local-outbox.ts";

export interface SimulatorTextsTable {
  key: string;
  sender: string;
  recipient: string;
  body: string;
  at: Timestamp;
}

export interface SimulatorCallsTable {
  call_sid: string;
  caller: string;
  recipient: string;
  outcome_path: string | null;
  outcome: string | null;
  at: Timestamp;
}

declare module "../kernel/tables.ts" {
  interface Tables {
    simulator_texts: SimulatorTextsTable;
    simulator_calls: SimulatorCallsTable;
  }
}

export type PhoneCall = {
  callSid: string;
  caller: string;
  recipient: string;
  outcomePath: string | null;
  outcome: string | null;
  at: Date;
};

/** A text as it stands on a phone: `sent` by the person holding it, or `received`. */
export type PhoneText = {
  key: string;
  direction: "sent" | "received";
  from: string;
  to: string;
  body: string;
  at: Date;
};

export async function keepText(
  database: Database,
  text: { key: string; from: string; to: string; body: string; at: Date },
): Promise<void> {
  const { key, from, to, body, at } = text;
  await database.system("simulator", (kysely) =>
    kysely.insertInto("simulator_texts").values({ key, sender: from, recipient: to, body, at }).execute(),
  );
}

export async function keepCall(database: Database, call: Omit<PhoneCall, "outcome">): Promise<void> {
  await database.system("simulator", (kysely) =>
    kysely
      .insertInto("simulator_calls")
      .values({
        call_sid: call.callSid,
        caller: call.caller,
        recipient: call.recipient,
        outcome_path: call.outcomePath,
        outcome: null,
        at: call.at,
      })
      .execute(),
  );
}

export async function findCall(database: Database, callSid: string): Promise<PhoneCall | undefined> {
  const row = await database.system("simulator", (kysely) =>
    kysely.selectFrom("simulator_calls").selectAll().where("call_sid", "=", callSid).executeTakeFirst(),
  );
  return row && callOf(row);
}

/** Records how a call ended, once; false when it had ended before. */
export async function endCall(database: Database, callSid: string, outcome: string): Promise<boolean> {
  const result = await database.system("simulator", (kysely) =>
    kysely
      .updateTable("simulator_calls")
      .set({ outcome })
      .where("call_sid", "=", callSid)
      .where("outcome", "is", null)
      .executeTakeFirst(),
  );
  return Number(result.numUpdatedRows) === 1;
}

/** Returns the texts and calls between one phone and a workspace, oldest first. */
export async function phoneHistory(
  place: OutboxPlace,
  workspaceId: string,
  number: string,
): Promise<{ texts: PhoneText[]; calls: PhoneCall[] }> {
  const received = (await listOutbox(place, workspaceId))
    .filter((entry) => entry.channel === "sms" && entry.to === number)
    .map(({ key, from, to, body, at }) => ({ key, direction: "received" as const, from, to, body, at }));
  return place.database.system("simulator", async (kysely) => {
    const sent = await kysely
      .selectFrom("simulator_texts")
      .select(["key", "sender as from", "recipient as to", "body", "at"])
      .where("sender", "=", number)
      .execute();
    const calls = await kysely
      .selectFrom("simulator_calls")
      .selectAll()
      .where("caller", "=", number)
      .orderBy("at")
      .orderBy("call_sid")
      .execute();
    const texts = [...sent.map((text) => ({ ...text, direction: "sent" as const })), ...received];
    texts.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1));
    return { texts, calls: calls.map(callOf) };
  });
}

function callOf(row: Omit<SimulatorCallsTable, "at"> & { at: Date }): PhoneCall {
  return {
    callSid: row.call_sid,
    caller: row.caller,
    recipient: row.recipient,
    outcomePath: row.outcome_path,
    outcome: row.outcome,
    at: row.at,
  };
}
