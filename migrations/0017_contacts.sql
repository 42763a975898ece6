-- People and companies: what their lists are filtered by, and the birthday messages.

-- Few opt out, so these indexes cost the others nothing.
create index contacts_without_email on contacts (workspace_id, created_at desc, id desc) where email_unsubscribed;
create index contacts_without_sms on contacts (workspace_id, created_at desc, id desc) where sms_unsubscribed;

-- A link repeats when its contact was created, which never changes: so one index holds a company's people in the order
-- lists show them, however many there are.
alter table contact_employers add column contact_created_at timestamptz;
create function fill_contact_created_at() returns trigger language plpgsql as $$
begin
  select created_at into new.contact_created_at from contacts
   where workspace_id = new.workspace_id and id = new.contact_id;
  return new;
end $$;
create trigger contact_employers_order before insert or update of contact_id on contact_employers
  for each row execute function fill_contact_created_at();
drop index contact_employers_by_company;
create index contact_employers_by_company on contact_employers
  (workspace_id, company_id, contact_created_at desc, contact_id desc);

-- Who is found by part of a name, address or number.
create function contact_ids_holding(needle text, digits text) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select id from contacts
   where workspace_id = current_workspace()
     and (search_text like like_pattern(needle) or digits is not null and search_text like like_pattern(digits))
$$;
create function company_ids_matching(needle text, digits text) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select id from companies
   where workspace_id = current_workspace()
     and (company_text(name, email, phone, landline) like like_pattern(needle)
       or digits is not null and company_text(name, email, phone, landline) like like_pattern(digits))
$$;
grant create on schema public to frontdesk_system;
alter function contact_ids_holding(text, text) owner to frontdesk_system;
alter function company_ids_matching(text, text) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;

-- A birthday message that was decided on: one per contact and year, whoever else decides at the same moment.
create table birthday_sends (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  contact_id uuid not null,
  calendar_year integer not null,
  -- Of the relationship: 1 on the first birthday.
  year_number integer not null,
  birthday_date date not null,
  channels_sent text[] not null,
  sent_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
select protect_table('birthday_sends');
create unique index birthday_sends_once on birthday_sends (workspace_id, contact_id, calendar_year);
create index birthday_sends_newest on birthday_sends (workspace_id, contact_id, sent_at desc, id desc);

-- Whose birthday it is, without reading everybody. As in 0003, row level security would keep the index from being used.
create function day_of_year(day date) returns integer language sql immutable parallel safe as
$$ select (extract(month from day) * 100 + extract(day from day))::integer $$;
create index contacts_by_birthday on contacts (workspace_id, day_of_year(date_of_birth), id) where date_of_birth is not null;
-- The next of them after an id, in the order of their ids. Days are month and day: 0302.
create function contacts_born_on(days integer[], after_id uuid, most integer) returns setof uuid
  language sql stable security definer set search_path = public as $$
  select born.id from unnest(days) day cross join lateral (
    select c.id from contacts c
     where c.workspace_id = current_workspace() and c.date_of_birth is not null
       and day_of_year(c.date_of_birth) = day and c.id > after_id
     order by c.id limit most) born
   order by born.id limit most
$$;
grant create on schema public to frontdesk_system;
alter function contacts_born_on(integer[], uuid, integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
