-- People, the companies they work for, and the deals bookings open.
create table companies (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  name text not null,
  email text,
  phone text,
  landline text,
  industry text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('companies');

create table contacts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  first_name text not null,
  last_name text,
  email text,
  phone text,
  landline text,
  date_of_birth date,
  job_title text,
  source text,
  notes text,
  metadata jsonb not null default '{}',
  address_line1 text,
  city text,
  state text,
  postal_code text,
  country text,
  timezone text,
  email_unsubscribed boolean not null default false,
  sms_unsubscribed boolean not null default false,
  sms_unsubscribed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  full_name text not null generated always as
    (lower(first_name || coalesce(' ' || last_name, ''))) stored,
  search_text text not null generated always as
    (lower(first_name || coalesce(' ' || last_name, '') || coalesce(' ' || email, '')
      || coalesce(' ' || phone, '') || coalesce(' ' || landline, ''))) stored,
  primary key (workspace_id, id)
);
select protect_table('contacts');
create index contacts_newest on contacts (workspace_id, created_at desc, id desc);
create index contacts_by_source on contacts (workspace_id, source, created_at desc, id desc);
create index contacts_by_phone on contacts (workspace_id, phone) where phone is not null;
create index contacts_by_landline on contacts (workspace_id, landline) where landline is not null;
create index contacts_by_email on contacts (workspace_id, lower(email)) where email is not null;
-- fastupdate = off: a pending list that grows under a burst of inserts would make every search read it.
create index contacts_search on contacts using gin (workspace_id, search_text gin_trgm_ops) with (fastupdate = off);

create table contact_employers (
  workspace_id uuid not null,
  contact_id uuid not null,
  company_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, contact_id, company_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, company_id) references companies (workspace_id, id) on delete cascade
);
select protect_table('contact_employers');
create index contact_employers_by_company on contact_employers (workspace_id, company_id, contact_id);

create table opportunities (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  public_id text not null,
  name text not null,
  status text not null default 'open' check (status in ('open', 'won', 'lost')),
  contact_id uuid,
  company_id uuid,
  source text,
  pipeline_id uuid,
  stage_id uuid,
  assigned_user_ids uuid[] not null default '{}',
  tags jsonb not null default '[]',
  products jsonb not null default '[]',
  next_action text,
  next_action_date timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, company_id) references companies (workspace_id, id) on delete set null (company_id)
);
select protect_table('opportunities');
create index opportunities_by_contact on opportunities (workspace_id, contact_id, status);

-- Trigram matching cannot use its index under row level security: the operators are not leakproof, so the planner
-- would read the whole workspace first. These functions run as the sweeping role, which no policy filters, and name the
-- session's own workspace themselves, so they see exactly as much as their caller may.
create function contact_ids_matching(needle text) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select id from contacts
   where workspace_id = current_workspace()
     and search_text like '%' || replace(replace(replace(needle, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;
grant create on schema public to frontdesk_system;
alter function contact_ids_matching(text) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
