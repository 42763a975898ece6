-- Who wants no texts and no mails. An opt-out belongs to the number or the address, so it outlives every contact that has it.
-- The flags of the contacts follow it by the triggers below, whoever writes a contact: docs/decisions/0019-opt-outs.md.

create table opt_outs (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  channel text not null check (channel in ('sms', 'email')),
  -- E.164; a mail address in lower case.
  address text not null check (address <> ''),
  -- keyword, carrier, voice, person; record: a contact that was written with its flag up (an import, a merge).
  how text not null,
  actor_kind text,
  actor_id text,
  actor_name text,
  request_id text,
  opted_out_at timestamptz not null,
  -- Opted in again; the row stays as evidence.
  lifted_at timestamptz,
  lifted_how text,
  lifted_by text,
  primary key (workspace_id, id)
);
select protect_table('opt_outs');
create unique index opt_outs_standing on opt_outs (workspace_id, channel, address) where lifted_at is null;
create index opt_outs_newest on opt_outs (workspace_id, opted_out_at desc, id desc);

create function is_opted_out(workspace uuid, on_channel text, of_address text) returns boolean language sql stable as $$
  select exists (select from opt_outs
    where workspace_id = workspace and channel = on_channel and address = of_address and lifted_at is null)
$$;

-- A contact is unsubscribed as long as the number texts go to, or its address, is opted out; no statement can say otherwise.
create function contact_follows_opt_outs() returns trigger language plpgsql as $$
begin
  if not new.sms_unsubscribed and is_opted_out(new.workspace_id, 'sms', coalesce(new.phone, new.landline)) then
    new.sms_unsubscribed := true;
    new.sms_unsubscribed_at := coalesce(new.sms_unsubscribed_at, new.updated_at);
  end if;
  if not new.email_unsubscribed and is_opted_out(new.workspace_id, 'email', lower(new.email)) then
    new.email_unsubscribed := true;
  end if;
  return new;
end $$;
create trigger contacts_follow_opt_outs
  before insert or update of phone, landline, email, sms_unsubscribed, email_unsubscribed on contacts
  for each row execute function contact_follows_opt_outs();

-- And where a contact says it is unsubscribed, its numbers and its address are. A flag that follows one of them adds no others:
-- a number two people share must not carry the wish of one to the other's own.
create function opt_out_contact_addresses() returns trigger language plpgsql as $$
begin
  if new.sms_unsubscribed and not is_opted_out(new.workspace_id, 'sms', new.phone)
      and not is_opted_out(new.workspace_id, 'sms', new.landline) then
    insert into opt_outs (workspace_id, channel, address, how, opted_out_at)
      select new.workspace_id, 'sms', number, 'record', coalesce(new.sms_unsubscribed_at, new.updated_at)
        from (select distinct number from unnest(array[new.phone, new.landline]) number where number <> '') numbers
        order by number
      on conflict do nothing;
  end if;
  if new.email_unsubscribed and new.email <> '' then
    insert into opt_outs (workspace_id, channel, address, how, opted_out_at)
      values (new.workspace_id, 'email', lower(new.email), 'record', new.updated_at)
      on conflict do nothing;
  end if;
  return null;
end $$;
create trigger contacts_opt_out_on_insert after insert on contacts
  for each row when (new.sms_unsubscribed or new.email_unsubscribed) execute function opt_out_contact_addresses();
create trigger contacts_opt_out_on_update
  after update of phone, landline, email, sms_unsubscribed, email_unsubscribed on contacts
  for each row when ((new.sms_unsubscribed or new.email_unsubscribed)
    and (old.phone, old.landline, old.email, old.sms_unsubscribed, old.email_unsubscribed)
      is distinct from (new.phone, new.landline, new.email, new.sms_unsubscribed, new.email_unsubscribed))
  execute function opt_out_contact_addresses();

-- Everybody who has the number or the address follows. The row has passed the wall; as its owner the function may use the
-- index on the address, which row level security would keep it from.
create function contacts_of_opt_out_follow() returns trigger language plpgsql security definer set search_path = public as $$
declare
  opted_out boolean := new.lifted_at is null;
  at timestamptz := coalesce(new.lifted_at, new.opted_out_at);
begin
  if new.channel = 'sms' then
    update contacts set sms_unsubscribed = opted_out, updated_at = at,
        sms_unsubscribed_at = case when opted_out then at end
      where workspace_id = new.workspace_id and (phone = new.address or landline = new.address)
        and sms_unsubscribed <> opted_out;
  else
    update contacts set email_unsubscribed = opted_out, updated_at = at
      where workspace_id = new.workspace_id and lower(email) = new.address and email_unsubscribed <> opted_out;
  end if;
  return null;
end $$;
grant create on schema public to frontdesk_system;
alter function contacts_of_opt_out_follow() owner to frontdesk_system;
revoke create on schema public from frontdesk_system;
create trigger opt_outs_are_followed after insert or update of lifted_at on opt_outs
  for each row execute function contacts_of_opt_out_follow();

-- What contacts said so far. The owner is held back by the policies unless it is a superuser; the sweeping role is not.
set local role frontdesk_system;
insert into opt_outs (workspace_id, channel, address, how, opted_out_at)
  select workspace_id, 'sms', number, 'record', min(coalesce(sms_unsubscribed_at, updated_at))
    from contacts cross join lateral unnest(array[phone, landline]) number
   where sms_unsubscribed and number <> ''
   group by workspace_id, number
  on conflict do nothing;
insert into opt_outs (workspace_id, channel, address, how, opted_out_at)
  select workspace_id, 'email', lower(email), 'record', min(updated_at)
    from contacts where email_unsubscribed and email <> ''
   group by workspace_id, lower(email)
  on conflict do nothing;
reset role;
