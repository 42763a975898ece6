-- A file is read to its end, and its rows put away batch by batch, before the import is there for anybody to see: until then it is
-- "reading". What a process left when it died is swept.
alter table imports drop constraint imports_status_check;
alter table imports add constraint imports_status_check
  check (status in ('reading', 'ready', 'checking', 'running', 'completed', 'failed', 'undoing', 'undone'));
create index imports_reading on imports (created_at) where status = 'reading';
