-- What customers book, when the business is open, and what is booked.
create table scheduled_event_types (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text,
  icon text,
  color text,
  is_meeting boolean not null default false,
  default_duration_minutes integer check (default_duration_minutes between 1 and 1440),
  duration_minutes integer check (duration_minutes between 1 and 1440),
  event_queue_id uuid,
  enrollment_offset_minutes integer check (enrollment_offset_minutes >= 0),
  sort_order integer not null default 0,
  is_active boolean not null default true,
  is_bookable boolean not null default false,
  slug text not null,
  buffer_before_minutes integer check (buffer_before_minutes between 0 and 1440),
  buffer_after_minutes integer check (buffer_after_minutes between 0 and 1440),
  min_notice_hours numeric check (min_notice_hours >= 0),
  max_advance_days integer check (max_advance_days between 1 and 730),
  slot_interval_minutes integer check (slot_interval_minutes between 1 and 1440),
  booking_pipeline_id uuid,
  booking_stage_id uuid,
  booking_auto_create_deal boolean not null default true,
  booking_lead_source text not null default 'booking',
  booking_deal_name_template text,
  booking_assigned_user_ids uuid[] not null default '{}',
  booking_default_tags jsonb not null default '[]',
  booking_default_products jsonb not null default '[]',
  booking_confirmation_message text,
  booking_deal_behavior text not null default 'create'
    check (booking_deal_behavior in ('create', 'update_or_create', 'never_create')),
  booking_notifications jsonb not null default '{}',
  price_min_cents bigint check (price_min_cents >= 0),
  price_max_cents bigint check (price_max_cents >= price_min_cents),
  price_unit text check (price_unit in ('PER_JOB', 'PER_HOUR', 'PER_VISIT')),
  currency text,
  keywords text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, slug)
);
select protect_table('scheduled_event_types');
create index scheduled_event_types_in_order on scheduled_event_types (workspace_id, sort_order, id);
create index scheduled_event_types_newest on scheduled_event_types (workspace_id, created_at, id);

-- member_id null: the company's own hours. A column a member leaves null falls back to the company's.
create table scheduling_availability (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  member_id uuid,
  weekly_hours jsonb,
  timezone text,
  date_overrides jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique nulls not distinct (workspace_id, member_id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('scheduling_availability');

create table bookings (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  event_type_id uuid,
  member_id uuid,
  contact_id uuid,
  deal_id uuid,
  lead_id uuid,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- The booking with its buffers: what nobody else may be given.
  blocked_from timestamptz not null,
  blocked_until timestamptz not null,
  timezone text not null,
  booker_name text,
  booker_email text,
  booker_phone text,
  booker_state text,
  booker_timezone text,
  notes text,
  address text,
  postal_code text,
  status text not null check (status in ('confirmed', 'cancelled', 'attended', 'late', 'no_show')),
  source text not null,
  source_name text,
  agent_vendor text,
  attendees jsonb not null default '[]',
  cancellation_reason text,
  cancelled_at timestamptz,
  management_token uuid,
  management_token_expires_at timestamptz,
  sequence integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, event_type_id) references scheduled_event_types (workspace_id, id)
    on delete set null (event_type_id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete set null (member_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, deal_id) references opportunities (workspace_id, id) on delete set null (deal_id),
  check (starts_at < ends_at and blocked_from <= starts_at and ends_at <= blocked_until),
  -- Bounded, so that whoever looks for what is busy at an instant knows how far back to look.
  constraint bookings_bounded check (blocked_until - blocked_from <= interval '3 days'),
  constraint bookings_never_overlap exclude using gist
    (workspace_id with =, member_id with =, tstzrange(blocked_from, blocked_until) with &&)
    where (status in ('confirmed', 'attended', 'late'))
);
select protect_table('bookings');
create index bookings_by_start on bookings (workspace_id, starts_at, id);
create index bookings_by_status on bookings (workspace_id, status, starts_at, id);
create index bookings_by_event_type on bookings (workspace_id, event_type_id, starts_at, id);
create index bookings_by_contact on bookings (workspace_id, contact_id, starts_at);
create index bookings_by_deal on bookings (workspace_id, deal_id) where deal_id is not null;
create index bookings_by_lead on bookings (workspace_id, lead_id) where lead_id is not null;
create index bookings_by_member on bookings (workspace_id, member_id, starts_at);
create unique index bookings_by_management_token on bookings (workspace_id, management_token)
  where management_token is not null;
create index bookings_busy on bookings (workspace_id, blocked_from) include (blocked_until, member_id, id)
  where status in ('confirmed', 'attended', 'late');

-- Busy times of calendars kept elsewhere, as their connectors write them.
create table external_busy (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  member_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  source text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade,
  check (starts_at < ends_at)
);
select protect_table('external_busy');
-- By end: what is over, which is most of it, is never read.
create index external_busy_by_end on external_busy (workspace_id, ends_at) include (starts_at, member_id);

-- An opportunity's place in an event queue, from the moment a booking of a type with a queue was linked to it.
create table event_queue_enrollments (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  event_queue_id uuid not null,
  opportunity_id uuid not null,
  booking_id uuid not null,
  starts_at timestamptz not null,
  status text not null check (status in ('pending', 'started', 'cancelled')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, booking_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete cascade,
  foreign key (workspace_id, booking_id) references bookings (workspace_id, id) on delete cascade
);
select protect_table('event_queue_enrollments');
create index event_queue_enrollments_by_opportunity on event_queue_enrollments (workspace_id, opportunity_id);

create index companies_by_lower_name on companies (workspace_id, lower(name), id);
-- lower() is not leakproof: under row level security it could not use an index (see contact_ids_matching).
create function company_id_named(wanted text) returns uuid language sql stable security definer
  set search_path = public as $$
  select id from companies where workspace_id = current_workspace() and lower(name) = lower(wanted) order by id limit 1
$$;
create function contact_id_with_email(wanted text) returns uuid language sql stable security definer
  set search_path = public as $$
  select id from contacts where workspace_id = current_workspace() and lower(email) = lower(wanted) order by id limit 1
$$;
grant create on schema public to frontdesk_system;
alter function company_id_named(text) owner to frontdesk_system;
alter function contact_id_with_email(text) owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
