import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { listTravelTimes, postalCodeKey, replaceTravelTimes } from "./travel-times.ts";
import type { TravelTime } from "./travel-times.ts";

const postalCode = () => Type.String({ minLength: 1, maxLength: 20, pattern: "[^\\s-]" });
const TravelTimes = Type.Array(
  Type.Object(
    { from: postalCode(), to: postalCode(), minutes: Type.Integer({ minimum: 0, maximum: 1440 }) },
    { additionalProperties: false },
  ),
  { maxItems: 5000 },
);
const output = Type.Object({ travel_times: TravelTimes });
const about = { surface: workspaceApi, section: "Scheduling", noun: "scheduling_travel_times", output };

export const getTravelTimes = operation({
  ...about,
  name: "get_scheduling_travel_times",
  route: "GET /scheduling-travel-times",
  scopes: ["company:read"],
  effect: "read",
  summary: "Get the minutes between postcodes that event types with travel_minutes go by.",
  input: Type.Object({}, { additionalProperties: false }),
  run: async (ctx) => ({ travel_times: await listTravelTimes(ctx) }),
});

export const setTravelTimes = operation({
  ...about,
  name: "set_scheduling_travel_times",
  route: "PUT /scheduling-travel-times",
  scopes: ["company:write"],
  effect: "write",
  summary: "Set the minutes between postcodes; the list replaces the one there was.",
  description:
    "An entry holds for the way back as well, unless that has an entry of its own. Between other postcodes an event type's travel_minutes count. Spaces and case do not matter.",
  input: Type.Object({ travel_times: TravelTimes }, { additionalProperties: false }),
  example: { input: { travel_times: [{ from: "SE1 7PB", to: "N1 9GU", minutes: 45 }] } },
  async run(ctx, { travel_times: wanted }) {
    const before = await listTravelTimes(ctx);
    await replaceTravelTimes(ctx, distinct(wanted));
    const after = await listTravelTimes(ctx);
    recordList(ctx, before, after);
    return { travel_times: after };
  },
});

function distinct(wanted: TravelTime[]): TravelTime[] {
  const seen = new Set<string>();
  return wanted.map(({ from, to, minutes }, at) => {
    const way = { from: postalCodeKey(from), to: postalCodeKey(to), minutes };
    const key = `${way.from}/${way.to}`;
    if (seen.has(key)) {
      throw invalidField(
        `travel_times.${at}`,
        `says ${from} to ${to} a second time`,
        "Send each direction once.",
      );
    }
    seen.add(key);
    return way;
  });
}

function recordList(ctx: Ctx, before: TravelTime[], after: TravelTime[]): void {
  ctx.changed({
    noun: "scheduling_travel_times",
    id: ctx.workspaceId,
    before: { travel_times: before },
    after: { travel_times: after },
  });
}
