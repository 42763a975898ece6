-- Deleting one record leaves what others still refer to: the reference goes, not the row. What would then belong to nothing is
-- deleted by the program (server/kernel/deletion.ts), which tells of each.
alter table activities
  drop constraint activities_workspace_id_contact_id_fkey,
  drop constraint activities_workspace_id_opportunity_id_fkey,
  drop constraint activities_workspace_id_company_id_fkey,
  add foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
    on delete set null (contact_id),
  add foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id)
    on delete set null (opportunity_id),
  add foreign key (workspace_id, company_id) references companies (workspace_id, id)
    on delete set null (company_id);

alter table tasks
  drop constraint tasks_workspace_id_contact_id_fkey,
  drop constraint tasks_workspace_id_opportunity_id_fkey,
  add foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
    on delete set null (contact_id),
  add foreign key (workspace_id, opportunity_id) references opportunities (workspace_id, id)
    on delete set null (opportunity_id);
