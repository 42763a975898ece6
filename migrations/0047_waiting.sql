-- Counted with each request for more.
create index report_digests_queued on report_digests (workspace_id) where status = 'queued';
