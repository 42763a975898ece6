-- People and what they did.

-- The change log is read by time, by kind of record, by record and by whoever did it; always the newest first.
drop index audit_entries_by_record;
create index audit_entries_in_order on audit_entries (workspace_id, created_at desc, id desc);
create index audit_entries_by_noun on audit_entries (workspace_id, noun, created_at desc, id desc);
create index audit_entries_by_record on audit_entries (workspace_id, record_id, created_at desc, id desc);
create index audit_entries_by_actor on audit_entries (workspace_id, actor_id, created_at desc, id desc);
