-- The walls, then what the kernel itself stores. Two roles that own nothing:
-- frontdesk_app sees one workspace at a time, frontdesk_system sweeps across them.
create extension if not exists pg_trgm;
create extension if not exists btree_gist;
create extension if not exists btree_gin;

do $$
declare
  role_name text;
begin
  foreach role_name in array array['frontdesk_app', 'frontdesk_system'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin', role_name);
      end if;
    exception when duplicate_object or unique_violation then null; -- another database of this server made it first
    end;
    begin
      execute format('grant %I to current_user', role_name);
    exception when others then
      if sqlstate not in ('0LP01', 'XX000', '23505') then raise; end if;
    end;
  end loop;
end $$;

-- The workspace this session may touch; unset or empty means none, so every policy below matches nothing.
create function current_workspace() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('frontdesk.workspace_id', true), '')::uuid $$;

-- Puts a table behind both walls. Every tenant table is created through this.
create function protect_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy workspace_wall on %s to frontdesk_app using (workspace_id = (select current_workspace()))
       with check (workspace_id = (select current_workspace()))', target);
  execute format('create policy system_sweep on %s to frontdesk_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to frontdesk_app, frontdesk_system', target);
end $$;

create table workspaces (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  settings jsonb not null default '{}',
  time_zone text not null,
  country text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspace_wall on workspaces to frontdesk_app using (id = (select current_workspace()));
create policy system_sweep on workspaces to frontdesk_system using (true) with check (true);
grant select, update on workspaces to frontdesk_app;
grant select, insert, update, delete on workspaces to frontdesk_system;

create table members (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  email text,
  phone text,
  role text not null check (role in ('client_admin', 'client_editor', 'client_viewer')),
  is_staff boolean not null default true,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('members');

create table api_keys (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  kind text not null check (kind in ('workspace', 'private')),
  name text not null,
  prefix text not null,
  secret_hash text not null unique,
  scopes text[] not null,
  approval_level text not null check (approval_level in ('full', 'with-approval', 'read-only')),
  created_at timestamptz not null,
  created_by uuid,
  last_used_at timestamptz,
  revoked_at timestamptz,
  expires_at timestamptz,
  rate_per_second integer,
  primary key (workspace_id, id)
);
select protect_table('api_keys');

create table idempotency_keys (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  actor_id text not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  status integer not null,
  response jsonb,
  created_at timestamptz not null,
  primary key (workspace_id, actor_id, operation, key)
);
select protect_table('idempotency_keys');
create index idempotency_keys_age on idempotency_keys (created_at);

create table approvals (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  api_key_id uuid not null,
  operation text not null,
  surface text not null,
  resource text not null,
  action text not null,
  method text not null,
  path text not null,
  input jsonb not null,
  target_id text,
  status text not null
    check (status in ('pending', 'executing', 'approved', 'failed', 'rejected', 'expired')),
  execution_status integer,
  execution_result jsonb,
  reason text,
  primary_assignee_id uuid,
  secondary_assignee_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by text,
  primary key (workspace_id, id),
  foreign key (workspace_id, api_key_id) references api_keys (workspace_id, id),
  foreign key (workspace_id, primary_assignee_id) references members (workspace_id, id)
    on delete set null (primary_assignee_id),
  foreign key (workspace_id, secondary_assignee_id) references members (workspace_id, id)
    on delete set null (secondary_assignee_id)
);
select protect_table('approvals');
create index approvals_by_status on approvals (workspace_id, status, created_at, id);

create table audit_entries (
  workspace_id uuid not null,
  id uuid not null,
  request_id text not null,
  operation text not null,
  surface text not null,
  actor_kind text not null,
  actor_id text,
  actor_name text,
  noun text not null,
  record_id text,
  action text not null,
  changes jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('audit_entries');
create index audit_entries_by_record on audit_entries (workspace_id, noun, record_id, id);
-- What happened stays as it was written.
revoke update, delete on audit_entries from frontdesk_app;

create table events (
  workspace_id uuid not null,
  id uuid not null,
  -- Before position, so that a transaction is known to be running before it is given one.
  transaction_id xid8 not null default pg_current_xact_id(),
  position bigint generated always as identity,
  type text not null,
  noun text not null,
  record_id text,
  payload jsonb not null,
  request_id text not null,
  occurred_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('events');
create index events_in_order on events (workspace_id, transaction_id, position);
revoke update, delete on events from frontdesk_app;

create table credit_balances (
  workspace_id uuid primary key references workspaces (id) on delete cascade,
  available bigint not null check (available >= 0),
  held bigint not null default 0 check (held >= 0)
);
select protect_table('credit_balances');

create table credit_entries (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  kind text not null check (kind in ('grant', 'hold', 'settle', 'release')),
  amount bigint not null,
  hold_id uuid,
  operation text not null,
  note text,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('credit_entries');
create unique index credit_entries_closed_once on credit_entries (workspace_id, hold_id)
  where kind in ('settle', 'release');

create table cron_schedules (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  key text not null,
  job text not null,
  cron text not null,
  time_zone text not null,
  payload jsonb not null,
  generation integer not null,
  next_run_at timestamptz,
  updated_at timestamptz not null,
  primary key (workspace_id, key)
);
select protect_table('cron_schedules');

-- Numbers people read (C-001), one sequence per workspace and noun. A counter row would make every create of a
-- workspace wait for the one before; a sequence does not, at the price of gaps where a create was undone.
create schema public_ids;
create function next_public_id(noun text, prefix text) returns text language plpgsql volatile security definer
  set search_path = pg_catalog, public as $$
declare
  sequence_name text := noun || '_' || replace(current_workspace()::text, '-', '');
  value bigint;
begin
  loop
    begin
      value := nextval(format('public_ids.%I', sequence_name)::regclass);
      return prefix || '-' || case when value < 1000 then lpad(value::text, 3, '0') else value::text end;
    exception when undefined_table then
      begin
        execute format('create sequence public_ids.%I', sequence_name);
      exception when duplicate_table or unique_violation then null; -- another transaction made it first
      end;
    end;
  end loop;
end $$;

-- What belongs to the installation and to no workspace: secrets shared by its nodes, the simulator's clock.
create table installation (name text primary key, value text not null);
grant select, insert, update on installation to frontdesk_system;

create table simulator_clock (
  id integer primary key check (id = 1),
  frozen_at timestamptz,
  offset_ms double precision not null default 0,
  -- Counts the moves, so that a node which read the row before a move does not undo it.
  moves bigint not null default 0
);
grant select, insert, update on simulator_clock to frontdesk_system;
