-- Functions that run as another role see every workspace, so each is told the workspace by its caller and compares it with the
-- scope: a statement that came into another's scope fails instead of answering. The bodies are as they were.
create function must_be_scope(of_workspace uuid) returns void language plpgsql stable as $$
begin
  if of_workspace is null or of_workspace is distinct from current_workspace() then
    raise exception 'the workspace named is not the one of this scope' using errcode = 'insufficient_privilege';
  end if;
end $$;

drop function next_public_id(text, text);
create function next_public_id(of_workspace uuid, noun text, prefix text)
  returns text language plpgsql volatile security definer set search_path = pg_catalog, public as $$
declare
  sequence_name text := noun || '_' || replace(current_workspace()::text, '-', '');
  value bigint;
begin
  perform must_be_scope(of_workspace);
  loop
    begin
      value := nextval(format('public_ids.%I', sequence_name)::regclass);
      return prefix || '-' || case when value < 1000 then lpad(value::text, 3, '0') else value::text end;
    exception when undefined_table then
      begin
        execute format('create sequence public_ids.%I', sequence_name);
      exception when duplicate_table or unique_violation then null; -- another transaction made it first
      end;
    end;
  end loop;
end $$;

drop function contact_ids_matching(text);
create function contact_ids_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from contacts
   where workspace_id = current_workspace()
     and search_text like '%' || replace(replace(replace(needle, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;
alter function contact_ids_matching(uuid, text) owner to frontdesk_system;

drop function company_id_named(text);
create function company_id_named(of_workspace uuid, wanted text)
  returns uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from companies where workspace_id = current_workspace() and lower(name) = lower(wanted) order by id limit 1
$$;
alter function company_id_named(uuid, text) owner to frontdesk_system;

drop function contact_id_with_email(text);
create function contact_id_with_email(of_workspace uuid, wanted text)
  returns uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from contacts where workspace_id = current_workspace() and lower(email) = lower(wanted) order by id limit 1
$$;
alter function contact_id_with_email(uuid, text) owner to frontdesk_system;

drop function contacts_holding_rarely(text, integer);
create function contacts_holding_rarely(of_workspace uuid, pattern text, most integer)
  returns setof uuid language sql stable security definer set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select must_be_scope(of_workspace);
  select c.id from contacts c where c.workspace_id = current_workspace() and c.search_text like pattern limit most
$$;
alter function contacts_holding_rarely(uuid, text, integer) owner to frontdesk_system;

drop function contacts_holding(text, integer);
create function contacts_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language plpgsql stable security definer set search_path = public set enable_seqscan = off as $$
declare
  workspace constant uuid := current_workspace();
  pattern constant text := like_pattern(needle);
  beyond constant text := needle || chr(1114111);
  found uuid[];
  among integer := case when length(needle) < 3 then 20000 else 300 end;
  frequent boolean;
begin
  perform must_be_scope(of_workspace);
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
      select unnest(found) as id union all select contacts_holding_rarely(of_workspace, pattern, most)) held limit most;
  end if;
end $$;
alter function contacts_holding(uuid, text, integer) owner to frontdesk_system;

drop function contacts_named_like(text, integer);
create function contacts_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language plpgsql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
declare
  workspace constant uuid := current_workspace();
  words constant text[] := (regexp_split_to_array(needle, ' '))[1:5];
  first_close constant text[] := names_close_to(of_workspace, words[1], 6);
  last_close constant text[] := case when cardinality(words) > 1 then names_close_to(of_workspace, words[cardinality(words)], 6) else '{}' end;
  names text[];
  found uuid[] := '{}';
  ranks real[] := '{}';
begin
  perform must_be_scope(of_workspace);
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
     cross join lateral unnest(names_close_to(of_workspace, word, 8)) close (name)
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
alter function contacts_named_like(uuid, text, integer) owner to frontdesk_system;

drop function companies_holding(text, integer);
create function companies_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select must_be_scope(of_workspace);
  select c.id from companies c where c.workspace_id = current_workspace()
     and company_text(c.name, c.email, c.phone, c.landline) like like_pattern(needle) limit most
$$;
alter function companies_holding(uuid, text, integer) owner to frontdesk_system;

drop function companies_named_like(text, integer);
create function companies_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language sql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select c.id, least(word_similarity(needle, lower(c.name)), 0.99)::real as rank from companies c
   where c.workspace_id = current_workspace()
     and needle <% company_text(c.name, c.email, c.phone, c.landline) and needle <% lower(c.name)
   order by 2 desc limit most
$$;
alter function companies_named_like(uuid, text, integer) owner to frontdesk_system;

drop function opportunities_holding(text, integer);
create function opportunities_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public set enable_seqscan = off set enable_indexscan = off as $$
  select must_be_scope(of_workspace);
  select o.id from opportunities o where o.workspace_id = current_workspace()
     and lower(o.name) like like_pattern(needle) limit most
$$;
alter function opportunities_holding(uuid, text, integer) owner to frontdesk_system;

drop function opportunities_named_like(text, integer);
create function opportunities_named_like(of_workspace uuid, needle text, most integer)
  returns table (id uuid, rank real) language sql stable security definer set search_path = public set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select o.id, least(word_similarity(needle, lower(o.name)), 0.99)::real as rank from opportunities o
   where o.workspace_id = current_workspace() and needle <% lower(o.name)
   order by 2 desc limit most
$$;
alter function opportunities_named_like(uuid, text, integer) owner to frontdesk_system;

drop function opportunity_ids_holding(text, integer);
create function opportunity_ids_holding(of_workspace uuid, needle text, most integer)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from opportunities
   where workspace_id = current_workspace() and search_text like like_pattern(needle) limit most
$$;
alter function opportunity_ids_holding(uuid, text, integer) owner to frontdesk_system;

drop function ensure_work_order_statuses(uuid[], text[], timestamptz);
create function ensure_work_order_statuses(of_workspace uuid, ids uuid[], labels text[], at timestamptz)
  returns void language plpgsql volatile as $$
begin
  perform must_be_scope(of_workspace);
  if exists (select from work_order_statuses where workspace_id = current_workspace() and is_standard) then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('work_order_statuses ' || current_workspace(), 0));
  if exists (select from work_order_statuses where workspace_id = current_workspace() and is_standard) then return; end if;
  insert into work_order_statuses
    (workspace_id, id, label, position, is_complete, is_standard, created_at, updated_at)
  select current_workspace(), given.id, given.label, given.place - 1, given.place = cardinality(labels), true, at, at
    from unnest(ids, labels) with ordinality as given (id, label, place)
  on conflict (workspace_id, lower(label)) do update set is_standard = true;
end $$;

drop function export_companies_matching(text);
create function export_companies_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select c.id from companies c where c.workspace_id = current_workspace()
     and lower(c.name || coalesce(' ' || c.email, '') || coalesce(' ' || c.phone, '') || coalesce(' ' || c.landline, ''))
         like like_pattern(needle)
$$;
alter function export_companies_matching(uuid, text) owner to frontdesk_system;

drop function export_opportunities_matching(text);
create function export_opportunities_matching(of_workspace uuid, needle text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select o.id from opportunities o
   where o.workspace_id = current_workspace() and lower(o.name) like like_pattern(needle)
$$;
alter function export_opportunities_matching(uuid, text) owner to frontdesk_system;

drop function duplicate_contacts(integer);
create function duplicate_contacts(of_workspace uuid, most integer)
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
alter function duplicate_contacts(uuid, integer) owner to frontdesk_system;

drop function duplicate_companies(integer);
create function duplicate_companies(of_workspace uuid, most integer)
  returns table (reason text, shared text, ids uuid[], members bigint) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
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
alter function duplicate_companies(uuid, integer) owner to frontdesk_system;

drop function contact_ids_holding(text, text);
create function contact_ids_holding(of_workspace uuid, needle text, digits text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from contacts
   where workspace_id = current_workspace()
     and (search_text like like_pattern(needle) or digits is not null and search_text like like_pattern(digits))
$$;
alter function contact_ids_holding(uuid, text, text) owner to frontdesk_system;

drop function company_ids_matching(text, text);
create function company_ids_matching(of_workspace uuid, needle text, digits text)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select id from companies
   where workspace_id = current_workspace()
     and (company_text(name, email, phone, landline) like like_pattern(needle)
       or digits is not null and company_text(name, email, phone, landline) like like_pattern(digits))
$$;
alter function company_ids_matching(uuid, text, text) owner to frontdesk_system;

drop function contacts_born_on(integer[], uuid, integer);
create function contacts_born_on(of_workspace uuid, days integer[], after_id uuid, most integer)
  returns setof uuid language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select born.id from unnest(days) day cross join lateral (
    select c.id from contacts c
     where c.workspace_id = current_workspace() and c.date_of_birth is not null
       and day_of_year(c.date_of_birth) = day and c.id > after_id
     order by c.id limit most) born
   order by born.id limit most
$$;
alter function contacts_born_on(uuid, integer[], uuid, integer) owner to frontdesk_system;

drop function contacts_with_emails(text[]);
create function contacts_with_emails(of_workspace uuid, keys text[])
  returns table (key text, id uuid) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select distinct on (lower(c.email)) lower(c.email), c.id from contacts c
   where c.workspace_id = current_workspace() and c.email is not null and lower(c.email) = any(keys)
   order by lower(c.email), c.created_at, c.id
$$;
alter function contacts_with_emails(uuid, text[]) owner to frontdesk_system;

drop function companies_with_emails(text[]);
create function companies_with_emails(of_workspace uuid, keys text[])
  returns table (key text, id uuid) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select distinct on (lower(c.email)) lower(c.email), c.id from companies c
   where c.workspace_id = current_workspace() and c.email is not null and lower(c.email) = any(keys)
   order by lower(c.email), c.created_at, c.id
$$;
alter function companies_with_emails(uuid, text[]) owner to frontdesk_system;

drop function companies_with_names(text[]);
create function companies_with_names(of_workspace uuid, keys text[])
  returns table (key text, id uuid) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select distinct on (lower(c.name)) lower(c.name), c.id from companies c
   where c.workspace_id = current_workspace() and lower(c.name) = any(keys)
   order by lower(c.name), c.created_at, c.id
$$;
alter function companies_with_names(uuid, text[]) owner to frontdesk_system;

drop function opportunities_with_names(text[]);
create function opportunities_with_names(of_workspace uuid, keys text[])
  returns table (key text, id uuid) language sql stable security definer set search_path = public as $$
  select must_be_scope(of_workspace);
  select distinct on (lower(o.name)) lower(o.name), o.id from opportunities o
   where o.workspace_id = current_workspace() and lower(o.name) = any(keys)
   order by lower(o.name), o.created_at, o.id
$$;
alter function opportunities_with_names(uuid, text[]) owner to frontdesk_system;

drop function people_behind(uuid[]);
create function people_behind(of_workspace uuid, member_ids uuid[])
  returns table (
    member_id uuid, full_name text, email text, phone text, avatar_url text, job_title text, department text,
    status text, created_at timestamptz
  ) language sql stable security definer set search_path = pg_catalog, public as $$
  select must_be_scope(of_workspace);
  select m.id, u.full_name, u.email, u.phone, u.avatar_url, u.job_title, u.department, u.status, u.created_at
    from members m
    join users u on u.id = m.user_id
   where m.workspace_id = current_workspace() and m.id = any(member_ids) and m.status <> 'removed'
$$;
alter function people_behind(uuid, uuid[]) owner to frontdesk_system;

drop function names_close_to(text, integer);
create function names_close_to(of_workspace uuid, word text, most integer)
  returns text[] language sql stable security definer set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select must_be_scope(of_workspace);
  select array(
    select known.name from contact_names known
     where known.workspace_id = current_workspace() and length(word) >= 3 and word <% known.name
     order by word_similarity(word, known.name) desc, length(known.name) limit most)
$$;
alter function names_close_to(uuid, text, integer) owner to frontdesk_system;
