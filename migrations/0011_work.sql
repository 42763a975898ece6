-- What was done and what is to do: activities, tasks, work orders and the page that shows a customer how the work stands.
create table activities (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  activity_type text not null check (activity_type in ('call', 'meeting', 'note')),
  subject text not null,
  description text,
  contact_id uuid,
  opportunity_id uuid,
  company_id uuid,
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, company_id) references companies (workspace_id, id) on delete cascade
);
select protect_table('activities');
create index activities_newest on activities (workspace_id, created_at desc, id desc);
create index activities_by_contact on activities (workspace_id, contact_id, created_at desc, id desc);
create index activities_by_opportunity on activities (workspace_id, opportunity_id, created_at desc, id desc);
create index activities_by_company on activities (workspace_id, company_id, created_at desc, id desc);

create table task_categories (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  color text,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('task_categories');

create table tasks (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  title text not null,
  description text,
  status text not null default 'open' check (status in ('open', 'completed')),
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high')),
  category_id uuid,
  due_date date,
  completed_at timestamptz,
  opportunity_id uuid,
  contact_id uuid,
  assigned_to uuid,
  rank text collate "C" not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, category_id) references task_categories (workspace_id, id) on delete set null (category_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, assigned_to) references members (workspace_id, id) on delete set null (assigned_to)
);
select protect_table('tasks');
create index tasks_in_order on tasks (workspace_id, rank, id);
create index tasks_by_opportunity on tasks (workspace_id, opportunity_id, rank, id);
create index tasks_by_contact on tasks (workspace_id, contact_id, rank, id);
create index tasks_by_assignee on tasks (workspace_id, assigned_to, rank, id);

create table work_order_statuses (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  label text not null,
  color text,
  position integer not null default 0,
  is_complete boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('work_order_statuses');
create unique index work_order_statuses_by_label on work_order_statuses (workspace_id, lower(label));

create table work_orders (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  opportunity_product_id uuid not null,
  status_id uuid,
  schedule_date date not null,
  -- The wall clock of the workspace; null is all day.
  schedule_time time,
  assigned_to uuid,
  data jsonb not null default '{}',
  sort_order integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, opportunity_product_id) references opportunity_products (workspace_id, id) on delete cascade,
  foreign key (workspace_id, status_id) references work_order_statuses (workspace_id, id),
  foreign key (workspace_id, assigned_to) references members (workspace_id, id) on delete set null (assigned_to)
);
select protect_table('work_orders');
create index work_orders_newest on work_orders (workspace_id, created_at desc, id desc);
create index work_orders_by_line on work_orders (workspace_id, opportunity_product_id, id);
create index work_orders_by_day on work_orders (workspace_id, schedule_date, schedule_time);
create index work_orders_by_assignee on work_orders (workspace_id, assigned_to, schedule_date);
