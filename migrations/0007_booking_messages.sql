-- What a booking says to people: one row per message and recipient. The jobs only point here.
create table booking_messages (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  booking_id uuid not null,
  -- Counts the times the booking was moved: messages of an earlier schedule are never sent.
  booking_sequence integer not null,
  kind text not null check (kind in ('confirmation', 'reminder', 'cancellation')),
  channel text not null check (channel in ('sms', 'email')),
  audience text not null check (audience in ('customer', 'attendee', 'team')),
  -- Empty for the customer, whose number and address are read when the message leaves.
  recipient text,
  recipient_name text,
  offset_minutes integer,
  label text,
  subject_template text,
  body_template text,
  due_at timestamptz not null,
  status text not null
    check (status in ('pending', 'sending', 'sent', 'held', 'cancelled', 'skipped', 'failed')),
  reason text,
  attempts integer not null default 0,
  last_error text,
  -- Set while one worker has it: another may take over when this is long past.
  claimed_at timestamptz,
  message_id uuid,
  provider_id text,
  sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade
);
select protect_table('booking_messages');
create unique index booking_messages_once on booking_messages
  (workspace_id, booking_id, booking_sequence, kind, channel, coalesce(offset_minutes, 0), coalesce(recipient, ''));
create unique index booking_messages_one_cancellation on booking_messages (workspace_id, booking_id)
  where kind = 'cancellation';
create index booking_messages_by_status on booking_messages (workspace_id, status, due_at, id);

-- What the conformance runner found out about the capabilities of this installation's businesses.
create table conformance_runs (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  capability text not null,
  test text not null,
  passed boolean not null,
  duration_ms integer not null,
  detail text,
  ran_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('conformance_runs');
create index conformance_runs_newest on conformance_runs (ran_at desc, id desc);

-- One row per provider, service, start and customer for the last booking an agent made: whoever comes second within
-- the window waits for the first and gets its booking.
create table capability_claims (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  service_id uuid not null,
  starts_at timestamptz not null,
  email text not null,
  booking_id uuid,
  created_at timestamptz not null,
  primary key (workspace_id, service_id, starts_at, email),
  foreign key (workspace_id, service_id) references scheduled_event_types (workspace_id, id) on delete cascade,
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade
);
select protect_table('capability_claims');
