/**
 * What became of the calendar, told from the bookings alone: whoever kept the times is not asked whether they were kept.
 * Only the last question looks at the claims, and asks whether they say what the bookings say.
 */
import type { Database } from "../../kernel/database.ts";
import type { Arena } from "./arena.ts";

const kept = "status in ('confirmed', 'attended', 'late')";

// Two seats of one class sitting: same service, same people, same time; anything else that overlaps is a double booking.
const sameSitting = `a.capacity > 1 and b.capacity > 1 and a.event_type_id = b.event_type_id
  and (select array_agg(h order by h) from unnest(a.host_ids) h) = (select array_agg(h order by h) from unnest(b.host_ids) h)
  and (a.starts_at, a.ends_at, a.blocked_from, a.blocked_until) = (b.starts_at, b.ends_at, b.blocked_from, b.blocked_until)`;

const doubled = (subjects: string) => `
  select count(*) as count from bookings a join bookings b
    on a.workspace_id = b.workspace_id and a.id < b.id and a.${subjects} && b.${subjects}
   and a.blocked_from < b.blocked_until and b.blocked_from < a.blocked_until
   where a.workspace_id = $1 and a.${kept} and b.${kept} and not (${sameSitting})`;

const questions: Record<string, string> = {
  "members booked twice": doubled("host_ids"),
  "resources booked twice": doubled("resource_ids"),
  "classes above their capacity": `
    select count(*) as count from (
      select 1 from bookings b, unnest(b.host_ids) host
       where b.workspace_id = $1 and b.${kept} and b.capacity > 1
       group by b.event_type_id, host, b.starts_at having count(*) > min(b.capacity)) full_up`,
  "pairs without both": `
    select count(*) as count from bookings b join scheduled_event_types t using (workspace_id)
     where t.workspace_id = $1 and t.id = b.event_type_id and b.${kept} and t.host_assignment = 'all'
       and cardinality(b.host_ids) <> cardinality(t.booking_assigned_user_ids)`,
  "visits without the resources they need": `
    select count(*) as count from bookings b join scheduled_event_types t using (workspace_id)
     where t.workspace_id = $1 and t.id = b.event_type_id and b.${kept}
       and cardinality(b.resource_ids) <> jsonb_array_length(t.resource_requirements)`,
  // Beside a visit made before it, or moved there, none of the service's visits stands nearer than the way takes.
  "visits nobody could drive to": `
    select count(*) as count from bookings a join bookings b
      on a.workspace_id = b.workspace_id and a.id <> b.id and a.host_ids && b.host_ids
    join scheduled_event_types t on t.workspace_id = a.workspace_id and t.id = a.event_type_id
     where a.workspace_id = $1 and a.${kept} and b.${kept} and t.travel_minutes is not null
       and b.event_type_id = a.event_type_id and a.postal_code <> b.postal_code
       and b.starts_at >= a.ends_at and b.starts_at < a.ends_at + t.travel_minutes * interval '1 minute'`,
  "claims that say something else than the bookings": `
    select count(*) as count from (
      select id, subject, blocked_from, blocked_until from bookings, unnest(host_ids || resource_ids) subject
       where workspace_id = $1 and ${kept}) told
      full join (
      select booking_id as id, subject_id as subject, claimed_from as blocked_from, claimed_until as blocked_until
        from slot_claims where workspace_id = $1 and booking_id is not null) claimed
      using (id, subject, blocked_from, blocked_until)
     where told is null or claimed is null`,
};

/** How many of each wrong there are; nothing at all when the calendar is right. */
export async function auditCalendar(database: Database, arena: Arena): Promise<Record<string, number>> {
  const wrongs: Record<string, number> = {};
  for (const [wrong, question] of Object.entries(questions)) {
    const { rows } = await database.owner(question.replaceAll("$1", `'${arena.workspaceId}'`));
    const count = Number(rows[0]?.["count"]);
    if (count !== 0) wrongs[wrong] = count;
  }
  const spread = await turnsApart(database, arena);
  if (spread > 1) wrongs["turns apart where everybody was free"] = spread;
  return wrongs;
}

/** By how many bookings the host with most is ahead of the one with fewest, in the month with the largest difference. */
async function turnsApart(database: Database, { fair }: Arena): Promise<number> {
  const { rows } = await database.owner(`
    select coalesce(max(most - fewest), 0) as apart from (
      select max(count) as most, min(count) as fewest from (
        select month, host, count(b.id) as count
          from unnest(array['${fair.memberIds.join("','")}']::uuid[]) host
         cross join (select distinct date_trunc('month', starts_at at time zone 'UTC') as month from bookings
                      where workspace_id = '${fair.workspaceId}') months
          left join bookings b on b.workspace_id = '${fair.workspaceId}' and b.member_id = host
           and date_trunc('month', b.starts_at at time zone 'UTC') = month
         group by month, host) counts
       group by month) months`);
  return Number(rows[0]?.["apart"]);
}
