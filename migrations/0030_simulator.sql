-- The phones of the simulator: what the people holding them typed, and the calls they made. What the business sent them
-- is in local_outbox. Neither belongs to a workspace: a phone may text anybody.
create table simulator_texts (
  key text primary key,
  sender text not null,
  recipient text not null,
  body text not null,
  at timestamptz not null
);
grant select, insert on simulator_texts to frontdesk_system;
create index simulator_texts_by_sender on simulator_texts (sender, at, key);

create table simulator_calls (
  call_sid text primary key,
  caller text not null,
  recipient text not null,
  -- Where the phone company reports how the call to the owner's phone ended; null when it never rang.
  outcome_path text,
  outcome text check (outcome in ('missed', 'answered')),
  at timestamptz not null
);
grant select, insert, update on simulator_calls to frontdesk_system;
create index simulator_calls_by_caller on simulator_calls (caller, at, call_sid);
