import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { choicesAt } from "./choices.ts";
import type { Choice, WantedTime } from "./choices.ts";
import { inTurn } from "./turns.ts";

// Every round that fails is one in which somebody else got a host, a seat or a resource, so this is never reached by chance.
const mostRounds = 50;

/**
 * Tries the ways in which a time can be taken, best first, until an attempt succeeds; undefined when nobody is free.
 * `known` is what choicesAt answered a moment ago. An attempt that answers undefined was beaten to it: what is free then is looked up again, as the winner has committed.
 */
export async function takeSlot<T>(
  ctx: Ctx,
  wanted: WantedTime,
  attempt: (choice: Choice) => Promise<T | undefined>,
  known?: Choice[],
): Promise<T | undefined> {
  const lock = await lockForChoice(ctx, wanted);
  for (let round = 0; round < mostRounds; round += 1) {
    // What was known before a lock may not be so any more.
    const found = (round === 0 && !lock ? known : undefined) ?? (await choicesAt(ctx, wanted));
    const { hostIds } = lock ?? {};
    const choices = hostIds ? found.filter((one) => one.hostIds.every((id) => hostIds.has(id))) : found;
    if (choices.length === 0) return undefined;
    for (const choice of await inTurn(ctx, choices, wanted)) {
      const taken = await attempt(choice);
      if (taken) return taken;
    }
  }
  return undefined;
}

/**
 * Waits for whoever is choosing at the same time, where a choice depends on more than who is free. Whose turn it is: one
 * booker of a service after the other. Whether the way from one visit to the next is short enough: one booker of a host
 * after the other, and the locked hosts are answered. The locks end with the transaction; the service is locked before
 * the hosts, and hosts in the order of their ids, before any claim: nobody waits in a circle.
 */
async function lockForChoice(ctx: Ctx, wanted: WantedTime): Promise<{ hostIds?: Set<string> } | undefined> {
  const { service } = wanted;
  const inTurns = service?.host_assignment === "round_robin";
  const mindsTheWay = service?.travel_minutes != null && !!wanted.postalCode?.trim();
  if (inTurns) {
    const query = ctx.db.from("scheduled_event_types").select("id").where("id", "=", service.id);
    await query.forNoKeyUpdate().execute();
  }
  if (!mindsTheWay) return inTurns ? {} : undefined;
  const ids = [...new Set((await choicesAt(ctx, wanted)).flatMap((choice) => choice.hostIds))];
  await ctx.db.raw(sql`
    select from members where workspace_id = ${ctx.workspaceId} and id = any(${ids}::uuid[]) order by id for no key update`);
  return { hostIds: new Set(ids) };
}
