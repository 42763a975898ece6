import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySink } from "../local-sink.ts";
import { contractCases } from "./contract-cases.ts";
import type { Setup } from "./contract-cases.ts";
import { createGoogleCalendar } from "./google.ts";
import { createLocalCalendar } from "./local.ts";
import { startLoopbackGoogle } from "./loopback-google.ts";

const now = () => new Date("2026-03-02T09:00:00Z");

async function setUpLocal(): Promise<Setup> {
  const sink = createMemorySink();
  const calendar = createLocalCalendar({ sink, now });
  const account = { calendarId: "olive", credentials: {} };
  return {
    calendar,
    account,
    addForeign: async ({ id, title, start, end }) => {
      const times = { start: new Date(start), end: new Date(end) };
      const event = { uid: id, sequence: 0, title, timeZone: "UTC", attendees: [], ...times };
      await calendar.insertEvent(account, event);
    },
    close: async () => {},
  };
}

async function setUpGoogle(): Promise<Setup> {
  const google = await startLoopbackGoogle();
  const calendar = createGoogleCalendar({ baseUrl: google.baseUrl, now });
  return {
    calendar,
    account: { calendarId: "owner@example.com", credentials: { accessToken: "access-1" } },
    addForeign: async ({ title: summary, ...event }) => google.put({ summary, ...event }),
    close: google.close,
  };
}

for (const [name, setUp] of Object.entries({ local: setUpLocal, google: setUpGoogle })) {
  describe(`calendar contract: ${name}`, () => {
    for (const [title, check] of Object.entries(contractCases)) {
      it(title, async () => {
        const setup = await setUp();
        try {
          assert.equal(setup.calendar.name, name);
          await check(setup);
        } finally {
          await setup.close();
        }
      });
    }
  });
}
