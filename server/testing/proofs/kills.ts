import { randomUUID } from "node:crypto";
import { setTimeout as realTime } from "node:timers/promises";
import type { Database } from "../../kernel/database.ts";
import { listOutbox } from "../../local-outbox.ts";
import type { OutboxPlace } from "../../local-outbox.ts";
import { startNode } from "../nodes.ts";
import type { Node } from "../nodes.ts";
import { signWebhook } from "../../providers/telephony/webhook-signature.ts";
import type { Shop } from "./shop.ts";

/** What callers were told was done. */
export type Acknowledged = { bookings: Set<string>; texts: Map<string, string>; inbound: Set<string> };

export type KillOptions = {
  environment: Record<string, string>;
  shop: Shop;
  twilioAuthToken: string;
  kills: number;
  /** How long the load runs before each kill. */
  loadMs: number;
  random: () => number;
};

/**
 * Runs a node under load and ends it with SIGKILL, again and again; answers what was acknowledged and a last node,
 * left running to finish the work.
 */
export async function killUnderLoad(
  options: KillOptions,
): Promise<{ acknowledged: Acknowledged; node: Node }> {
  const acknowledged: Acknowledged = { bookings: new Set(), texts: new Map(), inbound: new Set() };
  let slot = 0;
  for (let round = 0; round < options.kills; round += 1) {
    const node = await startNode(options.environment);
    const stop = { now: false };
    const load = Promise.all([
      untilStopped(stop, () => bookNext(node, options.shop, acknowledged, slot++)),
      untilStopped(stop, () => sendText(node, options.shop, acknowledged)),
      untilStopped(stop, () => sendText(node, options.shop, acknowledged)),
      untilStopped(stop, () => textIn(node, options, acknowledged)),
    ]);
    await realTime(options.loadMs * (0.5 + options.random()));
    await node.kill();
    stop.now = true;
    await load;
  }
  return { acknowledged, node: await startNode(options.environment) };
}

// A request cut off by the kill was not acknowledged, so nothing is expected of it.
async function untilStopped(stop: { now: boolean }, once: () => Promise<void>): Promise<void> {
  while (!stop.now) await once().catch(() => realTime(5));
}

async function bookNext(node: Node, shop: Shop, acknowledged: Acknowledged, slot: number): Promise<void> {
  const hour = 3_600_000;
  const start = new Date((Math.floor(Date.now() / hour) + 72 + slot) * hour);
  const response = await fetch(`${node.url}/api/private/v1/bookings`, {
    method: "POST",
    headers: { authorization: `Bearer ${shop.token}`, "content-type": "application/json" },
    body: JSON.stringify({
      customerPhone: `+4477008${String(10000 + (slot % 80000))}`,
      customerName: `Customer ${slot}`,
      scheduledStartAt: start.toISOString(),
      scheduledEndAt: new Date(start.getTime() + hour).toISOString(),
    }),
  });
  const answer = (await response.json()) as {
    ok: boolean;
    bookingId?: string;
    booking?: { bookingId: string };
  };
  const id = answer.bookingId ?? answer.booking?.bookingId;
  if (answer.ok && id) acknowledged.bookings.add(id);
}

async function sendText(node: Node, shop: Shop, acknowledged: Acknowledged): Promise<void> {
  const message = `Proof ${randomUUID()}`;
  const to = `+4477007${String(10000 + Math.floor(Math.random() * 80000))}`;
  const response = await fetch(`${node.url}/api/v1/sms/send`, {
    method: "POST",
    headers: { authorization: `Bearer ${shop.key}`, "content-type": "application/json" },
    body: JSON.stringify({ to_number: to, message }),
  });
  await response.text();
  if (response.ok) acknowledged.texts.set(message, to);
}

async function textIn(node: Node, options: KillOptions, acknowledged: Acknowledged): Promise<void> {
  const sid = `SM${randomUUID().replaceAll("-", "")}`;
  const form = {
    MessageSid: sid,
    From: `+4477006${String(10000 + Math.floor(Math.random() * 80000))}`,
    To: options.shop.number,
    Body: "Hello, do you fix taps?",
    NumMedia: "0",
  };
  const url = `${node.url}/twilio/sms`;
  const { signature } = signWebhook(options.twilioAuthToken, { url, form });
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body: new URLSearchParams(form).toString(),
  });
  await response.text();
  if (response.ok) acknowledged.inbound.add(sid);
}

export type Losses = {
  lost: string[];
  twice: string[];
  counted: { bookings: number; texts: number; inbound: number };
};

/** Compares what was acknowledged with what is stored and what left. */
export async function findLosses(
  place: OutboxPlace,
  shop: Shop,
  acknowledged: Acknowledged,
): Promise<Losses> {
  const lost: string[] = [];
  const stored = await place.database.read(shop.workspaceId, async (db) => ({
    bookings: await db.from("bookings").select("id").execute(),
    receipts: await db.from("webhook_receipts").select("provider_id").execute(),
    confirmations: await db
      .from("booking_messages")
      .select(["booking_id", "kind", "channel", "due_at"])
      .execute(),
  }));
  const left = await listOutbox(place);
  const bookingIds = new Set(stored.bookings.map((row) => row.id));
  for (const id of acknowledged.bookings) if (!bookingIds.has(id)) lost.push(`booking ${id}`);
  const receipts = new Set(stored.receipts.map((row) => row.provider_id));
  for (const sid of acknowledged.inbound) if (!receipts.has(sid)) lost.push(`inbound text ${sid}`);
  const sent = new Map<string, number>();
  for (const { to: recipient, body } of left) {
    sent.set(`${recipient} ${body}`, (sent.get(`${recipient} ${body}`) ?? 0) + 1);
  }
  for (const [message, to] of acknowledged.texts)
    if (!sent.has(`${to} ${message}`)) lost.push(`text ${message}`);
  const twice = [...sent]
    .filter(([what, times]) => times > 1 && what.includes("Proof "))
    .map(([what]) => what);
  const sets = stored.confirmations.map((row) => JSON.stringify(row));
  twice.push(...sets.filter((row, index) => sets.indexOf(row) !== index));
  const counted = {
    bookings: acknowledged.bookings.size,
    texts: acknowledged.texts.size,
    inbound: acknowledged.inbound.size,
  };
  return { lost, twice, counted };
}

/** Waits until no text of the proof is on its way any more. */
export async function untilDelivered(database: Database, shop: Shop, patienceMs: number): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += 250) {
    const row = await database.read(shop.workspaceId, (db) =>
      db
        .from("sms_messages")
        .select("id")
        .where("purpose", "=", "manual")
        .where("status", "in", ["queued", "sending"])
        .limit(1)
        .executeTakeFirst(),
    );
    if (!row) return;
    await realTime(250);
  }
  throw new Error("texts were still on their way when patience ended");
}
