-- One search over people, companies and deals. As in 0003, these functions run as the sweeping role because trigram
-- operators cannot use an index under row level security, and name the session's own workspace themselves.
-- Companies and deals have no computed columns of their own for it, so the indexes hold the expressions.

create index companies_search on companies using gin
  (workspace_id, (lower(name || coalesce(' ' || email, '') || coalesce(' ' || phone, '') || coalesce(' ' || landline, ''))) gin_trgm_ops)
  with (fastupdate = off);
create index opportunities_name_trigrams on opportunities using gin (workspace_id, (lower(name)) gin_trgm_ops)
  with (fastupdate = off);

create function like_pattern(needle text) returns text language sql immutable parallel safe as
$$ select '%' || replace(replace(replace(needle, '\', '\\'), '%', '\%'), '_', '\_') || '%' $$;

-- The name is part of the text, so what is close to the name is close to the text: one index finds both, and the second
-- condition keeps e-mail addresses and numbers to exact parts.
-- Contacts whose text holds the needle (1.0) or whose name is close to it (its similarity). `digits` is the needle's
-- digits when it looks like a number, so that any spelling of one is found; numbers are stored as E.164.
create function search_contact_ranks(needle text, digits text, most integer)
  returns table (id uuid, rank real) language sql stable security definer
  set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select found.id, max(found.rank) from (
    (select c.id, 1.0::real as rank from contacts c
      where c.workspace_id = current_workspace() and c.search_text like like_pattern(needle) limit most)
    union all
    (select c.id, 1.0::real from contacts c
      where digits is not null and c.workspace_id = current_workspace()
        and c.search_text like like_pattern(digits) limit most)
    union all
    (select c.id, least(word_similarity(needle, c.full_name), 0.99)::real from contacts c
      where c.workspace_id = current_workspace() and needle <% c.search_text and needle <% c.full_name
      order by word_similarity(needle, c.full_name) desc limit most)
  ) found group by found.id order by 2 desc limit most
$$;

create function search_company_ranks(needle text, digits text, most integer)
  returns table (id uuid, rank real) language sql stable security definer
  set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select found.id, max(found.rank) from (
    (select c.id, 1.0::real as rank from companies c
      where c.workspace_id = current_workspace()
        and lower(c.name || coalesce(' ' || c.email, '') || coalesce(' ' || c.phone, '') || coalesce(' ' || c.landline, ''))
            like like_pattern(needle) limit most)
    union all
    (select c.id, 1.0::real from companies c
      where digits is not null and c.workspace_id = current_workspace()
        and lower(c.name || coalesce(' ' || c.email, '') || coalesce(' ' || c.phone, '') || coalesce(' ' || c.landline, ''))
            like like_pattern(digits) limit most)
    union all
    (select c.id, least(word_similarity(needle, lower(c.name)), 0.99)::real from companies c
      where c.workspace_id = current_workspace() and needle <% lower(c.name || coalesce(' ' || c.email, '') || coalesce(' ' || c.phone, '') || coalesce(' ' || c.landline, ''))
        and needle <% lower(c.name)
      order by word_similarity(needle, lower(c.name)) desc limit most)
  ) found group by found.id order by 2 desc limit most
$$;

create function search_opportunity_ranks(needle text, most integer)
  returns table (id uuid, rank real) language sql stable security definer
  set search_path = public set pg_trgm.word_similarity_threshold = 0.4 as $$
  select found.id, max(found.rank) from (
    (select o.id, 1.0::real as rank from opportunities o
      where o.workspace_id = current_workspace() and lower(o.name) like like_pattern(needle) limit most)
    union all
    (select o.id, least(word_similarity(needle, lower(o.name)), 0.99)::real from opportunities o
      where o.workspace_id = current_workspace() and needle <% lower(o.name)
      order by word_similarity(needle, lower(o.name)) desc limit most)
  ) found group by found.id order by 2 desc limit most
$$;

grant create on schema public to frontdesk_system;
alter function search_contact_ranks(text, text, integer) owner to frontdesk_system;
alter function search_company_ranks(text, text, integer) owner to frontdesk_system;
alter function search_opportunity_ranks(text, integer) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
