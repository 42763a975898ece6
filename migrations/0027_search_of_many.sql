-- Looking for a misspelt name among a million people, as cheaply as the same name spelt right.
grant create on schema public to frontdesk_system;

-- The names close to one word, the closest first.
create function names_close_to(word text, most integer) returns text[]
  language sql stable security definer
  set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select array(
    select known.name from contact_names known
     where known.workspace_id = current_workspace() and length(word) >= 3 and word <% known.name
     order by word_similarity(word, known.name) desc, length(known.name) limit most)
$$;

-- Contacts with a name like the needle, by how much alike. Of two words, one is taken for a first name and one for a last name,
-- in either order; only when too few are called that is either word looked for alone.
create or replace function contacts_named_like(needle text, most integer) returns table (id uuid, rank real)
  language plpgsql stable security definer
  set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
declare
  workspace constant uuid := current_workspace();
  words constant text[] := (regexp_split_to_array(needle, ' '))[1:5];
  first_close constant text[] := names_close_to(words[1], 6);
  last_close constant text[] := case when cardinality(words) > 1 then names_close_to(words[cardinality(words)], 6) else '{}' end;
  names text[];
  found uuid[] := '{}';
  ranks real[] := '{}';
begin
  if cardinality(words) > 1 then
    -- The likeliest pairs are looked up first, and no more of them than it takes.
    select array_agg(alike.id order by alike.rank desc), array_agg(alike.rank order by alike.rank desc) into found, ranks from (
      select c.id, pair.rank
        from (select likely.full_name, likely.rank from (
                select spelt.full_name, least(word_similarity(needle, spelt.full_name), 0.99)::real as rank
                  from (select one || ' ' || other as full_name from unnest(first_close) one, unnest(last_close) other
                        union select other || ' ' || one from unnest(first_close) one, unnest(last_close) other) spelt) likely
               where likely.rank >= 0.4 order by likely.rank desc) pair
       cross join lateral (select p.id from contacts p
                            where p.workspace_id = workspace and p.full_name ~>=~ pair.full_name
                              and p.full_name ~<=~ pair.full_name limit most) c
       limit most) alike;
    if cardinality(found) >= most then
      return query select * from unnest(found, ranks);
      return;
    end if;
  end if;
  names := array(
    select distinct close.name from unnest(words[2:cardinality(words) - 1]) word
     cross join lateral unnest(names_close_to(word, 8)) close (name)
    union select unnest(first_close) union select unnest(last_close));
  return query
    select alike.id, alike.rank from (
      select * from unnest(found, ranks) known (id, rank)
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

-- As before, but what has a space in it is never frequent: only names have spaces, and whoever has just that name is found by it.
create or replace function contacts_holding(needle text, most integer) returns setof uuid
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
  frequent := length(needle) < 3 or (position(' ' in needle) = 0 and 3 <= (select count(*) from (
    select c.search_text from contacts c where c.workspace_id = workspace
     order by c.created_at desc, c.id desc limit among) newest where newest.search_text like pattern));
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

alter function names_close_to(text, integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
