import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { chooseResources } from "../slots/resources.ts";

/**
 * Refuses what can never be met: resources there are not, and lists that leave one requirement nothing of its own. The
 * resources stay until this transaction ends, so that none is deleted between the check and the write.
 */
export async function checkRequirements(
  ctx: Ctx,
  requirements: readonly { any_of: string[] }[],
): Promise<void> {
  const ids = [...new Set(requirements.flatMap((one) => one.any_of))].toSorted();
  if (ids.length === 0) return;
  const rows = await ctx.db
    .from("scheduling_resources")
    .select("id")
    .where("id", "in", ids)
    .orderBy("id")
    .forShare()
    .execute();
  const known = new Set(rows.map((row) => row.id));
  requirements.forEach(({ any_of: wanted }, at) =>
    wanted.forEach((id, place) => {
      if (known.has(id.toLowerCase())) return;
      throw invalidField(
        `resource_requirements.${at}.any_of.${place}`,
        `${id} is no resource of this workspace`,
        "GET /scheduling-resources lists what there is.",
      );
    }),
  );
  if (!chooseResources(requirements.map((one) => one.any_of))) {
    throw invalidField(
      "resource_requirements",
      "cannot be met: there are fewer different resources than requirements",
      "Give each entry a resource of its own.",
    );
  }
}
