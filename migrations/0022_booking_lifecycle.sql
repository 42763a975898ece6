-- What happens to a booking after it was made: whether its people came, what they are told then, and who takes notes.
alter table bookings
  add column google_meet_link text,
  add column attended_at timestamptz,
  add column late_at timestamptz,
  add column no_show_at timestamptz,
  -- The booking whose place this one took: the same mail takes that one off the calendars.
  add column replaces_booking_id uuid,
  add foreign key (workspace_id, replaces_booking_id) references bookings (workspace_id, id)
    on delete set null (replaces_booking_id);

alter table booking_messages drop constraint booking_messages_kind_check;
alter table booking_messages
  add constraint booking_messages_kind_check
    check (kind in ('confirmation', 'reminder', 'cancellation', 'late', 'no_show', 'rebooking')),
  -- Tells apart what one event type sends at one moment over one channel.
  add column position smallint not null default 0,
  -- The calendar file a mail brings along, by the booking's sequence; empty for mails without one.
  add column invitation_sequence integer;
drop index booking_messages_once;
create unique index booking_messages_once on booking_messages
  (workspace_id, booking_id, booking_sequence, kind, channel, coalesce(offset_minutes, 0), coalesce(recipient, ''), position);

-- One row per bot that was sent to a booking's meeting.
create table booking_notetakers (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  booking_id uuid not null,
  meeting_url text not null,
  joins_at timestamptz not null,
  leaves_at timestamptz not null,
  status text not null check (status in ('scheduled', 'joined', 'completed', 'cancelled', 'failed')),
  reason text,
  provider text not null,
  provider_id text,
  credit_hold_id uuid,
  credits_charged bigint,
  recorded_minutes integer,
  transcript jsonb,
  ended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade
);
select protect_table('booking_notetakers');
create unique index booking_notetakers_one_at_work on booking_notetakers (workspace_id, booking_id)
  where status in ('scheduled', 'joined', 'completed');
create index booking_notetakers_by_booking on booking_notetakers (workspace_id, booking_id);
