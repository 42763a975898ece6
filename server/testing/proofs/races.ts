import { doors } from "./doors.ts";
import type { Shop } from "./shop.ts";

export type RaceResult = {
  won: number;
  refused: number;
  refusedWithAlternatives: number;
  /** Answers that were neither: there must be none. */
  unexpected: string[];
};

/** `callers` attempts at one slot at the same moment, spread over all doors and nodes. */
export async function raceForOneSlot(
  bases: string[],
  shop: Shop,
  startsAt: Date,
  callers: number,
): Promise<RaceResult> {
  const attempts = await Promise.all(
    Array.from({ length: callers }, (_, caller) => {
      const door = doors[caller % doors.length];
      const base = bases[Math.floor(caller / doors.length) % bases.length] ?? "";
      if (!door) throw new Error("there is no door");
      return door.book(base, shop, startsAt, caller);
    }),
  );
  const refused = attempts.filter((one) => one.refused);
  return {
    won: attempts.filter((one) => one.won).length,
    refused: refused.length,
    refusedWithAlternatives: refused.filter((one) => one.alternatives > 0).length,
    unexpected: attempts
      .filter((one) => !one.won && !one.refused)
      .map((one) => `${one.door}: ${one.status} ${one.text.slice(0, 300)}`),
  };
}

export type RepeatResult = { bookingIds: Set<string>; replayed: number; unexpected: string[] };

/** The same request with the same Idempotency-Key, `times` at once; whoever is told to wait asks again. */
export async function repeatOneRequest(
  bases: string[],
  shop: Shop,
  startsAt: Date,
  times: number,
): Promise<RepeatResult> {
  const result: RepeatResult = { bookingIds: new Set(), replayed: 0, unexpected: [] };
  const body = JSON.stringify({
    customerPhone: "+447700900321",
    customerName: "Ida Repeat",
    scheduledStartAt: startsAt.toISOString(),
    scheduledEndAt: new Date(startsAt.getTime() + 3_600_000).toISOString(),
  });
  await Promise.all(
    Array.from({ length: times }, async (_, caller) => {
      for (let round = 0; round < 200; round += 1) {
        const response = await fetch(`${bases[caller % bases.length]}/api/private/v1/bookings`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${shop.token}`,
            "content-type": "application/json",
            "idempotency-key": "one-request",
          },
          body,
        });
        const answer = (await response.json()) as {
          ok: boolean;
          error?: { code: string };
          bookingId?: string;
        };
        if (response.status === 409 && answer.error?.code === "IDEMPOTENCY_IN_PROGRESS") continue;
        if (answer.ok) {
          result.bookingIds.add(bookingIdOf(answer));
          if (response.headers.get("idempotent-replayed") === "true") result.replayed += 1;
        } else result.unexpected.push(JSON.stringify(answer).slice(0, 300));
        return;
      }
      result.unexpected.push("was told to wait 200 times");
    }),
  );
  return result;
}

function bookingIdOf(answer: Record<string, unknown>): string {
  const booking = (answer["booking"] ?? answer) as Record<string, unknown>;
  return String(booking["bookingId"] ?? booking["id"]);
}
