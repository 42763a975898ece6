-- What signs and authenticates stands under seal, which only the program can put on it: `secret` and whole `headers` are what it has
-- not sealed yet, and it does so when it starts. What is left in the open are the last four characters and headers with the
-- credentials masked, as they are shown.
alter table webhook_endpoints
  alter column secret drop not null,
  add column sealed_secret text,
  add column secret_hint text,
  add column sealed_headers text,
  add constraint webhook_endpoints_one_secret check ((secret is null) <> (sealed_secret is null));
alter table incoming_webhooks
  add column sealed_secret text,
  add column secret_hint text,
  add constraint incoming_webhooks_one_secret check (secret is null or sealed_secret is null);

-- What a mail that carries a secret says, until it has left; the other columns have the secret blotted out.
alter table email_logs add column sealed_content text;

-- What the local providers sent, under seal: {body, html, extras}.
alter table local_outbox
  alter column body drop not null,
  alter column extras drop not null,
  add column sealed text,
  add constraint local_outbox_one_body check ((body is null) <> (sealed is null));
grant update on local_outbox to frontdesk_system;
create index local_outbox_in_the_open on local_outbox (key) where sealed is null;

set local role frontdesk_system;
update webhook_endpoints set secret_hint = right(secret, 4);
update incoming_webhooks set secret_hint = right(secret, 4) where secret is not null;
update email_logs
   set text_body = regexp_replace(
         regexp_replace(text_body, '/(join|sign-in/link|work-status)/[[:alnum:]._-]+', '/\1/****', 'g'),
         'PIN: [0-9]{6}', 'PIN: ****', 'g'),
       html_body = regexp_replace(
         regexp_replace(html_body, '/(join|sign-in/link|work-status)/[[:alnum:]._-]+', '/\1/****', 'g'),
         'PIN: <strong>[0-9]{6}</strong>', 'PIN: <strong>****</strong>', 'g')
 where email_type in ('invitation', 'sign_in_link', 'work_status') and status in ('sent', 'failed');
reset role;
