import { randomUUID } from "node:crypto";
import { signWebhook } from "../server/providers/telephony/webhook-signature.ts";
import { drive } from "./measure.ts";
import type { Load, Measured } from "./measure.ts";
import { medianOf } from "./numbers.ts";
import type { Ground } from "./setup.ts";

export type Case = { name: string; aim?: number; floor: Omit<Load, "seconds">; ours: Omit<Load, "seconds"> };
export type Compared = {
  name: string;
  aim: number | undefined;
  ratio: number;
  ours: Measured;
  failures: number;
};

const json = { "content-type": "application/json" };
export const typos = [
  "Sarha Whitfield",
  "Jonas Petrofd",
  "Chole Okachetti",
  "Hanah Duboirs",
  "Mraia Marfison",
];

/** What is compared with the floor: the same SQL work, with and without everything Frontdesk does around it. */
export function casesOf(floor: string, ours: string, ground: Ground, ids: string[]): Case[] {
  let turn = 0;
  const next = () => (turn += 1);
  let held = 0;
  const auth = { authorization: `Bearer ${ground.key}` };
  const id = () => ids[next() % ids.length] ?? "";
  const contact = () => {
    const number = next();
    return JSON.stringify({
      first_name: `Ann${number}`,
      last_name: "Beta",
      email: `x${number}@example.com`,
      phone: "+61412345678",
      source: "api",
    });
  };
  const typo = () => typos[next() % typos.length] ?? "";
  return [
    {
      name: "create contact",
      aim: 0.5,
      floor: { url: `${floor}/contacts`, method: "POST", headers: json, body: () => ({ body: contact() }) },
      ours: {
        url: `${ours}/api/v1/contacts`,
        method: "POST",
        headers: { ...auth, ...json },
        body: () => ({ body: contact() }),
      },
    },
    {
      name: "read by id",
      aim: 0.6,
      floor: { url: `${floor}/contacts`, body: () => ({ path: `/contacts/${id()}` }) },
      ours: {
        url: `${ours}/api/v1/contacts`,
        headers: auth,
        body: () => ({ path: `/api/v1/contacts/${id()}` }),
      },
    },
    {
      name: "list 25 contacts with a filter and a sort",
      aim: 0.6,
      floor: { url: `${floor}/contacts?source=ads` },
      ours: { url: `${ours}/api/v1/contacts?source=ads`, headers: auth },
    },
    {
      name: "search names with a typo",
      aim: 0.6,
      floor: {
        url: `${floor}/search`,
        body: () => ({ path: `/search?query=${encodeURIComponent(typo().toLowerCase())}` }),
      },
      ours: {
        url: `${ours}/api/v1/search`,
        method: "POST",
        headers: { ...auth, ...json },
        body: () => ({ body: JSON.stringify({ query: typo() }) }),
      },
    },
    {
      name: "create booking under contention",
      floor: {
        url: `${floor}/bookings`,
        method: "POST",
        headers: json,
        body: () => ({ body: JSON.stringify({ start: slot(next()) }) }),
      },
      ours: {
        url: `${ours}/api/private/v1/bookings`,
        method: "POST",
        headers: { authorization: `Bearer ${ground.token}`, ...json },
        body: () => {
          const number = next();
          const start = slot(number);
          return {
            body: JSON.stringify({
              customerPhone: `+614${10_000_000 + (number % 80_000)}`,
              scheduledStartAt: start,
              scheduledEndAt: new Date(Date.parse(start) + 1_800_000).toISOString(),
            }),
          };
        },
      },
    },
    {
      name: "hold a time",
      floor: {
        url: `${floor}/holds`,
        method: "POST",
        headers: json,
        body: () => ({ body: JSON.stringify({ start: slot(next()) }) }),
      },
      ours: {
        url: `${ours}/api/v1/scheduling-bookings/holds`,
        method: "POST",
        headers: { ...auth, ...json },
        body: () => {
          const start = openSlot((held += 1));
          const [date, time] = [start.slice(0, 10), start.slice(11, 16)];
          return {
            body: JSON.stringify({ event_type_id: ground.openServiceId, date, time, timezone: "UTC" }),
          };
        },
      },
    },
    {
      name: "open slots of a month, 5 people",
      floor: { url: `${floor}/busy?from=${encodeURIComponent(new Date().toISOString())}` },
      ours: {
        url: `${ours}/api/v1/scheduling-bookings/available-slots`,
        method: "POST",
        headers: { ...auth, ...json },
        body: () => ({
          body: JSON.stringify({
            event_type_id: ground.serviceId,
            timezone: "Europe/London",
            date_to: inDays(29),
          }),
        }),
      },
    },
    {
      name: "inbound SMS webhook",
      floor: {
        url: `${floor}/receipts`,
        method: "POST",
        headers: json,
        body: () => ({ body: JSON.stringify({ sid: randomUUID() }) }),
      },
      ours: { url: `${ours}/twilio/sms`, method: "POST", body: () => smsForm(ours, ground, next()) },
    },
  ];
}

// Every fourth caller wants a slot somebody else asked for.
function slot(number: number): string {
  const index = number % 4 === 0 ? number - 4 : number;
  return new Date(Date.UTC(2031, 0, 1) + index * 1_800_000).toISOString();
}

/** An hour of its own for each caller from tomorrow on: one of the five people is free. */
function openSlot(number: number): string {
  const hours = 24 + Math.floor(number / 4);
  const thisHour = Math.floor(Date.now() / 3_600_000);
  return new Date((thisHour + hours) * 3_600_000).toISOString();
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

export function smsForm(ours: string, ground: Ground, number: number) {
  const form = {
    MessageSid: `SM${randomUUID().replaceAll("-", "")}`,
    From: `+614${10_000_000 + (number % 50_000)}`,
    To: ground.number,
    Body: "Hello, can somebody look at a dripping tap?",
    NumMedia: "0",
  };
  const { signature } = signWebhook(ground.twilioAuthToken, { url: `${ours}/twilio/sms`, form });
  return {
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
  };
}

/** Floor and ours in turns, so that whatever else the machine does falls on both; the median of the rounds counts. */
export async function compare(one: Case, rounds: number, seconds: number): Promise<Compared> {
  const ratios: number[] = [];
  const measured: Measured[] = [];
  await drive({ ...one.floor, seconds: 1 });
  await drive({ ...one.ours, seconds: 1 });
  for (let round = 0; round < rounds; round += 1) {
    const floor = await drive({ ...one.floor, seconds });
    const ours = await drive({ ...one.ours, seconds });
    ratios.push(ours.perSecond / floor.perSecond);
    measured.push(ours);
  }
  const middle = measured.sort((a, b) => a.perSecond - b.perSecond)[
    Math.floor(measured.length / 2)
  ] as Measured;
  const failures = measured.reduce((sum, round) => sum + round.failures, 0);
  return { name: one.name, aim: one.aim, ratio: medianOf(ratios), ours: middle, failures };
}
