-- People: who they are, where they belong, how they sign in, and what was changed.

-- A person, in however many workspaces. A member has one from the moment the invitation was accepted.
create table users (
  id uuid primary key,
  email text not null,
  full_name text not null,
  phone text,
  avatar_url text,
  job_title text,
  department text,
  status text not null default 'active' check (status in ('active', 'disabled')),
  last_workspace_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index users_by_email on users (lower(email));

-- Apart from the person, so that no workspace can ever read one.
create table user_passwords (
  user_id uuid primary key references users (id) on delete cascade,
  hash text not null,
  changed_at timestamptz not null
);

alter table members
  add column user_id uuid references users (id),
  -- A removed member keeps the row: work, bookings and the trail refer to it.
  add column status text not null default 'active' check (status in ('invited', 'active', 'removed')),
  add column joined_at timestamptz,
  add column removed_at timestamptz;
create unique index members_by_email on members (workspace_id, lower(email))
  where status <> 'removed' and email is not null;
create unique index members_by_user on members (workspace_id, user_id) where status <> 'removed';
create index members_of_user on members (user_id);
create index members_in_order on members (workspace_id, created_at, id);

-- People belong to no workspace, so no workspace reaches them; of its own members it sees what this function lets through.
alter table users enable row level security;
alter table users force row level security;
create policy system_sweep on users to frontdesk_system using (true) with check (true);
grant select, insert, update, delete on users to frontdesk_system;

create function people_behind(member_ids uuid[])
  returns table (
    member_id uuid, full_name text, email text, phone text, avatar_url text, job_title text, department text,
    status text, created_at timestamptz
  )
  language sql stable security definer set search_path = pg_catalog, public as $$
  select m.id, u.full_name, u.email, u.phone, u.avatar_url, u.job_title, u.department, u.status, u.created_at
    from members m
    join users u on u.id = m.user_id
   where m.workspace_id = current_workspace() and m.id = any(member_ids) and m.status <> 'removed'
$$;
alter function people_behind(uuid[]) owner to frontdesk_system;

alter table user_passwords enable row level security;
alter table user_passwords force row level security;
create policy system_sweep on user_passwords to frontdesk_system using (true) with check (true);
grant select, insert, update, delete on user_passwords to frontdesk_system;

-- What a workspace says differently about one of its members than the person does.
create table company_user_settings (
  workspace_id uuid not null,
  member_id uuid not null,
  phone text,
  job_title text,
  department text,
  default_pipeline_id uuid,
  updated_at timestamptz not null,
  primary key (workspace_id, member_id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
  foreign key (workspace_id, default_pipeline_id) references pipelines (workspace_id, id)
    on delete set null (default_pipeline_id)
);
select protect_table('company_user_settings');
create index company_user_settings_by_pipeline on company_user_settings (workspace_id, default_pipeline_id);

create table user_connections (
  workspace_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  platform_type text not null,
  platform_account_name text,
  status text not null,
  calendar_synced boolean not null default false,
  gmail_aliases jsonb not null default '[]',
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('user_connections');
create index user_connections_by_member on user_connections (workspace_id, member_id, created_at, id);

-- One at a time for each member: inviting again replaces it.
create table member_invitations (
  workspace_id uuid not null,
  member_id uuid not null,
  token_hash text not null unique,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, member_id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('member_invitations');

-- A signed-in browser, acting in one workspace. A workspace may end the sessions of its members, and no more.
create table user_sessions (
  workspace_id uuid not null,
  id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  member_id uuid not null,
  token_hash text not null unique,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('user_sessions');
revoke all on user_sessions from frontdesk_app;
grant delete on user_sessions to frontdesk_app;
grant select (workspace_id, id, member_id) on user_sessions to frontdesk_app;
create index user_sessions_by_member on user_sessions (workspace_id, member_id);
create index user_sessions_by_user on user_sessions (user_id);
create index user_sessions_age on user_sessions (last_seen_at);

-- Attempts to sign in, counted for an address and for an account.
create table sign_in_attempts (
  subject text primary key,
  count integer not null,
  started_at timestamptz not null
);
alter table sign_in_attempts enable row level security;
alter table sign_in_attempts force row level security;
create policy system_sweep on sign_in_attempts to frontdesk_system using (true) with check (true);
grant select, insert, update, delete on sign_in_attempts to frontdesk_system;
create index sign_in_attempts_age on sign_in_attempts (started_at);

-- The change log is read by time, by kind of record, by record and by whoever did it; always the newest first.
drop index audit_entries_by_record;
create index audit_entries_in_order on audit_entries (workspace_id, created_at desc, id desc);
create index audit_entries_by_noun on audit_entries (workspace_id, noun, created_at desc, id desc);
create index audit_entries_by_record on audit_entries (workspace_id, record_id, created_at desc, id desc);
create index audit_entries_by_actor on audit_entries (workspace_id, actor_id, created_at desc, id desc);
