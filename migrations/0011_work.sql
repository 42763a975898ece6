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
create index activities_by_type on activities (workspace_id, activity_type, created_at desc, id desc);

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
create unique index task_categories_by_name on task_categories (workspace_id, lower(name));
create index task_categories_in_order on task_categories (workspace_id, position, id);

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
create index tasks_by_status on tasks (workspace_id, status, rank, id);
create index tasks_by_priority on tasks (workspace_id, priority, rank, id);
create index tasks_by_category on tasks (workspace_id, category_id, rank, id);
create index tasks_by_due_date on tasks (workspace_id, due_date) where due_date is not null;

create table work_order_statuses (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  label text not null,
  color text,
  position integer not null default 0,
  is_complete boolean not null default false,
  -- In the company's own list; the others belong to products with a configuration of their own.
  is_standard boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('work_order_statuses');
create unique index work_order_statuses_by_label on work_order_statuses (workspace_id, lower(label));

create table work_orders (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  opportunity_product_id uuid not null,
  -- The line's, which never changes; here so that one index holds an opportunity's work in its order. A trigger fills it.
  opportunity_id uuid not null,
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
create function fill_work_order_opportunity() returns trigger language plpgsql as $$
begin
  select opportunity_id into new.opportunity_id from opportunity_products
   where workspace_id = new.workspace_id and id = new.opportunity_product_id;
  return new;
end $$;
create trigger work_orders_opportunity before insert on work_orders
  for each row execute function fill_work_order_opportunity();
create index work_orders_in_order on work_orders (workspace_id, sort_order, id);
create index work_orders_by_line on work_orders (workspace_id, opportunity_product_id, sort_order, id);
create index work_orders_by_opportunity on work_orders (workspace_id, opportunity_id, sort_order, id);
create index work_orders_by_status on work_orders (workspace_id, status_id, sort_order, id);
create index work_orders_by_assignee on work_orders (workspace_id, assigned_to, sort_order, id);
create index work_orders_by_day on work_orders (workspace_id, schedule_date, sort_order, id);
create index work_orders_by_assignee_and_day on work_orders (workspace_id, assigned_to, schedule_date);

-- A link that shows a customer how the work on an opportunity stands. Token and PIN are kept as hashes only.
create table work_status_portals (
  workspace_id uuid not null,
  id uuid not null,
  opportunity_id uuid not null,
  recipient_email text not null,
  recipient_name text not null,
  token_hash text not null unique,
  pin_hash text not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  -- Guesses since the last right one; each is counted before it is looked at.
  guesses integer not null default 0,
  locked_until timestamptz,
  opened_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade
);
select protect_table('work_status_portals');
create index work_status_portals_newest on work_status_portals (workspace_id, created_at desc, id desc);
create index work_status_portals_by_opportunity
  on work_status_portals (workspace_id, opportunity_id, created_at desc, id desc);

-- The statuses a company begins with. The lock makes first comers wait for each other and for whoever is setting up
-- a list of their own, so that the two never mix.
create function ensure_work_order_statuses(ids uuid[], labels text[], at timestamptz) returns void
  language plpgsql volatile as $$
begin
  if exists (select from work_order_statuses where workspace_id = current_workspace() and is_standard) then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('work_order_statuses ' || current_workspace(), 0));
  if exists (select from work_order_statuses where workspace_id = current_workspace() and is_standard) then return; end if;
  insert into work_order_statuses
    (workspace_id, id, label, position, is_complete, is_standard, created_at, updated_at)
  select current_workspace(), given.id, given.label, given.place - 1, given.place = cardinality(labels), true, at, at
    from unnest(ids, labels) with ordinality as given (id, label, place)
  on conflict (workspace_id, lower(label)) do update set is_standard = true;
end $$;
