-- When people were last told of a failure of an automation, so that the same one is told once an hour.
create table automation_alerts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  signature_hash text not null,
  alerted_at timestamptz not null,
  primary key (workspace_id, signature_hash)
);
select protect_table('automation_alerts');
create index automation_alerts_age on automation_alerts (alerted_at);
