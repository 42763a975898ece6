/**
 * A diary and a Google calendar that change at random, over a line that fails at random. Whatever happens on the way, once the
 * line holds again both sides agree: every confirmed booking stands in the calendar exactly once and as it is now, every
 * entry of the owner's keeps bookings out, and the open conflicts are those that there are.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiError } from "../../providers/calendar/loopback-google.ts";
import { eventsIn, startConnected } from "../../modules/calendar/external/testing.ts";
import type { ConnectedCalendar } from "../../modules/calendar/external/testing.ts";
import { wordsFrom } from "../random.ts";
import { bookings } from "../../modules/calendar/test-calendar.ts";

const steps = Number(process.env["CALENDAR_STEPS"] ?? 40);
const seed = Number(process.env["CALENDAR_SEED"] ?? 20_260_302);
const { frontdesk, google, connect } = await startConnected();

/** The same numbers for the same seed. */
function randomOf(start: number): (below: number) => number {
  const next = wordsFrom(start);
  return (below) => next() % below;
}

type World = {
  calendar: ConnectedCalendar;
  random: (below: number) => number;
  booked: string[];
  token: string;
};

/** A full hour of one of the next days, some of them weekends. */
function hour(random: World["random"]): string {
  const day = new Date(frontdesk.app.clock.now().getTime() + (1 + random(4)) * 86_400_000);
  return `${day.toISOString().slice(0, 10)}T${String(9 + random(8)).padStart(2, "0")}:00:00Z`;
}

const anHourAfter = (at: string) => new Date(Date.parse(at) + 3_600_000).toISOString();

async function book({ calendar, random, booked }: World): Promise<void> {
  const at = hour(random);
  const answer = await calendar.book({ date: at.slice(0, 10), time: at.slice(11, 16) });
  if (answer.status === 201) booked.push(answer.body.data.booking.id);
  else assert.equal(answer.status, 409, answer.text);
}

async function move({ random, booked, token }: World): Promise<void> {
  const id = booked[random(booked.length)];
  if (id === undefined) return;
  const body = { scheduledStartAt: hour(random) };
  const answer = await frontdesk.call("PATCH", `/api/private/v1/bookings/${id}`, { key: token, body });
  assert.ok(answer.status === 200 || answer.status === 409, answer.text);
}

async function cancel({ calendar, random, booked }: World): Promise<void> {
  const [id] = booked.splice(random(booked.length), 1);
  if (id !== undefined) await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
}

async function enter({ random }: World): Promise<void> {
  const start = hour(random);
  google.put({ id: `own${random(6)}`, start, end: anHourAfter(start), summary: "Own" });
}

async function erase({ random }: World): Promise<void> {
  const id = `own${random(6)}`;
  if (google.events.has(id)) google.remove(id);
}

async function breakLine({ random }: World): Promise<void> {
  const mishaps = [
    apiError(503, "backendError"),
    apiError(500, "backendError"),
    apiError(429, "rateLimitExceeded", { "retry-after": "40" }),
    "drop",
    "stored-drop",
    "stored-drop",
  ] as const;
  for (let time = random(3); time >= 0; time--) google.failNext(mishaps[random(mishaps.length)] ?? "drop");
}

async function forget({ random }: World): Promise<void> {
  if (random(2) === 0) google.forgetSyncTokens();
  else google.endAccessTokens();
}

async function pass({ random }: World): Promise<void> {
  await frontdesk.advance(30 + random(400));
}

const acts = [book, book, book, move, move, cancel, enter, enter, erase, breakLine, breakLine, forget, pass];

async function agree({ calendar, booked }: World): Promise<void> {
  google.answerAgain();
  await frontdesk.advance(70 * 60);
  await calendar.sync();
  const confirmed = await calendar.inside((ctx) =>
    ctx.db.from("bookings").selectAll().where("status", "=", "confirmed").execute(),
  );
  assert.deepEqual(confirmed.map(({ id }) => id).sort(), [...booked].sort());
  const present = eventsIn(google);
  const ours = present.filter(({ id }) => !String(id).startsWith("own"));
  const uidOf = (event: (typeof ours)[number]) => event.extendedProperties.private.frontdeskUid as string;
  const written = ours.map((event) => `${uidOf(event)} ${new Date(event.start.dateTime).toISOString()}`);
  const wanted = confirmed.map(({ id, starts_at }) => `${id}@frontdesk ${starts_at.toISOString()}`);
  assert.deepEqual(written.sort(), wanted.sort(), "each booking stands in the calendar once, as it is");
  const owners = present.filter(({ id }) => String(id).startsWith("own"));
  const busy = await calendar.inside((ctx) => ctx.db.from("external_busy").selectAll().execute());
  assert.deepEqual(
    busy.map(({ external_id, starts_at }) => `${external_id} ${starts_at.toISOString()}`).sort(),
    owners.map(({ id, start }) => `${id} ${new Date(start.dateTime).toISOString()}`).sort(),
    "the owner's entries, and nothing else, are busy",
  );
  const clashes = confirmed.flatMap(({ id, starts_at }) =>
    owners
      .filter(({ start }) => Date.parse(start.dateTime) === starts_at.getTime())
      .map((event) => `${id} ${event.id}`),
  );
  const open = await calendar.inside((ctx) =>
    ctx.db.from("calendar_conflicts").selectAll().where("status", "=", "open").execute(),
  );
  assert.deepEqual(open.map((one) => `${one.booking_id} ${one.external_id}`).sort(), clashes.sort());
}

test("diary and calendar agree in the end, whatever happens on the way", async (context) => {
  const calendar = await connect();
  const world: World = {
    calendar,
    random: randomOf(seed),
    booked: [],
    token: await calendar.workspace.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]),
  };
  let agreements = 0;
  for (let step = 1; step <= steps; step++) {
    await acts[world.random(acts.length)]?.(world);
    if (step % 20 !== 0) continue;
    await agree(world);
    agreements++;
  }
  context.diagnostic(`${steps} steps, ${agreements} times in agreement, seed ${seed}`);
  assert.ok(agreements > 0);
});
