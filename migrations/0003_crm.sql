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
  website text,
  notes text,
  metadata jsonb not null default '{}',
  account_type text,
  is_customer boolean not null default true,
  is_supplier boolean not null default false,
  tax_number text,
  address_line1 text,
  city text,
  state text,
  postal_code text,
  country text,
  timezone text,
  relationship_started_at date,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('companies');
create index companies_newest on companies (workspace_id, created_at desc, id desc);

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
  contact_type text,
  relationship_started_at date,
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
  -- Minor units of the currency; null where nobody has said what it is worth.
  value_minor bigint,
  currency text not null default 'AUD',
  lead_source text,
  opportunity_type text,
  probability integer check (probability between 0 and 100),
  expected_close_date date,
  tags jsonb not null default '[]',
  notes text,
  metadata jsonb not null default '{}',
  needs_analysis jsonb not null default '{}',
  won_at timestamptz,
  lost_at timestamptz,
  won_reasons text[] not null default '{}',
  lost_reasons text[] not null default '{}',
  next_action text,
  next_action_date timestamptz,
  -- Kept by the referrals, never written by callers.
  primary_referrer_contact_id uuid,
  primary_referrer_category text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, company_id) references companies (workspace_id, id) on delete set null (company_id),
  foreign key (workspace_id, primary_referrer_contact_id) references contacts (workspace_id, id)
    on delete set null (primary_referrer_contact_id)
);
select protect_table('opportunities');
create index opportunities_newest on opportunities (workspace_id, created_at desc, id desc);
create index opportunities_by_status on opportunities (workspace_id, status, created_at desc, id desc);
create index opportunities_by_contact on opportunities (workspace_id, contact_id, created_at desc, id desc);
create index opportunities_by_company on opportunities (workspace_id, company_id, created_at desc, id desc);

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
