/** What the tests of connected calendars share: a business whose owner's calendar is one at a stand-in for Google. */
import assert from "node:assert/strict";
import { after } from "node:test";
import { startLoopbackGoogle } from "../../../providers/calendar/loopback-google.ts";
import type { LoopbackGoogle } from "../../../providers/calendar/loopback-google.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, Harness, Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";

export const connections = "/api/v1/calendar-connections";

export type ConnectedCalendar = TestCalendar & {
  google: LoopbackGoogle;
  connection: Json;
  /** The connection as it stands now. */
  current(): Promise<Json>;
  /** Has it read now, and waits. */
  sync(): Promise<Json>;
  conflicts(query?: string): Promise<Json[]>;
  patch(fields: Json): Promise<Answer>;
};

export async function startConnected(environment: Record<string, string> = {}): Promise<{
  frontdesk: Harness;
  google: LoopbackGoogle;
  connect(fields?: Json, eventType?: Json): Promise<ConnectedCalendar>;
}> {
  const started: { frontdesk?: Harness } = {};
  const google = await startLoopbackGoogle({ now: () => started.frontdesk?.app.clock.now() ?? new Date(0) });
  after(() => google.close());
  const frontdesk = await startHarness({
    environment: {
      GOOGLE_API_BASE_URL: google.baseUrl,
      GOOGLE_CLIENT_ID: "client",
      GOOGLE_CLIENT_SECRET: "secret",
      ...environment,
    },
  });
  started.frontdesk = frontdesk;
  // One calendar is connected at a time, so that a test sees its own requests only.
  let disconnect = async () => {};
  return {
    frontdesk,
    google,
    connect: async (fields = {}, eventType = {}) => {
      await disconnect();
      const calendar = await openCalendar(frontdesk, eventType);
      google.reset();
      const { workspace } = calendar;
      const made = await workspace.call("POST", connections, {
        member_id: workspace.adminId,
        provider: "google",
        calendar_id: "owner@example.com",
        name: "Olive",
        credentials: { accessToken: "access-1", refreshToken: "refresh-1" },
        writes_bookings: true,
        ...fields,
      });
      assert.equal(made.status, 201, made.text);
      await frontdesk.settle();
      const { id } = made.body.data;
      disconnect = async () => {
        await workspace.call("DELETE", `${connections}/${id}`);
        await frontdesk.settle();
      };
      const get = async (path: string) => {
        const answer = await workspace.call("GET", path);
        assert.equal(answer.status, 200, answer.text);
        return answer.body.data;
      };
      const current = () => get(`${connections}/${id}`);
      return {
        ...calendar,
        google,
        connection: made.body.data,
        current,
        sync: async () => {
          const asked = await workspace.call("POST", `${connections}/${id}/sync`);
          assert.equal(asked.status, 202, asked.text);
          await frontdesk.settle();
          return current();
        },
        conflicts: (query = "") => get(`/api/v1/calendar-conflicts${query}`),
        patch: (fields_) => workspace.call("PATCH", `${connections}/${id}`, fields_),
      };
    },
  };
}

/** The events somebody looking at the Google calendar sees. */
export function eventsIn(google: LoopbackGoogle): Json[] {
  return [...google.events.values()].filter(({ status }) => status !== "cancelled");
}
