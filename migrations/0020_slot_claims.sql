-- Who and what keeps which time. Every booking that keeps its time, and every hold on one, has a claim for each of its hosts
-- and resources; claims of one subject may not overlap unless they are seats of one sitting. The claims are derived by the
-- triggers below, so no door can forget them. docs/decisions/0010-slot-claims.md says why it is done this way.

alter table scheduled_event_types
  -- any: one host, the least booked that day; all: every host together; round_robin: one host, in turn over the month.
  add column host_assignment text not null default 'any' check (host_assignment in ('any', 'all', 'round_robin')),
  -- How many bookings one sitting takes.
  add column capacity integer not null default 1 check (capacity between 1 and 1000),
  -- [{any_of: [resource ids]}]: one of each list is needed, all of them different.
  add column resource_requirements jsonb not null default '[]',
  -- Between visits at different postcodes, unless scheduling_travel_times says otherwise; null: the way does not count.
  add column travel_minutes integer check (travel_minutes between 0 and 1440),
  add column timezone text;

create table scheduling_resources (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  kind text not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_table('scheduling_resources');
create index scheduling_resources_in_order on scheduling_resources (workspace_id, created_at, id);

create table scheduling_travel_times (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  from_postal_code text not null,
  to_postal_code text not null,
  minutes integer not null check (minutes between 0 and 1440),
  primary key (workspace_id, from_postal_code, to_postal_code)
);
select protect_table('scheduling_travel_times');

-- A time kept for somebody who is about to book it.
create table slot_holds (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  event_type_id uuid not null,
  member_id uuid,
  host_ids uuid[] not null default '{}',
  resource_ids uuid[] not null default '{}',
  occasion_id uuid not null,
  capacity integer not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  blocked_from timestamptz not null,
  blocked_until timestamptz not null,
  postal_code text,
  held_by text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, event_type_id) references scheduled_event_types (workspace_id, id) on delete cascade,
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
  check (starts_at < ends_at and blocked_from <= starts_at and ends_at <= blocked_until),
  constraint slot_holds_bounded check (blocked_until - blocked_from <= interval '3 days')
);
select protect_table('slot_holds');
create index slot_holds_by_event_type on slot_holds (workspace_id, event_type_id, starts_at);
create index slot_holds_by_expiry on slot_holds (expires_at);

-- What a booking takes: member_id is the first of host_ids. Seats of one sitting share an occasion; everybody else's is
-- their own id. All of it is filled in by settle_occasion for rows that say less.
alter table bookings
  add column host_ids uuid[],
  add column resource_ids uuid[] not null default '{}',
  add column occasion_id uuid,
  add column capacity integer;

create table slot_claims (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  subject_kind text not null check (subject_kind in ('member', 'resource')),
  subject_id uuid not null,
  occasion_id uuid not null,
  -- Tells the claims of one subject on one occasion apart: seats of a sitting are numbered from 0 up to its capacity.
  seat smallint not null,
  booking_id uuid,
  hold_id uuid,
  claimed_from timestamptz not null,
  claimed_until timestamptz not null,
  -- Of a hold: from then on it keeps nobody out.
  expires_at timestamptz,
  constraint slot_claims_seats primary key (workspace_id, subject_id, occasion_id, seat),
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade,
  foreign key (workspace_id, hold_id) references slot_holds (workspace_id, id) on delete cascade,
  check (num_nonnulls(booking_id, hold_id) = 1 and (hold_id is null) = (expires_at is null)),
  check (claimed_from < claimed_until),
  constraint slot_claims_never_overlap exclude using gist
    (workspace_id with =, subject_id with =, tstzrange(claimed_from, claimed_until) with &&, occasion_id with <>)
);
select protect_table('slot_claims');
-- Written by the triggers alone: nobody keeps a time without a booking or a hold that says so.
revoke insert, update, delete on slot_claims from frontdesk_app;
create index slot_claims_busy on slot_claims (workspace_id, claimed_from)
  include (claimed_until, subject_id, booking_id, hold_id, expires_at);
create index slot_claims_by_booking on slot_claims (workspace_id, booking_id) where booking_id is not null;
create index slot_claims_held on slot_claims (workspace_id, hold_id) where hold_id is not null;
create index slot_claims_expiring on slot_claims (workspace_id, subject_id, expires_at) where expires_at is not null;

