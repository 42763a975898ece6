-- Who made a secret address or an invitation: it leads nowhere once they may do nothing in the workspace any more. Rows of which
-- nobody knows who made them go on.
alter table calendar_feeds add column set_up_by_kind text, add column set_up_by text;
alter table member_invitations add column set_up_by_kind text, add column set_up_by text;

update calendar_feeds f set set_up_by_kind = told.actor_kind, set_up_by = told.actor_id
  from (select distinct on (a.workspace_id, a.record_id) a.workspace_id, a.record_id, a.actor_kind, a.actor_id
          from audit_entries a
         where a.noun = 'calendar_feed' and a.operation in ('create_calendar_feed', 'regenerate_calendar_feed')
         order by a.workspace_id, a.record_id, a.id desc) told
 where told.workspace_id = f.workspace_id and told.record_id = f.id::text;
