import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { declareError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { capability } from "../../../surfaces/capability.ts";
import {
  findHold,
  holdSlot as keepSlot,
  longestHoldMinutes,
  usualHoldMinutes,
} from "../bookings/holds/hold.ts";
import { countHolds, refuseTooMany, speaksForSomebody, tooManyBookings } from "./agent-customer.ts";
import { invalidService, offeredService } from "./offered-service.ts";
import { ownProvider, unknownProvider } from "./provider.ts";
import { future, orSlotTaken, pastTime, slotTaken, startAt } from "./wanted-time.ts";

export const unknownHold = declareError("UNKNOWN_HOLD", 404, "There is no such hold of this agent.");

/** At once, for one person. */
const holdsAtMost = 3;

/** Keeps a time while the person makes up their mind. It frees itself. */
export const holdSlot = operation({
  name: "hold_slot",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.hold_slot",
  auth: "agent-token",
  scopes: ["scheduling.write"],
  effect: "write",
  noun: "slot_hold",
  summary: "Keep a time for a few minutes while the customer decides; it frees itself.",
  description:
    "Nobody else is given the time until expires_at. Send hold_id to booking.create_booking with the same service and start. " +
    `An agent that speaks for a person holds ${holdsAtMost} times at most.`,
  input: Type.Object(
    {
      provider_id: Type.String({ minLength: 1, maxLength: 200 }),
      service_id: Type.String({
        minLength: 1,
        maxLength: 200,
        description: "As booking.list_services names it.",
      }),
      start_at: startAt,
      minutes: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: longestHoldMinutes,
          description: `How long; ${usualHoldMinutes} if it is not said.`,
        }),
      ),
      agent_vendor: Type.Optional(Type.String({ maxLength: 100 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Literal(true),
    hold_id: Type.String({ format: "uuid" }),
    start_at: Type.String({ format: "date-time" }),
    end_at: Type.String({ format: "date-time" }),
    expires_at: Type.String({ format: "date-time" }),
    service: Type.Object({ id: Type.String({ format: "uuid" }), name: Type.String() }),
  }),
  errors: [pastTime, invalidService, slotTaken, unknownProvider, tooManyBookings],
  async run(ctx, input) {
    const startsAt = future(ctx, input.start_at);
    await ownProvider(ctx, input.provider_id);
    const service = await offeredService(ctx, input.service_id);
    await refuseTooMany(ctx);
    await refuseTooManyHolds(ctx);
    const { minutes } = input;
    const hold = await orSlotTaken(keepSlot(ctx, { service, startsAt, minutes, heldBy: holderOf(ctx) }));
    return {
      ok: true as const,
      hold_id: hold.id,
      start_at: hold.starts_at.toISOString(),
      end_at: hold.ends_at.toISOString(),
      expires_at: hold.expires_at.toISOString(),
      service: { id: service.id, name: service.name },
    };
  },
});

// Its name for people, its id for us: two agents may have one name.
function holderOf({ actor }: Ctx): string {
  return `${actor.name} (${actor.id})`;
}

async function refuseTooManyHolds(ctx: Ctx): Promise<void> {
  if (!speaksForSomebody(ctx)) return;
  if ((await countHolds(ctx, holderOf(ctx), holdsAtMost)) < holdsAtMost) return;
  throw tooManyBookings(`${holdsAtMost} times are held already.`, {
    fix: "Book one, or wait until one expires.",
  });
}

/**
 * Refuses an agent another one's hold. One that has expired is nobody's any more, and says nothing about whose it was: booking
 * without it is tried on its own.
 */
export async function checkOwnHold(ctx: Ctx, holdId: string): Promise<void> {
  if (!speaksForSomebody(ctx)) return;
  const hold = await findHold(ctx, holdId);
  if (hold && hold.held_by !== holderOf(ctx)) {
    throw unknownHold(`There is no hold ${holdId} of yours.`, {
      fix: "Send what booking.hold_slot answered you.",
    });
  }
}
