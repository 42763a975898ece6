-- Where opportunities stand: pipelines, their stages, and a card for every pipeline an opportunity is in.
create table pipelines (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  color text,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('pipelines');
create index pipelines_in_order on pipelines (workspace_id, created_at, id);

create table pipeline_stages (
  workspace_id uuid not null,
  id uuid not null,
  pipeline_id uuid not null,
  name text not null,
  description text,
  color text,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  -- So that a card can only name a stage of its own pipeline.
  unique (workspace_id, pipeline_id, id),
  foreign key (workspace_id, pipeline_id) references pipelines (workspace_id, id) on delete cascade
);
select protect_table('pipeline_stages');
create index pipeline_stages_in_order on pipeline_stages (workspace_id, pipeline_id, position, id);

-- A card. `rank` orders the cards of a stage: a text between its neighbours', so that a drag writes one row.
create table opportunity_placements (
  workspace_id uuid not null,
  id uuid not null,
  opportunity_id uuid not null,
  pipeline_id uuid not null,
  stage_id uuid not null,
  rank text collate "C" not null,
  placed_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, opportunity_id, pipeline_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, pipeline_id, stage_id) references pipeline_stages (workspace_id, pipeline_id, id)
);
select protect_table('opportunity_placements');
create index opportunity_placements_in_order on opportunity_placements (workspace_id, stage_id, rank, id);
create index opportunity_placements_by_pipeline on opportunity_placements (workspace_id, pipeline_id, opportunity_id);

-- People besides the primary contact.
create table opportunity_contacts (
  workspace_id uuid not null,
  opportunity_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, opportunity_id, contact_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
select protect_table('opportunity_contacts');
create index opportunity_contacts_by_contact on opportunity_contacts (workspace_id, contact_id, opportunity_id);

create table opportunity_users (
  workspace_id uuid not null,
  opportunity_id uuid not null,
  user_id uuid not null,
  is_primary boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, opportunity_id, user_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, id) on delete cascade
);
select protect_table('opportunity_users');
create index opportunity_users_by_user on opportunity_users (workspace_id, user_id, opportunity_id);
