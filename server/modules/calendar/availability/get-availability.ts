import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { AvailabilityRecord, effectiveAvailability, memberOf, userIdInput } from "./availability-record.ts";

export const getAvailability = operation({
  name: "get_scheduling_availability",
  surface: workspaceApi,
  section: "Scheduling",
  route: "GET /scheduling-availability",
  scopes: ["company:read"],
  effect: "read",
  noun: "scheduling_availability",
  summary: "Get weekly hours, zone and date overrides of the company or of one user.",
  description:
    "A user without hours of their own has the company's. A company that set none is open Monday to Friday, 09:00 to 17:00 in its own zone.",
  input: Type.Object({ user_id: userIdInput }, { additionalProperties: false }),
  output: AvailabilityRecord,
  async run(ctx, { user_id: userId }) {
    return effectiveAvailability(ctx, await memberOf(ctx, userId));
  },
});
