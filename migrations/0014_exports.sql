-- Exports: the layouts people saved, and what is needed to read any field of any record without failing on odd values.
create table export_templates (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  root_entity text not null check (root_entity in ('opportunity', 'contact', 'account', 'work_order')),
  columns jsonb not null,
  filters jsonb not null default '[]',
  sort jsonb not null default '[]',
  output jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('export_templates');
create index export_templates_newest on export_templates (workspace_id, created_at desc, id desc);
create index export_templates_by_root on export_templates (workspace_id, root_entity, created_at desc, id desc);

-- One person's own filters and order for a template; null leaves the template's.
create table export_views (
  workspace_id uuid not null,
  id uuid not null,
  template_id uuid not null,
  -- A member, or the key itself where nobody is behind it.
  owner_id text not null,
  name text not null,
  filters jsonb,
  sort jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, template_id) references export_templates (workspace_id, id) on delete cascade
);
select protect_table('export_views');
create index export_views_by_template on export_views (workspace_id, template_id, owner_id, created_at desc, id desc);

-- What people keep in custom fields need not be what the field is defined as today. These answer null for what does not fit.
create function number_in(value jsonb) returns numeric language sql immutable parallel safe as
$$ select case when jsonb_typeof(value) = 'number' then (value #>> '{}')::numeric end $$;

create function boolean_in(value jsonb) returns boolean language sql immutable parallel safe as
$$ select case when jsonb_typeof(value) = 'boolean' then (value #>> '{}')::boolean end $$;

-- A text without an offset is a wall clock time in `zone`.
create function instant_in(value jsonb, zone text) returns timestamptz language plpgsql stable parallel safe as $$
declare
  written text := value #>> '{}';
begin
  if jsonb_typeof(value) <> 'string' or written !~ '^\d{4}-\d\d-\d\d' then return null; end if;
  if written ~ '(Z|[+-]\d\d:?\d\d)$' then return written::timestamptz; end if;
  return written::timestamp at time zone zone;
exception when others then return null;
end $$;

-- As contact_ids_matching: trigram matching cannot use its index under row level security.
create function export_companies_matching(needle text) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select c.id from companies c where c.workspace_id = current_workspace()
     and lower(c.name || coalesce(' ' || c.email, '') || coalesce(' ' || c.phone, '') || coalesce(' ' || c.landline, ''))
         like like_pattern(needle)
$$;
create function export_opportunities_matching(needle text) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select o.id from opportunities o
   where o.workspace_id = current_workspace() and lower(o.name) like like_pattern(needle)
$$;
grant create on schema public to frontdesk_system;
alter function export_companies_matching(text) owner to frontdesk_system;
alter function export_opportunities_matching(text) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
