-- What the owner's texts to a customer begin with: only the phone that was told it can know it.
alter table receptionist_dialogues
  add column owner_code text check (owner_code ~ '^[1-9][0-9]{3}$');
