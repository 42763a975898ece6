-- What a person allowed an AI agent to do with one business in their name. None of the codes is stored: they are derived
-- from the row's id and a secret of the installation, and code_lookup finds a row by half of one.
create table agent_consents (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  -- asked: a one-time code is on its way to the person · confirmed: they have shown it and hold a code for the agent ·
  -- granted: the agent has its token · revoked: taken back · failed: too many wrong codes
  state text not null check (state in ('asked', 'confirmed', 'granted', 'revoked', 'failed')),
  agent_name text not null,
  scopes text[] not null,
  customer_name text not null,
  channel text not null check (channel in ('email', 'sms')),
  address text not null,
  codes_sent integer not null default 1,
  wrong_codes integer not null default 0,
  code_lookup text,
  api_key_id uuid,
  created_at timestamptz not null,
  -- When the state it is in is over: the one-time code, the agent's code, the agent's token.
  expires_at timestamptz not null,
  granted_at timestamptz,
  revoked_at timestamptz,
  revoked_by text check (revoked_by in ('person', 'business')),
  primary key (workspace_id, id),
  foreign key (workspace_id, api_key_id) references api_keys (workspace_id, id) on delete set null (api_key_id)
);
select protect_table('agent_consents');
create index agent_consents_by_code on agent_consents (workspace_id, code_lookup) where code_lookup is not null;
create index agent_consents_newest on agent_consents (workspace_id, created_at, id);
create index agent_consents_by_state on agent_consents (workspace_id, state, created_at, id);
create index agent_consents_by_address on agent_consents (workspace_id, address, created_at);
create index agent_consents_by_key on agent_consents (workspace_id, api_key_id) where api_key_id is not null;

-- Which bookings and holds are an agent's own: on somebody's behalf it sees and cancels these and no others.
create table agent_bookings (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  booking_id uuid not null,
  agent_id text not null,
  created_at timestamptz not null,
  primary key (workspace_id, booking_id),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade
);
select protect_table('agent_bookings');
create index agent_bookings_by_agent on agent_bookings (workspace_id, agent_id);

alter table api_keys drop constraint api_keys_kind_check;
alter table api_keys add constraint api_keys_kind_check check (kind in ('workspace', 'private', 'consent'));
