-- Leads (somebody who called or wrote and may become a job), what happened to them, and what the receptionist has
-- settled with each customer so far.
create table leads (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  contact_id uuid,
  phone_number_id uuid,
  customer_e164 text not null,
  status text not null default 'Active' check (status in ('Active', 'Booked', 'Won', 'Lost')),
  source text not null,
  active_at timestamptz not null,
  booked_at timestamptz,
  won_at timestamptz,
  lost_at timestamptz,
  last_event_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, phone_number_id) references phone_numbers (workspace_id, id)
    on delete set null (phone_number_id)
);
select protect_table('leads');
-- Two webhooks at once make one lead: the second finds the first.
create unique index leads_one_open on leads (workspace_id, contact_id) where status in ('Active', 'Booked');
create index leads_newest on leads (workspace_id, created_at desc, id desc);
create index leads_by_contact on leads (workspace_id, contact_id, created_at desc, id desc);

create table lead_events (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  position bigint generated always as identity,
  lead_id uuid not null,
  type text not null,
  summary text not null,
  details jsonb not null default '{}',
  -- the provider's id of what happened; a second delivery of the same event adds nothing
  dedup_key text,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, lead_id) references leads (workspace_id, id) on delete cascade
);
select protect_table('lead_events');
create unique index lead_events_once on lead_events (workspace_id, dedup_key) where dedup_key is not null;
create index lead_events_timeline on lead_events (workspace_id, lead_id, position);

create table receptionist_dialogues (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  conversation_id uuid not null,
  lead_id uuid,
  memo jsonb not null default '{}',
  -- the customer's message up to which the receptionist has answered
  answered_position bigint,
  owner_window_ends_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, conversation_id),
  foreign key (workspace_id, conversation_id) references sms_conversations (workspace_id, id) on delete cascade,
  foreign key (workspace_id, lead_id) references leads (workspace_id, id) on delete set null (lead_id)
);
select protect_table('receptionist_dialogues');
create index receptionist_dialogues_by_lead on receptionist_dialogues (workspace_id, lead_id);
