import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { notFound } from "../../../kernel/errors.ts";
import type { Service } from "../services/service.ts";

type Hosts = { id: string; name: string }[];

/** A service as a voice agent offers it. */
export type Offering = { service: Service; hosts: Hosts; country: string };

/**
 * The service of an id with those who give it, in one statement: somebody is waiting on the line. Throws NOT_FOUND for one that
 * is not here, or no longer offered.
 */
export async function offeringOf(ctx: Ctx, id: string): Promise<Offering> {
  const row = await ctx.db
    .from("scheduled_event_types")
    .selectAll()
    .select([
      sql<Hosts>`(
        select coalesce(json_agg(json_build_object('id', m.id, 'name', m.name) order by m.created_at, m.id), '[]')
          from members m
         where m.workspace_id = scheduled_event_types.workspace_id and m.status = 'active'
           and case when cardinality(booking_assigned_user_ids) > 0
                    then m.id = any(booking_assigned_user_ids) else m.is_staff end)`.as("hosts"),
      sql<string>`(select country from workspaces w where w.id = scheduled_event_types.workspace_id)`.as(
        "country",
      ),
    ])
    .where("id", "=", id)
    .executeTakeFirst();
  if (!row) {
    throw notFound(`No event type with id ${id}.`, { fix: "List the event types to find a valid id." });
  }
  const { hosts, country, ...service } = row;
  if (!service.is_active) {
    throw notFound(`${service.name} is not offered at present.`, {
      fix: "Offer the caller something else, or that somebody rings back.",
    });
  }
  return { service, hosts, country };
}
