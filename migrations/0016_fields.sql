-- When people were last told of a failure of an automation, so that the same one is told once an hour.
create table automation_alerts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  signature_hash text not null,
  alerted_at timestamptz not null,
  primary key (workspace_id, signature_hash)
);
select protect_table('automation_alerts');
create index automation_alerts_age on automation_alerts (alerted_at);

-- Ways to set up a CRM that can be taken into use in one go.
create table crm_templates (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  -- {custom_fields, pipelines, tags, lead_sources, …}, as templates/template.ts says
  content jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('crm_templates');
create index crm_templates_newest on crm_templates (workspace_id, created_at desc, id desc);

-- One record taken into another. Holds what it takes to undo it, for as long as that is possible, and then goes.
create table merges (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  noun text not null check (noun in ('contact', 'company')),
  survivor_id uuid not null,
  duplicate_id uuid not null,
  duplicate_name text not null,
  -- The duplicate's row, whole.
  duplicate jsonb not null,
  -- Columns of the survivor that changed: {before: {…}, after: {…}}.
  survivor jsonb not null,
  -- What happened to the links, in order: rows moved and rows that had their like and were removed.
  steps jsonb not null,
  merged_by text,
  undo_until timestamptz not null,
  undone_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('merges');
create index merges_newest on merges (workspace_id, created_at desc, id desc);
create index merges_by_noun on merges (workspace_id, noun, created_at desc, id desc);
create unique index merges_by_duplicate on merges (workspace_id, duplicate_id) where undone_at is null;
create index merges_age on merges (created_at);

-- A merge, like a delete, looks for everything that names the record.
create index calls_by_contact on calls (workspace_id, contact_id);
create index guard_decisions_by_contact on guard_decisions (workspace_id, contact_id);
create index opportunities_by_referrer on opportunities (workspace_id, primary_referrer_contact_id);
create index email_logs_by_company on email_logs (workspace_id, company_id, created_at desc);

-- Names so close that one may be a slip of the other. One slip leaves the beginning or the end alone, which is cheaply seen.
create function one_slip_apart(one text, other text) returns boolean language sql immutable parallel safe as $$
  select case when abs(length(one) - length(other)) <= 3 and (left(one, 3) = left(other, 3) or right(one, 3) = right(other, 3))
              then similarity(one, other) >= 0.55 else false end
$$;

-- Looking for duplicates reads these in order and compares neighbours.
create index contacts_neighbours_by_name on contacts (workspace_id, full_name, id) where last_name is not null;
create index contacts_neighbours_by_surname on contacts (workspace_id, last_name, first_name, id) where last_name is not null;
create index companies_sharing_email on companies (workspace_id, lower(email)) where email is not null;
create index companies_sharing_phone on companies (workspace_id, phone) where phone is not null;
create index companies_sharing_landline on companies (workspace_id, landline) where landline is not null;

-- A company's name without what companies put around it: "The Pipe & Drain Co. Pty Ltd" is "pipe drain".
create function company_key(name text) returns text language sql immutable parallel safe as $$
  select trim(regexp_replace(
    regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g'),
    '(^the | (pty|ltd|limited|inc|llc|llp|plc|co|company|corp|gmbh|and)(?= |$))', ' ', 'g'))
$$;
create index companies_neighbours_by_name on companies (workspace_id, company_key(name), id);

-- What may be the same people twice, at most `most` groups for each reason: one e-mail address, one number, or names so
-- close that one may be a slip of the other. For names, each is compared with its neighbours in two orders, by first and by
-- last name: reading along an index finds slips anywhere but in both beginnings. Lower() and similarity() are why these
-- functions run as the sweeping role; they name the session's own workspace themselves.
create function duplicate_contacts(most integer)
  returns table (reason text, shared text, ids uuid[], members bigint) language sql stable security definer
  set search_path = public as $$
  (select 'email', lower(email), (array_agg(id order by created_at, id))[1:20], count(*) from contacts
    where workspace_id = current_workspace() and email is not null
    group by lower(email) having count(*) > 1 limit most)
  union all
  (select 'phone', phone, (array_agg(id order by created_at, id))[1:20], count(*) from contacts
    where workspace_id = current_workspace() and phone is not null
    group by phone having count(*) > 1 limit most)
  union all
  (select distinct 'name', least(one_name, other_name) || ', ' || greatest(one_name, other_name),
          array[least(one, other), greatest(one, other)], 2::bigint
     from (
       select id as one, full_name as one_name, near.*
         from (select id, full_name, lead(id) over w as id1, lead(full_name) over w as name1,
                      lead(id, 2) over w as id2, lead(full_name, 2) over w as name2,
                      lead(id, 3) over w as id3, lead(full_name, 3) over w as name3
                 from contacts where workspace_id = current_workspace() and last_name is not null
               window w as (order by full_name, id)) by_first,
              lateral (values (id1, name1), (id2, name2), (id3, name3)) near (other, other_name)
       union all
       select id, own, near.*
         from (select id, lower(first_name || ' ' || last_name) as own,
                      lead(id) over w as id1, lead(lower(first_name || ' ' || last_name)) over w as name1,
                      lead(id, 2) over w as id2, lead(lower(first_name || ' ' || last_name), 2) over w as name2,
                      lead(id, 3) over w as id3, lead(lower(first_name || ' ' || last_name), 3) over w as name3
                 from contacts where workspace_id = current_workspace() and last_name is not null
               window w as (order by last_name, first_name, id)) by_last,
              lateral (values (id1, name1), (id2, name2), (id3, name3)) near (other, other_name)
     ) pairs
    where other is not null and one_slip_apart(one_name, other_name)
    limit most)
$$;

create function duplicate_companies(most integer)
  returns table (reason text, shared text, ids uuid[], members bigint) language sql stable security definer
  set search_path = public as $$
  (select 'email', lower(email), (array_agg(id order by created_at, id))[1:20], count(*) from companies
    where workspace_id = current_workspace() and email is not null
    group by lower(email) having count(*) > 1 limit most)
  union all
  (select 'phone', phone, (array_agg(id order by created_at, id))[1:20], count(*) from companies
    where workspace_id = current_workspace() and phone is not null
    group by phone having count(*) > 1 limit most)
  union all
  (select 'phone', landline, (array_agg(id order by created_at, id))[1:20], count(*) from companies
    where workspace_id = current_workspace() and landline is not null
    group by landline having count(*) > 1 limit most)
  union all
  (select distinct 'name', least(one_name, other_name) || ', ' || greatest(one_name, other_name),
          array[least(one, other), greatest(one, other)], 2::bigint
     from (
       select id as one, name as one_name, own as one_key, near.*
         from (select id, name, company_key(name) as own,
                      lead(id) over w as id1, lead(name) over w as name1, lead(company_key(name)) over w as key1,
                      lead(id, 2) over w as id2, lead(name, 2) over w as name2, lead(company_key(name), 2) over w as key2,
                      lead(id, 3) over w as id3, lead(name, 3) over w as name3, lead(company_key(name), 3) over w as key3
                 from companies where workspace_id = current_workspace()
               window w as (order by company_key(name), id)) by_key,
              lateral (values (id1, name1, key1), (id2, name2, key2), (id3, name3, key3)) near (other, other_name, other_key)
     ) pairs
    where other is not null and one_key <> '' and one_slip_apart(one_key, other_key)
    limit most)
$$;

grant create on schema public to frontdesk_system;
alter function duplicate_contacts(integer) owner to frontdesk_system;
alter function duplicate_companies(integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
