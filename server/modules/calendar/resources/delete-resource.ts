import { Type } from "typebox";
import { conflict, missing, notFound } from "../../../kernel/errors.ts";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { listServices } from "../services/services.store.ts";

export const deleteResource = operation({
  name: "delete_scheduling_resource",
  surface: workspaceApi,
  section: "Scheduling",
  route: "DELETE /scheduling-resources/:id",
  scopes: ["company:write"],
  effect: "destructive",
  noun: "scheduling_resource",
  summary: "Delete a resource that no event type needs any more; bookings that have it keep their times.",
  shape: "empty",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Null(),
  errors: [notFound, conflict],
  async run(ctx, { id }) {
    // Locked first: an event type that is about to need it either waits and finds it gone, or is seen below.
    const resource = await ctx.db
      .from("scheduling_resources")
      .selectAll()
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirst();
    if (!resource) throw missing("scheduling resource", id);
    const users = (await listServices(ctx)).filter((service) =>
      service.resource_requirements.some((one) => one.any_of.includes(resource.id)),
    );
    if (users.length > 0) {
      const names = users.map((service) => service.name).join(", ");
      throw conflict(`${resource.name} is needed by ${names}.`, {
        fix: "Take it out of their resource_requirements first, or set is_active to false.",
        details: { event_types: users.map(({ id: serviceId, name }) => ({ id: serviceId, name })) },
      });
    }
    await ctx.db.remove("scheduling_resources").where("id", "=", id).execute();
    recordDeleted(ctx, "scheduling_resource", resource);
    return null;
  },
});
