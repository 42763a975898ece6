-- Every mail the business sends, from the moment it is decided; a job carries it out.
create table email_logs (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  email_type text not null,
  status text not null check (status in ('queued', 'sending', 'sent', 'failed')),
  recipient_email text not null,
  recipient_name text,
  sender_name text,
  sender_user_id uuid,
  subject text not null,
  text_body text not null,
  html_body text,
  -- [{filename, contentType, content (base64), cid?}]
  attachments jsonb not null default '[]',
  contact_id uuid,
  company_id uuid,
  opportunity_id uuid,
  provider text,
  provider_id text,
  error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, company_id) references companies (workspace_id, id) on delete set null (company_id),
  foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id) on delete set null (opportunity_id)
);
select protect_table('email_logs');
create index email_logs_newest on email_logs (workspace_id, created_at desc, id desc);
create index email_logs_by_contact on email_logs (workspace_id, contact_id, created_at desc);
