/** Dialogues with the receptionist that needs no network, line by line. For tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { respondLocally } from "./local/local.ts";
import { rehearse } from "./rehearsal.ts";
import type { Rehearsal } from "./rehearsal.ts";

export const details = "Sam Jones, 12 Acacia Avenue, LS1 4AP";

/** A line of a dialogue: what the customer texts (several in a row as an array), then what the reply must say. */
type Exchange = [string | string[], RegExp?];
type Booked = { service: string; at: string };

/** Plays the exchanges and checks each reply; in the end exactly `booked` must be in the calendar. */
export function dialogue(
  name: string,
  options: Rehearsal,
  exchanges: Exchange[],
  booked: Booked[] = [],
): void {
  test(name, async () => {
    const script = rehearse(respondLocally, options);
    for (const [said, expected] of exchanges) {
      const texts = Array.isArray(said) ? said : [said];
      const { reply } = await script.say(...texts);
      if (expected) assert.match(reply, expected, `to ${JSON.stringify(said)}`);
      assert.ok(reply.length <= 320, `${reply.length} characters: ${reply}`);
      assert.doesNotMatch(reply, /undefined|null|NaN|\p{Extended_Pictographic}/u);
    }
    const found = script.bookings.map(({ serviceId, startsAt }) => ({
      service: serviceId,
      at: startsAt.toISOString(),
    }));
    assert.deepEqual(
      found,
      booked.map(({ service, at }) => ({ service, at: new Date(at).toISOString() })),
    );
  });
}
