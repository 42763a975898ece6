-- Every search, of lists too, finds a name however it was typed: with or without accents, composed or not, family name first or
-- last where no space stands between them, two letters the wrong way round. One function folds what is kept and what is looked for.

-- The schema is named, because indexes and generated columns are also computed where no search_path is set.
create function folded_beyond_ascii(words text) returns text language sql immutable parallel safe as $$
  -- Marks are taken off in their decomposed form; what is left is composed again, for Hangul and the marks of kana are letters.
  -- Between two characters of scripts that put no space in names, a space says nothing.
  select pg_catalog.regexp_replace(
    replace(replace(replace(replace(
      lower(translate(
        normalize(pg_catalog.regexp_replace(normalize(words, nfkd), '[\u0300-\u036f]', '', 'g'), nfc),
        'ØøŁłĐđÐðĦħŦŧıς’‘ʼ‐‑–・', 'oollddddhhttiσ''''''---')),
      'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    '(?<=[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])\s+(?=[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])',
    '', 'g')
$$;
create function folded(words text) returns text language sql immutable parallel safe as
$$ select case when octet_length(words) = length(words) then lower(words) else public.folded_beyond_ascii(words) end $$;

-- Chinese, Japanese and Korean names are often two characters long, which is too short for trigrams. So every two characters
-- that follow each other are kept as a word of their own, with the space before it that makes the trigrams.
create function words_of_two_beyond_ascii(words text) returns text language sql immutable parallel safe as $$
  select coalesce(string_agg(distinct ' ' || substr(words, place, 2), ''), '') from generate_series(1, length(words)) place
   where substr(words, place, 1) ~ '[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]'
$$;
-- What is added to the text of a contact: the name with the family name first, and the words of two characters.
create function family_first_beyond_ascii(first_name text, last_name text) returns text
  language plpgsql immutable parallel safe as $$
declare
  given_first constant text := public.folded(first_name || coalesce(' ' || last_name, ''));
  family_first constant text := public.folded(coalesce(last_name || ' ', '') || first_name);
  words constant text := public.words_of_two_beyond_ascii(given_first || chr(10) || family_first);
begin
  return case when words = '' then '' when family_first = given_first then words else ' ' || family_first || words end;
end $$;
create function family_first(first_name text, last_name text) returns text language sql immutable parallel safe as $$
  select case when octet_length(first_name) = length(first_name)
               and (last_name is null or octet_length(last_name) = length(last_name)) then ''
         else public.family_first_beyond_ascii(first_name, last_name) end
$$;
-- A name and what it is found by besides.
create function name_text(name text) returns text language sql immutable parallel safe as $$
  select case when octet_length(name) = length(name) then lower(name)
         else public.folded(name) || public.words_of_two_beyond_ascii(public.folded(name)) end
$$;

-- The pattern of texts that hold the needle.
create function holding_pattern(needle text) returns text language sql immutable parallel safe as $$
  select case
    when public.folded(needle) ~ '^[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]{1,2}$'
    then '% ' || public.folded(needle) || '%' else public.like_pattern(public.folded(needle)) end
$$;

-- A word with two neighbouring letters changed places, once for each pair: the slip that leaves fewest trigrams in common.
create function letters_swapped(word text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct left(word, place - 1) || substr(word, place + 1, 1) || substr(word, place, 1) || substr(word, place + 2)), '{}')
    from generate_series(1, length(word) - 1) place
   where length(word) between 4 and 30 and position(' ' in word) = 0
     and substr(word, place, 1) <> substr(word, place + 1, 1)
$$;

-- Contacts. The triggers that look at the texts stand aside while the columns are made anew.
drop trigger renew_opportunity_search_text on contacts;
alter table contacts
  drop column full_name,
  drop column search_text,
  add column full_name text not null generated always as
    (folded(first_name || coalesce(' ' || last_name, ''))) stored,
  add column search_text text not null generated always as
    (folded(first_name || coalesce(' ' || last_name, '') || coalesce(' ' || email, '')
      || coalesce(' ' || phone, '') || coalesce(' ' || landline, '')) || family_first(first_name, last_name)) stored;
create trigger renew_opportunity_search_text after update on contacts
  for each row when (old.search_text is distinct from new.search_text)
  execute function renew_opportunity_search_text();
create index contacts_search on contacts using gin (workspace_id, search_text gin_trgm_ops) with (fastupdate = off);
create index contacts_by_full_name on contacts (workspace_id, full_name text_pattern_ops);
create index contacts_neighbours_by_name on contacts (workspace_id, full_name, id) where last_name is not null;
-- The folding is not strict, so a look-up has to say that there is a last name.
drop index contacts_by_last_name;
create index contacts_by_last_name on contacts (workspace_id, folded(last_name) text_pattern_ops)
  where last_name is not null;

create or replace function note_contact_names() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into contact_names (workspace_id, name)
    select distinct made.workspace_id, named.name
      from made cross join lateral (values (folded(made.first_name)), (folded(made.last_name))) named (name)
     where named.name is not null and not exists (
       select from contact_names known where known.workspace_id = made.workspace_id and known.name = named.name)
     order by 1, 2
  on conflict do nothing;
  return null;
end $$;
create or replace function note_new_contact_name() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into contact_names (workspace_id, name)
    select distinct new.workspace_id, named.name
      from (values (folded(new.first_name)), (folded(new.last_name))) named (name)
     where named.name is not null order by 1, 2
  on conflict do nothing;
  return null;
end $$;
create or replace function forget_contact_names() returns trigger language plpgsql security definer set search_path = public as $$
begin
  delete from contact_names known
   using (select distinct gone.workspace_id, named.name
            from gone cross join lateral (values (folded(gone.first_name)), (folded(gone.last_name))) named (name)) lost
   where known.workspace_id = lost.workspace_id and known.name = lost.name
     and not exists (select from contacts c where c.workspace_id = lost.workspace_id
       and c.full_name ~>=~ lost.name and c.full_name ~<~ (lost.name || '!'))
     and not exists (select from contacts c where c.workspace_id = lost.workspace_id
       and c.last_name is not null and folded(c.last_name) ~>=~ lost.name and folded(c.last_name) ~<=~ lost.name);
  return null;
end $$;
-- Names of plain letters are kept as they were; only the others are made anew.
delete from contact_names where octet_length(name) <> length(name);
insert into contact_names (workspace_id, name)
  select distinct c.workspace_id, folded(named.name)
    from contacts c cross join lateral (values (c.first_name), (c.last_name)) named (name)
   where octet_length(named.name) <> length(named.name);

-- Companies and deals.
drop trigger renew_opportunity_search_text on companies;
drop index companies_search;
create or replace function company_text(name text, email text, phone text, landline text) returns text
  language sql immutable parallel safe as $$
  select case when octet_length(name) = length(name)
    then public.folded(name || coalesce(' ' || email, '') || coalesce(' ' || phone, '') || coalesce(' ' || landline, ''))
    else public.name_text(name)
      || public.folded(coalesce(' ' || email, '') || coalesce(' ' || phone, '') || coalesce(' ' || landline, '')) end
$$;
create index companies_search on companies using gin
  (workspace_id, company_text(name, email, phone, landline) gin_trgm_ops) with (fastupdate = off);
create trigger renew_opportunity_search_text after update on companies
  for each row when ((old.name, old.email, old.phone, old.landline)
    is distinct from (new.name, new.email, new.phone, new.landline))
  execute function renew_opportunity_search_text();

create or replace function keep_opportunity_search_text() returns trigger language plpgsql security definer
  set search_path = public as $$
begin
  new.search_text := name_text(new.name)
    || coalesce((select ' ' || c.search_text from contacts c
                  where c.workspace_id = new.workspace_id and c.id = new.contact_id), '')
    || coalesce((select ' ' || company_text(c.name, c.email, c.phone, c.landline) from companies c
                  where c.workspace_id = new.workspace_id and c.id = new.company_id), '');
  return new;
end $$;
update opportunities o
   set search_text = name_text(o.name)
    || coalesce((select ' ' || c.search_text from contacts c where c.workspace_id = o.workspace_id and c.id = o.contact_id), '')
    || coalesce((select ' ' || company_text(c.name, c.email, c.phone, c.landline) from companies c
                  where c.workspace_id = o.workspace_id and c.id = o.company_id), '')
 where octet_length(o.search_text) <> length(o.search_text);
drop index opportunities_name_trigrams;
create index opportunities_name_trigrams on opportunities using gin (workspace_id, (name_text(name)) gin_trgm_ops)
  with (fastupdate = off);

-- The look-ups, each as it was but for the folding.
create or replace function contact_ids_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from contacts where workspace_id = current_workspace() and search_text like holding_pattern(needle)
$$;

create or replace function contact_ids_holding(of_workspace uuid, needle text, digits text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from contacts
   where workspace_id = current_workspace()
     and (search_text like holding_pattern(needle) or digits is not null and search_text like like_pattern(digits))
$$;

create or replace function company_ids_matching(of_workspace uuid, needle text, digits text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from companies
   where workspace_id = current_workspace()
     and (company_text(name, email, phone, landline) like holding_pattern(needle)
       or digits is not null and company_text(name, email, phone, landline) like like_pattern(digits))
$$;

create or replace function export_companies_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select c.id from companies c where c.workspace_id = current_workspace()
     and company_text(c.name, c.email, c.phone, c.landline) like holding_pattern(needle)
$$;

create or replace function export_opportunities_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select o.id from opportunities o
   where o.workspace_id = current_workspace() and name_text(o.name) like holding_pattern(needle)
$$;

create or replace function opportunity_ids_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from opportunities
   where workspace_id = current_workspace() and search_text like holding_pattern(needle) limit most
$$;

create or replace function companies_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select must_be_scope(of_workspace);
  select c.id from companies c where c.workspace_id = current_workspace()
     and company_text(c.name, c.email, c.phone, c.landline) like holding_pattern(needle) limit most
$$;

create or replace function opportunities_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select must_be_scope(of_workspace);
  select o.id from opportunities o where o.workspace_id = current_workspace()
     and name_text(o.name) like holding_pattern(needle) limit most
$$;

-- As before, with the folding; one or two characters of a script without spaces are rare enough for their trigrams.
create or replace function contacts_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language plpgsql stable security definer set search_path = public set enable_seqscan = off as $$
declare
  workspace constant uuid := current_workspace();
  wanted constant text := folded(needle);
  pattern constant text := holding_pattern(needle);
  beyond constant text := wanted || chr(1114111);
  short constant boolean := length(wanted) < 3 and pattern not like '\% %' escape '\';
  found uuid[];
  among integer := case when short then 20000 else 300 end;
  frequent boolean;
begin
  perform must_be_scope(of_workspace);
  found := array(
    (select c.id from contacts c where c.workspace_id = workspace
        and c.full_name ~>=~ wanted and c.full_name ~<~ beyond limit most)
    union
    (select c.id from contacts c where c.workspace_id = workspace
        and c.last_name is not null and folded(c.last_name) ~>=~ wanted and folded(c.last_name) ~<~ beyond limit most));
  if cardinality(found) >= most then
    return query select unnest(found) limit most;
    return;
  end if;
  frequent := short or (position(' ' in wanted) = 0 and 3 <= (select count(*) from (
    select c.search_text from contacts c where c.workspace_id = workspace
     order by c.created_at desc, c.id desc limit among) newest where newest.search_text like pattern));
  if frequent then
    if not short then among := null; end if;
    return query select distinct held.id from (
      select unnest(found) as id union all
      (select newest.id from (
        select c.id, c.search_text from contacts c where c.workspace_id = workspace
         order by c.created_at desc, c.id desc limit among) newest where newest.search_text like pattern limit most)) held
      limit most;
  else
    return query select distinct held.id from (
      select unnest(found) as id union all select contacts_holding_rarely(of_workspace, pattern, most)) held limit most;
  end if;
end $$;

-- The names close to one word, the closest first. A swap of two letters is looked up, for its likeness would not tell.
create or replace function names_close_to(of_workspace uuid, word text, most integer)
  returns text[] language sql stable security definer set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select array(
    select close.name from (
      select known.name, 1 as likeness from contact_names known
       where known.workspace_id = current_workspace() and known.name = any(letters_swapped(word))
      union all
      select known.name, word_similarity(word, known.name) from contact_names known
       where known.workspace_id = current_workspace() and length(word) >= 3 and word <% known.name) close
     group by close.name
     order by max(close.likeness) desc, length(close.name) limit most)
$$;

-- How much a name is like the needle: below 1, and as like as the needle without its swapped letters, less a little.
create function likeness(needle text, spelt text, full_name text) returns real language sql immutable parallel safe as $$
  select least(greatest(public.word_similarity(needle, full_name),
    case when spelt <> needle then 0.9 * public.word_similarity(spelt, full_name) end), 0.99)::real
$$;

create or replace function contacts_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language plpgsql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
declare
  workspace constant uuid := current_workspace();
  wanted constant text := folded(needle);
  words constant text[] := (regexp_split_to_array(wanted, ' '))[1:5];
  first_close constant text[] := names_close_to(of_workspace, words[1], 6);
  last_close constant text[] := case when cardinality(words) > 1 then names_close_to(of_workspace, words[cardinality(words)], 6) else '{}' end;
  found uuid[] := '{}';
  ranks real[] := '{}';
begin
  perform must_be_scope(of_workspace);
  if cardinality(words) > 1 then
    -- The likeliest pairs are looked up first, and no more of them than it takes.
    select array_agg(alike.id order by alike.rank desc), array_agg(alike.rank order by alike.rank desc) into found, ranks from (
      select c.id, pair.rank
        from (select likely.full_name, likely.rank from (
                select spelt.full_name, likeness(wanted, wanted, spelt.full_name) as rank
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
  return query
    with close as (
      select unnest(first_close) as name, words[1] as word
      union select unnest(last_close), words[cardinality(words)]
      union select unnest(names_close_to(of_workspace, word, 8)), word from unnest(words[2:cardinality(words) - 1]) word
    ), named as (
      select close.name, max(case when close.name = any(letters_swapped(close.word))
               then replace(wanted, close.word, close.name) else wanted end) as spelt
        from close group by close.name, close.name = any(letters_swapped(close.word))
    )
    select alike.id, max(alike.rank) from (
      select * from unnest(found, ranks) known (id, rank)
      union
      select c.id, likeness(wanted, named.spelt, c.full_name)
        from named
       cross join lateral (
         (select p.id, p.full_name from contacts p where p.workspace_id = workspace
             and p.full_name ~>=~ named.name and p.full_name ~<~ (named.name || '!') limit most)
         union all
         (select p.id, p.full_name from contacts p where p.workspace_id = workspace
             and p.last_name is not null and folded(p.last_name) ~>=~ named.name and folded(p.last_name) ~<=~ named.name limit most)) c
    ) alike where alike.rank >= 0.4 group by alike.id order by 2 desc limit most;
end $$;

create or replace function companies_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language sql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select alike.id, max(alike.rank) as rank from (
    select c.id, likeness(folded(needle), folded(needle), folded(c.name)) as rank from companies c
     where c.workspace_id = current_workspace()
       and folded(needle) <% company_text(c.name, c.email, c.phone, c.landline) and folded(needle) <% folded(c.name)
    union all
    select c.id, likeness(folded(needle), spelt, folded(c.name)) from unnest(letters_swapped(folded(needle))) spelt
     cross join lateral (
       select c.id, c.name from companies c where c.workspace_id = current_workspace()
          and company_text(c.name, c.email, c.phone, c.landline) like like_pattern(spelt)
          and folded(c.name) like like_pattern(spelt) limit most) c) alike
   group by alike.id order by 2 desc limit most
$$;

create or replace function opportunities_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language sql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select alike.id, max(alike.rank) as rank from (
    select o.id, likeness(folded(needle), folded(needle), folded(o.name)) as rank from opportunities o
     where o.workspace_id = current_workspace() and folded(needle) <% name_text(o.name)
    union all
    select o.id, likeness(folded(needle), spelt, folded(o.name)) from unnest(letters_swapped(folded(needle))) spelt
     cross join lateral (
       select o.id, o.name from opportunities o where o.workspace_id = current_workspace()
          and name_text(o.name) like like_pattern(spelt) limit most) o) alike
   group by alike.id order by 2 desc limit most
$$;

-- Who may be the same: both orders read the one folded name, so that no pair is told twice.
create or replace function duplicate_contacts(of_workspace uuid, most integer)
  returns table (reason text, shared text, ids uuid[], members bigint) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
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
       select id, full_name, near.*
         from (select id, full_name, lead(id) over w as id1, lead(full_name) over w as name1,
                      lead(id, 2) over w as id2, lead(full_name, 2) over w as name2,
                      lead(id, 3) over w as id3, lead(full_name, 3) over w as name3
                 from contacts where workspace_id = current_workspace() and last_name is not null
               window w as (order by last_name, first_name, id)) by_last,
              lateral (values (id1, name1), (id2, name2), (id3, name3)) near (other, other_name)
     ) pairs
    where other is not null and one_slip_apart(one_name, other_name)
    limit most)
$$;
