-- One search over people, companies and deals. As in 0003, these functions run as the sweeping role because trigram
-- operators cannot use an index under row level security, and name the session's own workspace themselves.

create function like_pattern(needle text) returns text language sql immutable parallel safe as
$$ select '%' || replace(replace(replace(needle, '\', '\\'), '%', '\%'), '_', '\_') || '%' $$;

-- What a company is found by. Immutable, so that an index can hold it.
create function company_text(name text, email text, phone text, landline text) returns text
  language sql immutable parallel safe as
$$ select lower(name || coalesce(' ' || email, '') || coalesce(' ' || phone, '') || coalesce(' ' || landline, '')) $$;

create index companies_search on companies using gin
  (workspace_id, company_text(name, email, phone, landline) gin_trgm_ops) with (fastupdate = off);
create index opportunities_name_trigrams on opportunities using gin (workspace_id, (lower(name)) gin_trgm_ops)
  with (fastupdate = off);

-- Names that begin as the needle does are found without trigrams.
create index contacts_by_full_name on contacts (workspace_id, full_name text_pattern_ops);
create index contacts_by_last_name on contacts (workspace_id, lower(last_name) text_pattern_ops)
  where last_name is not null;

-- Every first and last name there is, once. A typing error is looked up among these some ten thousand names instead of
-- among a million people; who has such a name is then a matter of an index.
create table contact_names (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  name text not null,
  primary key (workspace_id, name)
);
select protect_table('contact_names');
create index contact_names_close on contact_names using gin (workspace_id, name gin_trgm_ops)
  with (fastupdate = off);

-- In the order of the names, so that two imports never wait for each other in a circle.
create function note_contact_names() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into contact_names (workspace_id, name)
    select distinct made.workspace_id, named.name
      from made cross join lateral (values (lower(made.first_name)), (lower(made.last_name))) named (name)
     where named.name is not null and not exists (
       select from contact_names known where known.workspace_id = made.workspace_id and known.name = named.name)
     order by 1, 2
  on conflict do nothing;
  return null;
end $$;
create function note_new_contact_name() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into contact_names (workspace_id, name)
    select distinct new.workspace_id, named.name
      from (values (lower(new.first_name)), (lower(new.last_name))) named (name)
     where named.name is not null order by 1, 2
  on conflict do nothing;
  return null;
end $$;
-- A name goes with the last person who had it. Should another of that name come in the same instant, only misspellings of it
-- go unforgiven until the next one.
create function forget_contact_names() returns trigger language plpgsql security definer set search_path = public as $$
begin
  delete from contact_names known
   using (select distinct gone.workspace_id, named.name
            from gone cross join lateral (values (lower(gone.first_name)), (lower(gone.last_name))) named (name)) lost
   where known.workspace_id = lost.workspace_id and known.name = lost.name
     and not exists (select from contacts c where c.workspace_id = lost.workspace_id
       and c.full_name ~>=~ lost.name and c.full_name ~<~ (lost.name || '!'))
     and not exists (select from contacts c where c.workspace_id = lost.workspace_id
       and lower(c.last_name) ~>=~ lost.name and lower(c.last_name) ~<=~ lost.name);
  return null;
end $$;
create function skip_known_contact_name() returns trigger language plpgsql as $$
begin
  if exists (select from contact_names where workspace_id = new.workspace_id and name = new.name) then return null; end if;
  return new;
end $$;
create trigger contacts_names_made after insert on contacts referencing new table as made
  for each statement execute function note_contact_names();
create trigger contacts_names_changed after update of first_name, last_name on contacts
  for each row when (old.first_name is distinct from new.first_name or old.last_name is distinct from new.last_name)
  execute function note_new_contact_name();
create trigger contacts_names_gone after delete on contacts referencing old table as gone
  for each statement execute function forget_contact_names();
-- A copy of the database brings the names along that its contacts have just made.
create trigger contact_names_once before insert on contact_names
  for each row execute function skip_known_contact_name();

-- By trigrams alone: right where few contacts hold the needle.
create function contacts_holding_rarely(pattern text, most integer) returns setof uuid
  language sql stable security definer
  set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select c.id from contacts c where c.workspace_id = current_workspace() and c.search_text like pattern limit most
$$;

-- Contacts whose text holds the needle: by the beginnings of their names if that is enough, else from the newest on where
-- such contacts are frequent, else by trigrams. One or two letters have no trigrams: they are looked for at the beginning of
-- names and among the newest.
create function contacts_holding(needle text, most integer) returns setof uuid
  language plpgsql stable security definer set search_path = public set enable_seqscan = off as $$
declare
  workspace constant uuid := current_workspace();
  pattern constant text := like_pattern(needle);
  beyond constant text := needle || chr(1114111);
  found uuid[];
  among integer := case when length(needle) < 3 then 20000 else 300 end;
  frequent boolean;
begin
  found := array(
    (select c.id from contacts c where c.workspace_id = workspace
        and c.full_name ~>=~ needle and c.full_name ~<~ beyond limit most)
    union
    (select c.id from contacts c where c.workspace_id = workspace
        and lower(c.last_name) ~>=~ needle and lower(c.last_name) ~<~ beyond limit most));
  if cardinality(found) >= most then
    return query select unnest(found) limit most;
    return;
  end if;
  frequent := length(needle) < 3 or 3 <= (select count(*) from (
    select c.search_text from contacts c where c.workspace_id = workspace
     order by c.created_at desc, c.id desc limit among) newest where newest.search_text like pattern);
  if frequent then
    if length(needle) >= 3 then among := null; end if;
    return query select distinct held.id from (
      select unnest(found) as id union all
      (select newest.id from (
        select c.id, c.search_text from contacts c where c.workspace_id = workspace
         order by c.created_at desc, c.id desc limit among) newest where newest.search_text like pattern limit most)) held
      limit most;
  else
    return query select distinct held.id from (
      select unnest(found) as id union all select contacts_holding_rarely(pattern, most)) held limit most;
  end if;
end $$;

-- Contacts with a name like the needle, by how much alike. Every word of the needle stands for the names that are close to it.
create function contacts_named_like(needle text, most integer) returns table (id uuid, rank real)
  language plpgsql stable security definer
  set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
declare
  workspace constant uuid := current_workspace();
  names text[];
begin
  names := array(
    select distinct close.name
      from (select needle union select word from regexp_split_to_table(needle, ' ') word limit 5) wanted (word)
     cross join lateral (
       select known.name from contact_names known
        where known.workspace_id = workspace and wanted.word <% known.name
        order by word_similarity(wanted.word, known.name) desc, length(known.name) limit 8) close
     where length(wanted.word) >= 3);
  return query
    select alike.id, alike.rank from (
      select c.id, least(word_similarity(needle, c.full_name), 0.99)::real as rank
        from (select distinct one || ' ' || other as full_name from unnest(names) one, unnest(names) other) pair
       cross join lateral (select p.id, p.full_name from contacts p
                            where p.workspace_id = workspace and p.full_name ~>=~ pair.full_name
                              and p.full_name ~<=~ pair.full_name limit most) c
       where position(' ' in needle) > 0
      union
      select c.id, least(word_similarity(needle, c.full_name), 0.99)::real
        from unnest(names) name
       cross join lateral (
         (select p.id, p.full_name from contacts p where p.workspace_id = workspace
             and p.full_name ~>=~ name and p.full_name ~<~ (name || '!') limit most)
         union all
         (select p.id, p.full_name from contacts p where p.workspace_id = workspace
             and lower(p.last_name) ~>=~ name and lower(p.last_name) ~<=~ name limit most)) c
    ) alike where alike.rank >= 0.4 order by alike.rank desc limit most;
end $$;

-- Companies and deals are fewer by far: trigrams serve both the exact parts and the likenesses.
create function companies_holding(needle text, most integer) returns setof uuid
  language sql stable security definer
  set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select c.id from companies c where c.workspace_id = current_workspace()
     and company_text(c.name, c.email, c.phone, c.landline) like like_pattern(needle) limit most
$$;

-- The name is part of the text, so what is close to the name is close to the text: one index finds both, and the second
-- condition keeps e-mail addresses and numbers to exact parts.
create function companies_named_like(needle text, most integer) returns table (id uuid, rank real)
  language sql stable security definer
  set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select c.id, least(word_similarity(needle, lower(c.name)), 0.99)::real as rank from companies c
   where c.workspace_id = current_workspace()
     and needle <% company_text(c.name, c.email, c.phone, c.landline) and needle <% lower(c.name)
   order by 2 desc limit most
$$;

create function opportunities_holding(needle text, most integer) returns setof uuid
  language sql stable security definer
  set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select o.id from opportunities o where o.workspace_id = current_workspace()
     and lower(o.name) like like_pattern(needle) limit most
$$;

create function opportunities_named_like(needle text, most integer) returns table (id uuid, rank real)
  language sql stable security definer
  set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select o.id, least(word_similarity(needle, lower(o.name)), 0.99)::real as rank from opportunities o
   where o.workspace_id = current_workspace() and needle <% lower(o.name)
   order by 2 desc limit most
$$;

grant create on schema public to frontdesk_system;
alter function note_contact_names() owner to frontdesk_system;
alter function note_new_contact_name() owner to frontdesk_system;
alter function forget_contact_names() owner to frontdesk_system;
alter function contacts_holding_rarely(text, integer) owner to frontdesk_system;
alter function contacts_holding(text, integer) owner to frontdesk_system;
alter function contacts_named_like(text, integer) owner to frontdesk_system;
alter function companies_holding(text, integer) owner to frontdesk_system;
alter function companies_named_like(text, integer) owner to frontdesk_system;
alter function opportunities_holding(text, integer) owner to frontdesk_system;
alter function opportunities_named_like(text, integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
