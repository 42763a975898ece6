-- A member's bookings as a calendar they subscribe to. Whoever has the address reads it: only its token's hash is kept.
create table calendar_feeds (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  member_id uuid not null,
  shows text not null check (shows in ('everything', 'titles', 'busy')),
  token_hash text not null unique,
  last_read_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
select protect_table('calendar_feeds');
create index calendar_feeds_newest on calendar_feeds (workspace_id, created_at desc, id desc);
create index calendar_feeds_by_member on calendar_feeds (workspace_id, member_id, created_at desc, id desc);
