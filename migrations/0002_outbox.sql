-- What the local providers "sent": a message, mail or call that a person can look at in the simulator.
create table local_outbox (
  key text primary key,
  channel text not null,
  recipient text not null,
  sender text not null,
  subject text,
  body text not null,
  html text,
  extras jsonb not null,
  at timestamptz not null
);
grant select, insert on local_outbox to frontdesk_system;
create index local_outbox_by_time on local_outbox (at, key);
