import type { Timestamp } from "../../../kernel/tables.ts";

export interface CompaniesTable {
  workspace_id: string;
  id: string;
  public_id: string;
  name: string;
  email: string | null;
  phone: string | null;
  landline: string | null;
  industry: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ContactEmployersTable {
  workspace_id: string;
  contact_id: string;
  company_id: string;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    companies: CompaniesTable;
    contact_employers: ContactEmployersTable;
  }
}
