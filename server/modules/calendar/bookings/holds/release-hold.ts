import { Type } from "typebox";
import { missing, notFound } from "../../../../kernel/errors.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { releaseHold } from "./hold.ts";

export const releaseBookingHold = operation({
  name: "release_booking_hold",
  surface: workspaceApi,
  section: "Scheduling",
  route: "DELETE /scheduling-bookings/holds/:id",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking_hold",
  summary: "Give a held time back before its hold expires.",
  shape: "empty",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Null(),
  errors: [notFound],
  async run(ctx, { id }) {
    if (!(await releaseHold(ctx, id))) throw missing("booking hold", id);
    return null;
  },
});
