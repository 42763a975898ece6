-- Dashboards of report cards, who may see the restricted ones, funnels, and dashboards on their way to somebody by mail.
create table report_dashboards (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  -- What it was made of; its cards are its own since.
  template text,
  pipeline_id uuid,
  visibility text not null default 'all_users' check (visibility in ('all_users', 'restricted')),
  -- The member, or the key of nobody in particular, that made it and always sees it.
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, pipeline_id) references pipelines (workspace_id, id) on delete set null (pipeline_id)
);
select protect_table('report_dashboards');
create index report_dashboards_newest on report_dashboards (workspace_id, created_at desc, id desc);

-- Who may see a restricted dashboard: a member or everybody of a role.
create table report_dashboard_acl (
  workspace_id uuid not null,
  id uuid not null,
  dashboard_id uuid not null,
  user_id uuid,
  role_name text check (role_name in ('client_admin', 'client_editor', 'client_viewer')),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  check (num_nonnulls(user_id, role_name) = 1),
  unique nulls not distinct (workspace_id, dashboard_id, user_id, role_name),
  foreign key (workspace_id, dashboard_id) references report_dashboards (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, id) on delete cascade
);
select protect_table('report_dashboard_acl');
create index report_dashboard_acl_newest on report_dashboard_acl (workspace_id, dashboard_id, created_at desc, id desc);
create index report_dashboard_acl_by_user on report_dashboard_acl (workspace_id, user_id, dashboard_id);

create table report_cards (
  workspace_id uuid not null,
  id uuid not null,
  dashboard_id uuid not null,
  title text not null,
  visualization_type text not null,
  query_spec jsonb not null,
  display_config jsonb not null default '{}',
  size text not null default 'md' check (size in ('sm', 'md', 'lg')),
  -- From 0, without gaps.
  position integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, dashboard_id) references report_dashboards (workspace_id, id) on delete cascade
);
select protect_table('report_cards');
create index report_cards_in_order on report_cards (workspace_id, dashboard_id, position, id);

create table report_funnels (
  workspace_id uuid not null,
  id uuid not null,
  pipeline_id uuid not null,
  -- [{name, stage_ids}]
  steps jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, pipeline_id),
  foreign key (workspace_id, pipeline_id) references pipelines (workspace_id, id) on delete cascade
);
select protect_table('report_funnels');

-- A dashboard for one recipient, from the request to the mail: drawing it takes longer than a request should.
create table report_digests (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  dashboard_id uuid not null,
  status text not null check (status in ('queued', 'mailed', 'failed')),
  recipient_email text not null,
  recipient_name text,
  recipient_user_id uuid,
  -- What was asked for: subject, intro, outro, sender and the records it is about.
  request jsonb not null,
  email_log_id uuid,
  error text,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, dashboard_id) references report_dashboards (workspace_id, id) on delete cascade
);
select protect_table('report_digests');
create index report_digests_newest on report_digests (workspace_id, dashboard_id, created_at desc);