-- Fills in what a booking or a hold takes, and names its occasion.
create function settle_occasion() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if coalesce(cardinality(new.host_ids), 0) = 0 then new.host_ids := array_remove(array[new.member_id], null); end if;
    new.resource_ids := coalesce(new.resource_ids, '{}');
    if new.capacity is null then
      new.capacity := coalesce((select t.capacity from scheduled_event_types t
        where t.workspace_id = new.workspace_id and t.id = new.event_type_id), 1);
    end if;
  else
    if new.member_id is distinct from old.member_id and new.host_ids = old.host_ids then
      new.host_ids := array_remove(array[new.member_id], null);
    end if;
    -- A service that is deleted takes nothing from the bookings made of it, so they stay the sitting they were.
    if (new.host_ids, new.capacity, new.starts_at, new.ends_at, new.blocked_from, new.blocked_until)
      = (old.host_ids, old.capacity, old.starts_at, old.ends_at, old.blocked_from, old.blocked_until)
      and (new.event_type_id is null or new.event_type_id is not distinct from old.event_type_id) then
      new.member_id := new.host_ids[1];
      return new;
    end if;
  end if;
  new.member_id := new.host_ids[1];
  new.occasion_id := case
    when new.capacity > 1 and new.event_type_id is not null then md5(concat_ws('/', new.event_type_id,
      array(select unnest(new.host_ids) order by 1), extract(epoch from new.starts_at), extract(epoch from new.ends_at),
      extract(epoch from new.blocked_from), extract(epoch from new.blocked_until)))::uuid
    else new.id end;
  return new;
end $$;

-- Claims each subject for a booking or a hold, or raises exclusion_violation: then nothing is claimed.
--
-- Whoever comes second waits for whoever came first, and nobody waits in a circle: subjects are claimed in the order of their
-- ids, and each by `on conflict do nothing`, which waits before its row is there (two plain inserts into one exclusion
-- constraint both are there first, and then each waits for the other). Expired holds go only when they are in the way, in
-- the order of their ids and before anything is claimed.
create function claim_subjects(
  workspace uuid, booking uuid, hold uuid, hosts uuid[], resources uuid[], occasion uuid, seats integer,
  wanted tstzrange, expiry timestamptz, asked_at timestamptz
) returns void language plpgsql as $$
declare
  expired uuid;
  subject record;
  next_seat integer;
  claimed boolean;
begin
  for expired in
    select distinct c.hold_id from slot_claims c
     where c.workspace_id = workspace and c.subject_id = any(hosts || resources) and c.expires_at <= asked_at
       and tstzrange(c.claimed_from, c.claimed_until) && wanted
     order by 1
  loop
    delete from slot_holds where workspace_id = workspace and id = expired;
  end loop;
  for subject in
    select 'member' as kind, unnest(hosts) as id union select 'resource', unnest(resources) order by 2, 1
  loop
    next_seat := -1;
    claimed := false;
    while not claimed loop
      next_seat := case when seats = 1 then nullif(next_seat + 1, 1) else
        (select min(n) from generate_series(next_seat + 1, seats - 1) n
          where not exists (select from slot_claims c where c.workspace_id = workspace
            and c.subject_id = subject.id and c.occasion_id = occasion and c.seat = n)) end;
      -- Of another occasion the time is gone; of this one only the seat, and the next is tried.
      if next_seat is null or (next_seat > 0 and exists (select from slot_claims c where c.workspace_id = workspace
          and c.subject_id = subject.id and c.occasion_id <> occasion
          and tstzrange(c.claimed_from, c.claimed_until) && wanted)) then
        raise exclusion_violation using message = 'the time is taken', detail = subject.kind || ' ' || subject.id,
          table = 'slot_claims', constraint = 'slot_claims_never_overlap';
      end if;
      insert into slot_claims (workspace_id, subject_kind, subject_id, occasion_id, seat, booking_id, hold_id,
          claimed_from, claimed_until, expires_at)
        values (workspace, subject.kind, subject.id, occasion, next_seat, booking, hold,
          lower(wanted), upper(wanted), expiry)
        on conflict do nothing;
      claimed := found;
    end loop;
  end loop;
end $$;

create function keep_booking_claims() returns trigger language plpgsql security definer set search_path = public as $$
declare
  wanted tstzrange := tstzrange(new.blocked_from, new.blocked_until);
  -- The statuses in which a booking keeps its time.
  keeps boolean := new.status in ('confirmed', 'attended', 'late');
  shared boolean := new.occasion_id <> new.id;
  hosts uuid[] := new.host_ids;
  resources uuid[] := new.resource_ids;
  before tid[] := '{}';
