-- Who set a webhook up, or last decided where it goes and what it is told: it delivers what they may read, while they may.
alter table webhook_endpoints add column set_up_by_kind text, add column set_up_by text;

update webhook_endpoints e set set_up_by_kind = told.actor_kind, set_up_by = told.actor_id
  from (select distinct on (a.workspace_id, a.record_id) a.workspace_id, a.record_id, a.actor_kind, a.actor_id
          from audit_entries a
         where a.noun in ('webhook_subscription', 'outgoing_webhook')
           and (a.action = 'created' or a.changes ?| array['url', 'events', 'secret', 'headers'])
         order by a.workspace_id, a.record_id, a.id desc) told
 where told.workspace_id = e.workspace_id and told.record_id = e.id::text;

-- Who had a report mailed.
alter table report_digests add column sent_by_kind text, add column sent_by text;
