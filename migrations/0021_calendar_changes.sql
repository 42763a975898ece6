-- Whose times have changed lately, and in which transaction: what a process remembers of a calendar is right as long as no
-- transaction that it did not see has a row here. server/modules/calendar/bookings/busy-cache.ts reads it.
create table calendar_changes (
  -- Without a foreign key: when a workspace goes, the going of its claims is noted after it.
  workspace_id uuid not null,
  id bigint generated always as identity,
  subject_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  -- By the database's own clock, as is the age of what is remembered.
  noted_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, id)
);
select protect_table('calendar_changes');
-- Written by the triggers alone.
revoke insert, update, delete on calendar_changes from frontdesk_app;
create index calendar_changes_by_transaction on calendar_changes (workspace_id, xid) include (subject_id);
create index calendar_changes_by_time on calendar_changes (noted_at);

create function note_claim_changes() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into calendar_changes (workspace_id, subject_id) select distinct changed.workspace_id, changed.subject_id from changed;
  return null;
end $$;
create function note_busy_changes() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into calendar_changes (workspace_id, subject_id) select distinct changed.workspace_id, changed.member_id from changed;
  return null;
end $$;
-- What a foreign key deletes is deleted by the tables' owner, whom no policy lets in.
grant create on schema public to frontdesk_system;
alter function note_claim_changes() owner to frontdesk_system;
alter function note_busy_changes() owner to frontdesk_system;
revoke create on schema public from frontdesk_system;

create trigger note_new after insert on slot_claims referencing new table as changed
  for each statement execute function note_claim_changes();
create trigger note_before after update on slot_claims referencing old table as changed
  for each statement execute function note_claim_changes();
create trigger note_after after update on slot_claims referencing new table as changed
  for each statement execute function note_claim_changes();
create trigger note_gone after delete on slot_claims referencing old table as changed
  for each statement execute function note_claim_changes();

create trigger note_new after insert on external_busy referencing new table as changed
  for each statement execute function note_busy_changes();
create trigger note_before after update on external_busy referencing old table as changed
  for each statement execute function note_busy_changes();
create trigger note_after after update on external_busy referencing new table as changed
  for each statement execute function note_busy_changes();
create trigger note_gone after delete on external_busy referencing old table as changed
  for each statement execute function note_busy_changes();
