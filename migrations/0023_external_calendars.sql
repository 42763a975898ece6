-- Calendars people keep elsewhere: what keeps them busy comes in, what is booked here goes out.
create table calendar_connections (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  member_id uuid not null,
  provider text not null check (provider in ('local', 'google', 'caldav', 'ics')),
  calendar_id text not null,
  name text not null,
  -- Sealed with the installation's key.
  credentials text not null,
  reads_busy boolean not null,
  writes_bookings boolean not null,
  -- connecting: nothing was read yet. revoked: its owner has to connect it again.
  status text not null check (status in ('connecting', 'active', 'failing', 'revoked')),
  -- On its way out: shown to nobody, until its provider has been taken leave of.
  is_removed boolean not null default false,
  last_error text,
  failures integer not null default 0,
  -- Until then a calendar that does not answer is left alone.
  next_attempt_at timestamptz,
  -- Where the provider says we are, for entries that begin before synced_until.
  sync_token text,
  synced_until timestamptz,
  synced_at timestamptz,
  -- Who is reading it now, and until when that is believed; sync_wanted: somebody asked meanwhile.
  sync_claim uuid,
  sync_claimed_until timestamptz,
  sync_wanted boolean not null default false,
  channel_id uuid,
  channel_resource_id text,
  channel_expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('calendar_connections');
create unique index calendar_connections_once on calendar_connections (workspace_id, member_id, provider, calendar_id)
  where not is_removed;
-- A booking is written into one calendar of each of its hosts.
create unique index calendar_connections_one_written on calendar_connections (workspace_id, member_id)
  where writes_bookings and not is_removed;
create index calendar_connections_in_order on calendar_connections (workspace_id, created_at, id);
create unique index calendar_connections_by_channel on calendar_connections (channel_id) where channel_id is not null;

alter table external_busy
  add column connection_id uuid,
  -- The provider's name for the entry; one that repeats has several times.
  add column external_id text,
  add column title text,
  add foreign key (workspace_id, connection_id) references calendar_connections (workspace_id, id) on delete cascade;
create index external_busy_by_connection on external_busy (workspace_id, connection_id, external_id)
  where connection_id is not null;

-- What we wrote into whose calendar. The digest is of what stands there now, so that a change is told from a retry;
-- null: nothing does, "unknown": nobody has heard.
create table booking_calendar_events (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  booking_id uuid not null,
  connection_id uuid not null,
  -- The sitting it was part of when it was last looked at: who is left behind there needs looking after.
  occasion_id uuid not null,
  external_id text,
  digest text,
  status text not null check (status in ('pending', 'written', 'deleted', 'failed')),
  failures integer not null default 0,
  last_error text,
  next_attempt_at timestamptz,
  claim uuid,
  claimed_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, booking_id, connection_id),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade,
  foreign key (workspace_id, connection_id) references calendar_connections (workspace_id, id) on delete cascade
);
select protect_table('booking_calendar_events');
create index booking_calendar_events_by_connection on booking_calendar_events (workspace_id, connection_id);

-- A confirmed booking whose host turned out to be busy elsewhere.
create table calendar_conflicts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  booking_id uuid not null,
  member_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  title text,
  busy_from timestamptz not null,
  busy_until timestamptz not null,
  status text not null check (status in ('open', 'resolved')),
  found_at timestamptz not null,
  resolved_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade,
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
  foreign key (workspace_id, connection_id) references calendar_connections (workspace_id, id) on delete cascade
);
select protect_table('calendar_conflicts');
create unique index calendar_conflicts_open on calendar_conflicts
  (workspace_id, booking_id, member_id, connection_id, external_id, busy_from) where status = 'open';
create index calendar_conflicts_newest on calendar_conflicts (workspace_id, found_at desc, id desc);

create index local_outbox_by_recipient on local_outbox (channel, recipient, at, key);
