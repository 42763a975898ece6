-- The phone and the messages: numbers, calls, what the provider posted, conversations and their texts, and every
-- decision to hold a text back.
create table phone_numbers (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  e164 text not null unique,
  friendly_name text,
  country text,
  status text not null default 'PENDING_ACTIVATION'
    check (status in ('PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED')),
  is_default boolean not null default false,
  transfer_number text,
  -- null: as the workspace's settings say
  ring_seconds integer check (ring_seconds between 5 and 120),
  owner_window_seconds integer check (owner_window_seconds between 30 and 180),
  inbound_voice_agent_config_id uuid,
  outbound_voice_agent_config_id uuid,
  retell_last_synced_at timestamptz,
  retell_last_sync_error text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('phone_numbers');
create unique index phone_numbers_one_default on phone_numbers (workspace_id) where is_default;

create table calls (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  phone_number_id uuid not null,
  provider_id text not null,
  direction text not null default 'in' check (direction in ('in', 'out')),
  from_e164 text not null,
  to_e164 text not null,
  status text not null,
  -- null until it is decided
  outcome text check (outcome in ('answered', 'missed')),
  dial_status text,
  from_owner boolean not null default false,
  contact_id uuid,
  started_at timestamptz not null,
  answered_at timestamptz,
  missed_at timestamptz,
  ended_at timestamptz,
  duration_seconds integer,
  voicemail_url text,
  voicemail_seconds integer,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, provider_id),
  foreign key (workspace_id, phone_number_id) references phone_numbers (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id)
);
select protect_table('calls');
create index calls_newest on calls (workspace_id, started_at desc, id desc);
create index calls_by_caller on calls (workspace_id, from_e164, started_at desc);

-- Evidence of what the provider posted; the unique key is what makes a second delivery of the same event do nothing.
create table webhook_receipts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  provider text not null,
  kind text not null,
  provider_id text not null,
  dedup_key text not null,
  payload jsonb not null,
  outcome text not null,
  provider_time timestamptz,
  received_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, dedup_key)
);
select protect_table('webhook_receipts');
create index webhook_receipts_by_provider_id on webhook_receipts (workspace_id, provider_id);

-- Posts about numbers and messages that no workspace here owns; nobody's, so only the installation may look.
create table unclaimed_webhooks (
  id uuid primary key,
  provider text not null,
  kind text not null,
  provider_id text not null,
  dedup_key text not null unique,
  payload jsonb not null,
  received_at timestamptz not null
);
grant select, insert, delete on unclaimed_webhooks to frontdesk_system;
create index unclaimed_webhooks_age on unclaimed_webhooks (received_at);

create table sms_conversations (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  phone_number_id uuid not null,
  contact_id uuid,
  customer_e164 text not null,
  status text not null default 'active' check (status in ('active', 'archived')),
  state text not null default 'idle' check (state in ('idle', 'missed_detected', 'texted', 'owner_window',
    'ai_active', 'human_active', 'scheduled', 'escalated', 'abandoned', 'closed')),
  state_reason text,
  state_changed_at timestamptz not null,
  unread_count integer not null default 0 check (unread_count >= 0),
  involved_user_ids uuid[] not null default '{}',
  -- set when the other side looks like a machine; automatic replies stop until a person hands the thread back
  robot_suspected_at timestamptz,
  after_hours_notice_at timestamptz,
  last_message_at timestamptz not null,
  last_inbound_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, phone_number_id, customer_e164),
  foreign key (workspace_id, phone_number_id) references phone_numbers (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id)
);
select protect_table('sms_conversations');
create index sms_conversations_newest on sms_conversations (workspace_id, last_message_at desc, id desc);
create index sms_conversations_by_contact on sms_conversations (workspace_id, contact_id);
create index sms_conversations_unread on sms_conversations (workspace_id) where unread_count > 0;

create table sms_messages (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  position bigint generated always as identity,
  -- null: a text to the business' own people, which is in nobody's thread
  conversation_id uuid,
  -- messages of one lane leave one after the other
  lane text not null,
  phone_number_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  sender text not null check (sender in ('customer', 'ai', 'employee', 'system')),
  purpose text not null,
  from_e164 text not null,
  to_e164 text not null,
  body text not null,
  redactions text[] not null default '{}',
  media jsonb not null default '[]',
  segments integer not null default 1,
  status text not null check (status in
    ('received', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'held', 'cancelled')),
  status_reason text,
  provider_id text,
  error_code text,
  attempts integer not null default 0,
  claimed_by text,
  claim_expires_at timestamptz,
  sending_at timestamptz,
  send_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  provider_time timestamptz,
  sent_by_member_id uuid,
  booking_id uuid,
  -- when the booking started as the text was written; a text about another time is not sent
  booking_starts_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references sms_conversations (workspace_id, id) on delete cascade,
  foreign key (workspace_id, phone_number_id) references phone_numbers (workspace_id, id) on delete cascade
);
select protect_table('sms_messages');
create unique index sms_messages_by_provider_id on sms_messages (workspace_id, provider_id)
  where provider_id is not null;
-- A status callback names the message and nothing else; whose it is has to be found across workspaces.
create index sms_messages_sent_as on sms_messages (provider_id) where provider_id is not null;
create index sms_messages_by_id on sms_messages (id);
create index sms_messages_thread on sms_messages (workspace_id, conversation_id, position);
create index sms_messages_leaving on sms_messages (workspace_id, lane, position)
  where status in ('queued', 'sending');

create table guard_decisions (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  guard text not null,
  decision text not null check (decision in ('held', 'suppressed', 'deferred')),
  reason text not null,
  explanation text not null,
  purpose text not null,
  sender text not null,
  to_e164 text not null,
  body text not null,
  contact_id uuid,
  conversation_id uuid,
  message_id uuid,
  booking_id uuid,
  until timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, conversation_id) references sms_conversations (workspace_id, id) on delete cascade
);
select protect_table('guard_decisions');
create index guard_decisions_newest on guard_decisions (workspace_id, created_at desc, id desc);
create index guard_decisions_by_conversation on guard_decisions (workspace_id, conversation_id, created_at desc);
