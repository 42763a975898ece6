-- An Idempotency-Key belongs to one request of whoever sent it, whichever operation that was for.
update idempotency_keys k set operation = coalesce(
    (select case a.kind when 'private' then 'bookings' when 'consent' then 'capability' end
       from api_keys a where a.workspace_id = k.workspace_id and a.id::text = k.actor_id), 'workspace')
    || '.' || k.operation;
delete from idempotency_keys older using idempotency_keys newer
 where newer.workspace_id = older.workspace_id and newer.actor_id = older.actor_id and newer.key = older.key
   and (newer.created_at, newer.operation) > (older.created_at, older.operation);
alter table idempotency_keys drop constraint idempotency_keys_pkey;
alter table idempotency_keys add primary key (workspace_id, actor_id, key);

-- The input of a held call that holds secrets, whole, under seal, until somebody has decided; `input` has them masked.
alter table approvals add column sealed_input text;

-- Secrets that were shown once, and kept with the answer all the same.
update idempotency_keys set response = response #- '{output,secret}' #- '{output,url}' #- '{output,token}'
 where operation in ('workspace.create_incoming_webhook', 'workspace.rotate_incoming_webhook',
                     'workspace.create_calendar_feed', 'workspace.regenerate_calendar_feed', 'workspace.send_work_status');
update idempotency_keys set response = response #- '{output,secret}'
 where operation in ('workspace.create_webhook_subscription', 'workspace.update_webhook_subscription',
                     'workspace.create_outgoing_webhook', 'workspace.update_outgoing_webhook');
update idempotency_keys set response = response #- '{output,execution_result,secret}' #- '{output,execution_result,url}'
    #- '{output,execution_result,token}'
 where operation = 'workspace.approve_approval';
update approvals set execution_result = execution_result - 'secret' - 'url' - 'token'
 where jsonb_typeof(execution_result) = 'object'
   and operation in ('create_incoming_webhook', 'rotate_incoming_webhook', 'create_calendar_feed',
                     'regenerate_calendar_feed', 'send_work_status');
update approvals set execution_result = execution_result - 'secret'
 where jsonb_typeof(execution_result) = 'object'
   and operation in ('create_webhook_subscription', 'update_webhook_subscription',
                     'create_outgoing_webhook', 'update_outgoing_webhook');
update approvals set input = input - 'secret' - 'headers' - 'credentials'
 where (status <> 'pending' or expires_at < now())
   and operation in ('create_incoming_webhook', 'update_incoming_webhook', 'create_webhook_subscription',
                     'update_webhook_subscription', 'create_outgoing_webhook', 'update_outgoing_webhook',
                     'create_calendar_connection', 'update_calendar_connection', 'list_remote_calendars');

-- Mailing reports has a scope of its own now: keys that had every scope have every scope.
update api_keys set scopes = scopes || array['email:send']
 where kind = 'workspace' and not scopes @> array['email:send'] and scopes @> array[
  'contacts:read', 'contacts:write', 'contacts:delete', 'companies:read', 'companies:write', 'companies:delete',
  'opportunities:read', 'opportunities:write', 'opportunities:delete', 'pipelines:read', 'pipelines:write', 'invoices:read',
  'invoices:write', 'products:read', 'products:write', 'activities:read', 'activities:write', 'tasks:read', 'tasks:write',
  'work-orders:read', 'work-orders:write', 'crm-templates:read', 'crm-templates:write', 'company:read', 'company:write',
  'users:read', 'users:write', 'users:delete', 'crm_audit:read', 'phone:read', 'phone:write', 'sms:read', 'sms:send', 'sms:write',
  'calls:read', 'scheduling:read', 'scheduling:write', 'approvals:reassign', 'leads:read', 'leads:write', 'exports:read',
  'exports:write', 'exports:delete', 'webhooks:read', 'webhooks:write'];
