-- What left for people who have not shown that a number or an address is theirs, so that strangers cannot have us write to
-- whomever they name as often as they like (docs/decisions/0018-unproven-recipients.md). Swept after a week.
create table unproven_sends (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- The message's own: one that is tried again is counted once.
  key text not null,
  channel text not null check (channel in ('sms', 'email')),
  recipient text not null,
  booking_id uuid,
  sent_at timestamptz not null,
  primary key (workspace_id, key)
);
select protect_table('unproven_sends');
create index unproven_sends_by_recipient on unproven_sends (workspace_id, channel, recipient, sent_at);
create index unproven_sends_by_booking on unproven_sends (workspace_id, booking_id, sent_at) where booking_id is not null;
create index unproven_sends_by_day on unproven_sends (workspace_id, channel, sent_at);
create index unproven_sends_by_age on unproven_sends (sent_at);
-- Whether somebody has ever texted us from a number.
create index sms_messages_by_sender on sms_messages (workspace_id, from_e164) where direction = 'in';
