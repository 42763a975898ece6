-- Imports: the file somebody sent, what became of each of its rows, and what it takes to take that back.
create table imports (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  entity text not null check (entity in ('contacts', 'companies', 'opportunities')),
  filename text not null,
  status text not null default 'ready'
    check (status in ('ready', 'checking', 'running', 'completed', 'failed', 'undoing', 'undone')),
  columns jsonb not null,
  mapping jsonb not null,
  options jsonb not null,
  row_count integer not null,
  -- The first batch that is not done yet.
  next_batch integer not null default 0,
  rows_done integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  skipped integer not null default 0,
  failed integer not null default 0,
  dry_run jsonb,
  undo jsonb,
  failure text,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('imports');
create index imports_newest on imports (workspace_id, created_at desc, id desc);
create index imports_by_entity on imports (workspace_id, entity, created_at desc, id desc);

-- The rows of the file, some hundreds together: [[row number, cell, cell, …], …]. A batch is done in one transaction.
create table import_batches (
  workspace_id uuid not null,
  import_id uuid not null,
  number integer not null,
  rows jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, import_id, number),
  foreign key (workspace_id, import_id) references imports (workspace_id, id) on delete cascade
);
select protect_table('import_batches');
create index import_batches_age on import_batches (created_at);

create table import_errors (
  workspace_id uuid not null,
  id uuid not null,
  import_id uuid not null,
  row_number integer not null,
  column_name text,
  message text not null,
  value text,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, import_id) references imports (workspace_id, id) on delete cascade
);
select protect_table('import_errors');
create index import_errors_in_order on import_errors (workspace_id, import_id, row_number, id);

-- What an import made or changed. `stamp` is the record's updated_at as the import left it: another one means that
-- somebody has changed it since.
create table import_records (
  workspace_id uuid not null,
  import_id uuid not null,
  noun text not null,
  record_id uuid not null,
  row_number integer not null,
  -- The columns an update changed, as they were; null for a record the import made.
  before jsonb,
  stamp timestamptz not null,
  primary key (workspace_id, import_id, noun, record_id),
  foreign key (workspace_id, import_id) references imports (workspace_id, id) on delete cascade
);
select protect_table('import_records');
create index import_records_age on import_records (stamp);

-- Whom the keys of a batch belong to, the oldest record for each. lower() is not leakproof, so under row level security it could
-- not use its index (see contact_ids_matching).
create index opportunities_by_name on opportunities (workspace_id, lower(name));

create function contacts_with_emails(keys text[]) returns table (key text, id uuid) language sql stable security definer
  set search_path = public as $$
  select distinct on (lower(c.email)) lower(c.email), c.id from contacts c
   where c.workspace_id = current_workspace() and c.email is not null and lower(c.email) = any(keys)
   order by lower(c.email), c.created_at, c.id
$$;
create function companies_with_emails(keys text[]) returns table (key text, id uuid) language sql stable security definer
  set search_path = public as $$
  select distinct on (lower(c.email)) lower(c.email), c.id from companies c
   where c.workspace_id = current_workspace() and c.email is not null and lower(c.email) = any(keys)
   order by lower(c.email), c.created_at, c.id
$$;
create function companies_with_names(keys text[]) returns table (key text, id uuid) language sql stable security definer
  set search_path = public as $$
  select distinct on (lower(c.name)) lower(c.name), c.id from companies c
   where c.workspace_id = current_workspace() and lower(c.name) = any(keys)
   order by lower(c.name), c.created_at, c.id
$$;
create function opportunities_with_names(keys text[]) returns table (key text, id uuid) language sql stable security definer
  set search_path = public as $$
  select distinct on (lower(o.name)) lower(o.name), o.id from opportunities o
   where o.workspace_id = current_workspace() and lower(o.name) = any(keys)
   order by lower(o.name), o.created_at, o.id
$$;
grant create on schema public to frontdesk_system;
alter function contacts_with_emails(text[]) owner to frontdesk_system;
alter function companies_with_emails(text[]) owner to frontdesk_system;
alter function companies_with_names(text[]) owner to frontdesk_system;
alter function opportunities_with_names(text[]) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