begin
  if tg_op = 'UPDATE' then
    before := array(select ctid from slot_claims where workspace_id = new.workspace_id and booking_id = new.id);
    if keeps and shared then
      -- What is claimed already stays claimed; only of the sitting it leaves may something be in its own way.
      select coalesce(array_agg(c.ctid) filter (where not same), '{}'),
             array(select unnest(new.host_ids) except select unnest(array_agg(c.subject_id) filter (where same))),
             array(select unnest(new.resource_ids) except select unnest(array_agg(c.subject_id) filter (where same)))
        into before, hosts, resources
        from slot_claims c
       cross join lateral (select c.occasion_id = new.occasion_id
         and c.subject_id = any(new.host_ids || new.resource_ids) as same) kept
       where c.workspace_id = new.workspace_id and c.booking_id = new.id;
    end if;
    if keeps then
      delete from slot_claims c where c.ctid = any(before) and c.occasion_id <> new.occasion_id
        and tstzrange(c.claimed_from, c.claimed_until) && wanted;
    end if;
  end if;
  if keeps then
    if new.postal_code is not null then
      -- Whoever minds the way between visits locks these rows against us, and looks at our visit after.
      perform from members m where m.workspace_id = new.workspace_id and m.id = any(hosts) order by m.id for share;
    end if;
    -- A booking that moves a little is in its own way for as long as it has both times, so it needs a second number.
    perform claim_subjects(new.workspace_id, new.id, null, hosts, resources, new.occasion_id,
      case when shared then new.capacity when tg_op = 'UPDATE' then 2 else 1 end, wanted, null, new.updated_at);
  end if;
  -- Given up only now: two bookings that change places would otherwise each wait for the other.
  delete from slot_claims where ctid = any(before);
  return null;
end $$;

create function keep_hold_claims() returns trigger language plpgsql security definer set search_path = public as $$
begin
  perform claim_subjects(new.workspace_id, null, new.id, new.host_ids, new.resource_ids, new.occasion_id,
    case when new.occasion_id = new.id then 1 else new.capacity end, tstzrange(new.blocked_from, new.blocked_until),
    new.expires_at, new.updated_at);
  return null;
end $$;

grant create on schema public to frontdesk_system;
alter function claim_subjects(uuid, uuid, uuid, uuid[], uuid[], uuid, integer, tstzrange, timestamptz, timestamptz)
  owner to frontdesk_system;
alter function keep_booking_claims() owner to frontdesk_system;
alter function keep_hold_claims() owner to frontdesk_system;
revoke create on schema public from frontdesk_system;

-- What is booked already. Policies let the sweeping role see every workspace.
set local role frontdesk_system;
update bookings set host_ids = array_remove(array[member_id], null), occasion_id = id, capacity = 1;
insert into slot_claims (workspace_id, subject_kind, subject_id, occasion_id, seat, booking_id, claimed_from, claimed_until)
  select workspace_id, 'member', member_id, id, 0, id, blocked_from, blocked_until from bookings
   where member_id is not null and status in ('confirmed', 'attended', 'late');
set local role none;

alter table bookings
  alter column host_ids set not null,
  alter column occasion_id set not null,
  alter column capacity set not null,
  add constraint bookings_capacity check (capacity between 1 and 1000),
  drop constraint bookings_never_overlap;
drop index bookings_busy;
-- Whose turn it is, and what one sitting of a class already holds.
create index bookings_last_assigned on bookings (workspace_id, event_type_id, member_id, created_at);

create trigger settle_occasion before insert or update on bookings for each row execute function settle_occasion();
create trigger settle_occasion before insert on slot_holds for each row execute function settle_occasion();
create trigger keep_claims after insert on bookings for each row execute function keep_booking_claims();
create trigger keep_moved_claims after update on bookings for each row
  when ((old.status, old.occasion_id, old.host_ids, old.resource_ids, old.blocked_from, old.blocked_until)
    is distinct from (new.status, new.occasion_id, new.host_ids, new.resource_ids, new.blocked_from, new.blocked_until))
  execute function keep_booking_claims();
create trigger keep_claims after insert on slot_holds for each row execute function keep_hold_claims();
