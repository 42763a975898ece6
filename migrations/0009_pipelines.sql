-- Where opportunities stand: pipelines, their stages, and a card for every pipeline an opportunity is in.
create table pipelines (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  color text,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('pipelines');
create index pipelines_in_order on pipelines (workspace_id, position, id);

create table pipeline_stages (
  workspace_id uuid not null,
  id uuid not null,
  pipeline_id uuid not null,
  name text not null,
  description text,
  color text,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  -- So that a card can only name a stage of its own pipeline.
  unique (workspace_id, pipeline_id, id),
  foreign key (workspace_id, pipeline_id) references pipelines (workspace_id, id) on delete cascade
);
select protect_table('pipeline_stages');
create index pipeline_stages_in_order on pipeline_stages (workspace_id, pipeline_id, position, id);

-- A card. `rank` orders the cards of a stage: a text between its neighbours', so that a drag writes one row.
create table opportunity_placements (
  workspace_id uuid not null,
  id uuid not null,
  opportunity_id uuid not null,
  pipeline_id uuid not null,
  stage_id uuid not null,
  rank text collate "C" not null,
  placed_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, opportunity_id, pipeline_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, pipeline_id, stage_id) references pipeline_stages (workspace_id, pipeline_id, id)
);
select protect_table('opportunity_placements');
create index opportunity_placements_in_order on opportunity_placements (workspace_id, stage_id, rank, id);
create index opportunity_placements_by_pipeline on opportunity_placements (workspace_id, pipeline_id, opportunity_id);

-- People besides the primary contact.
create table opportunity_contacts (
  workspace_id uuid not null,
  opportunity_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, opportunity_id, contact_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
select protect_table('opportunity_contacts');
create index opportunity_contacts_by_contact on opportunity_contacts (workspace_id, contact_id, opportunity_id);

create table opportunity_users (
  workspace_id uuid not null,
  opportunity_id uuid not null,
  user_id uuid not null,
  is_primary boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, opportunity_id, user_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, id) on delete cascade
);
select protect_table('opportunity_users');
create index opportunity_users_by_user on opportunity_users (workspace_id, user_id, opportunity_id);

-- Who sent whom. The opportunity keeps its newest referrer at hand, whoever writes here.
create table referrals (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  referrer_contact_id uuid not null,
  referred_contact_id uuid,
  opportunity_id uuid,
  source text not null default 'manual' check (source in ('form', 'manual', 'api')),
  status text not null default 'pending' check (status in ('pending', 'accepted', 'converted', 'declined')),
  category text,
  notes text,
  converted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, referrer_contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, referred_contact_id) references contacts (workspace_id, id)
    on delete set null (referred_contact_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id)
    on delete set null (opportunity_id)
);
select protect_table('referrals');
create index referrals_newest on referrals (workspace_id, created_at desc, id desc);
create index referrals_by_opportunity on referrals (workspace_id, opportunity_id, created_at desc, id desc);
create index referrals_by_referrer on referrals (workspace_id, referrer_contact_id, created_at desc, id desc);
create index referrals_by_referred on referrals (workspace_id, referred_contact_id, created_at desc, id desc);

-- The two functions below also run when a foreign key is cleared, as the tables' owner, whom no policy lets see a row:
-- like the searches of 0008 they are the sweeping role's and name the workspace themselves.
create function keep_primary_referrer() returns trigger language plpgsql security definer
  set search_path = public as $$
begin
  update opportunities o
     set (primary_referrer_contact_id, primary_referrer_category) = (
       select r.referrer_contact_id, r.category from referrals r
        where r.workspace_id = o.workspace_id and r.opportunity_id = o.id
        order by r.created_at desc, r.id desc limit 1)
   where o.workspace_id = coalesce(new.workspace_id, old.workspace_id)
     and o.id in (old.opportunity_id, new.opportunity_id);
  return null;
end $$;
create trigger keep_primary_referrer after insert or update or delete on referrals
  for each row execute function keep_primary_referrer();

-- What an opportunity is found by: its own name, and names, e-mail addresses and numbers of its contact and company. Kept
-- in one column so that one index answers and the newest matches can be read in order.
alter table opportunities add column search_text text not null default '';
create function keep_opportunity_search_text() returns trigger language plpgsql security definer
  set search_path = public as $$
begin
  new.search_text := lower(new.name)
    || coalesce((select ' ' || c.search_text from contacts c
                  where c.workspace_id = new.workspace_id and c.id = new.contact_id), '')
    || coalesce((select ' ' || lower(concat_ws(' ', c.name, c.email, c.phone, c.landline)) from companies c
                  where c.workspace_id = new.workspace_id and c.id = new.company_id), '');
  return new;
end $$;
create trigger keep_search_text before insert or update of name, contact_id, company_id on opportunities
  for each row execute function keep_opportunity_search_text();

create function renew_opportunity_search_text() returns trigger language plpgsql security definer
  set search_path = public as $$
begin
  if tg_table_name = 'contacts' then
    update opportunities set name = name where workspace_id = new.workspace_id and contact_id = new.id;
  else
    update opportunities set name = name where workspace_id = new.workspace_id and company_id = new.id;
  end if;
  return null;
end $$;
create trigger renew_opportunity_search_text after update on contacts
  for each row when (old.search_text is distinct from new.search_text)
  execute function renew_opportunity_search_text();
create trigger renew_opportunity_search_text after update on companies
  for each row when ((old.name, old.email, old.phone, old.landline)
    is distinct from (new.name, new.email, new.phone, new.landline))
  execute function renew_opportunity_search_text();

create index opportunities_search on opportunities using gin (workspace_id, search_text gin_trgm_ops)
  with (fastupdate = off);

-- Up to `most` opportunities that hold the needle. A caller who gets as many as it asked for knows that the needle is
-- common, and reads the opportunities in order instead.
create function opportunity_ids_holding(needle text, most integer) returns setof uuid language sql stable security definer
  set search_path = public as $$
  select id from opportunities
   where workspace_id = current_workspace() and search_text like like_pattern(needle) limit most
$$;

grant create on schema public to frontdesk_system;
alter function keep_primary_referrer() owner to frontdesk_system;
alter function keep_opportunity_search_text() owner to frontdesk_system;
alter function renew_opportunity_search_text() owner to frontdesk_system;
alter function opportunity_ids_holding(text, integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
