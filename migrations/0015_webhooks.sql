-- Where a follower of the event feed has read to, one row per workspace that needs it; the row is also the follower's
-- lock. An event stays while any follower of its workspace has not read it.
create table event_followers (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  name text not null,
  -- Filled by default when the installation moves to another server, where events are numbered anew in one transaction.
  transaction_id xid8 not null default pg_current_xact_id(),
  position bigint not null,
  primary key (workspace_id, name)
);
select protect_table('event_followers');

-- Rows arrive in the order of time, so a summary of each block range is enough to find the old ones.
create index events_age on events using brin (occurred_at);

-- The number the newest event of the installation was given; the sequence itself is not for the application to touch.
create function last_event_position() returns bigint language sql stable security definer
  set search_path = pg_catalog, public as
$$ select coalesce(pg_sequence_last_value(pg_get_serial_sequence('public.events', 'position')::regclass), 0) $$;

-- Whoever is told what happens: an API subscription, or an outgoing webhook of the automations.
create table webhook_endpoints (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  kind text not null check (kind in ('subscription', 'outgoing')),
  name text,
  description text,
  url text not null,
  events text[] not null,
  headers jsonb not null default '{}',
  include_trigger_data boolean not null default true,
  secret text not null,
  -- What the key that set it up may read; null: everything. Records beyond that are named, not shown.
  scopes text[],
  is_active boolean not null,
  -- Events numbered up to here were there before it.
  after_position bigint not null,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('webhook_endpoints');
create index webhook_endpoints_newest on webhook_endpoints (workspace_id, kind, created_at desc, id desc);

-- One message for one endpoint. Messages of one lane (a record) go out in the order of position, one after the other.
create table webhook_deliveries (
  workspace_id uuid not null,
  id uuid not null,
  endpoint_id uuid not null,
  message_id uuid not null,
  event_type text not null,
  noun text not null,
  record_id text,
  lane text not null,
  position bigint not null,
  occurred_at timestamptz not null,
  -- Written with the first attempt; every further one sends the same bytes.
  body text,
  -- A test is tried once.
  once boolean not null default false,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  give_up_at timestamptz,
  -- Who is sending it now, and until when that is believed.
  claim uuid,
  claimed_until timestamptz,
  http_status integer,
  error text,
  delivered_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, endpoint_id) references webhook_endpoints (workspace_id, id) on delete cascade
);
select protect_table('webhook_deliveries');
create unique index webhook_deliveries_once on webhook_deliveries (workspace_id, endpoint_id, message_id);
create index webhook_deliveries_lane on webhook_deliveries (workspace_id, endpoint_id, lane, position, id)
  where status = 'pending';
create index webhook_deliveries_due on webhook_deliveries (workspace_id, endpoint_id, next_attempt_at)
  where status = 'pending';
create index webhook_deliveries_newest on webhook_deliveries (workspace_id, created_at desc, id desc);
create index webhook_deliveries_by_status on webhook_deliveries (workspace_id, status, created_at desc, id desc);
create index webhook_deliveries_by_endpoint on webhook_deliveries (workspace_id, endpoint_id, created_at desc, id desc);
create index webhook_deliveries_age on webhook_deliveries (created_at);

create table webhook_attempts (
  workspace_id uuid not null,
  id uuid not null,
  endpoint_id uuid not null,
  delivery_id uuid not null,
  message_id uuid not null,
  event_type text not null,
  attempt integer not null,
  status text not null check (status in ('delivered', 'failed')),
  http_status integer,
  duration_ms integer not null,
  error text,
  response_excerpt text,
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, endpoint_id) references webhook_endpoints (workspace_id, id) on delete cascade
);
select protect_table('webhook_attempts');
create index webhook_attempts_by_endpoint on webhook_attempts (workspace_id, endpoint_id, created_at desc, id desc);
create index webhook_attempts_age on webhook_attempts using brin (created_at);

-- Addresses others post to. The token in the address is the credential, so only its hash is kept.
create table incoming_webhooks (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  token_hash text not null unique,
  token_hint text not null,
  secret text,
  is_active boolean not null,
  received_count bigint not null default 0,
  last_received_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('incoming_webhooks');
create index incoming_webhooks_newest on incoming_webhooks (workspace_id, created_at desc, id desc);

create table incoming_webhook_payloads (
  workspace_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  -- What the sender calls the message; the same one again is not taken twice.
  message_key text,
  content_type text not null,
  body jsonb not null,
  received_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, webhook_id) references incoming_webhooks (workspace_id, id) on delete cascade
);
select protect_table('incoming_webhook_payloads');
create unique index incoming_webhook_payloads_once on incoming_webhook_payloads (workspace_id, webhook_id, message_key);
create index incoming_webhook_payloads_newest
  on incoming_webhook_payloads (workspace_id, webhook_id, received_at desc, id desc);
create index incoming_webhook_payloads_age on incoming_webhook_payloads using brin (received_at);
