-- Whose message it was: the simulator shows what its demo's business sent, and nothing of anybody else's.
alter table local_outbox add column sent_for uuid;
create index local_outbox_of_workspace on local_outbox (sent_for, at, key);
