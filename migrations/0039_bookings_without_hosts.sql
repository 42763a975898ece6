-- Messages to the team name the member: who has left gets none, and who has a new number gets it there.
alter table booking_messages
  add column member_id uuid,
  -- When the appointment was to be before it was moved, for the message that says so.
  add column moved_from timestamptz,
  add foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade;

-- A booking whose host has left the team is a conflict like one whose host is busy elsewhere, without a calendar behind it.
alter table calendar_conflicts
  alter column connection_id drop not null,
  add column kind text not null default 'busy_elsewhere' check (kind in ('busy_elsewhere', 'host_left'));
drop index calendar_conflicts_open;
create unique index calendar_conflicts_open on calendar_conflicts
  (workspace_id, booking_id, member_id, coalesce(connection_id, member_id), external_id, busy_from) where status = 'open';

-- The name of an appointment in everybody's calendar, when it is older than the booking: one that took another's place
-- goes on under that one's. Empty: the booking's own id.
alter table bookings add column invitation_id uuid;
create index bookings_by_replaced on bookings (workspace_id, replaces_booking_id) where replaces_booking_id is not null;

-- The numbered list a caller was last read, so that a number means what they heard however the list has changed since.
create table voice_listings (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  listener text not null,
  booking_ids uuid[] not null,
  listed_at timestamptz not null,
  primary key (workspace_id, listener)
);
select protect_table('voice_listings');
create index voice_listings_by_age on voice_listings (listed_at);
