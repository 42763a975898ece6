/** How companies and the callers who opt out come to be in the generated tests. */
import { everyScope } from "../../scopes.ts";
import assert from "node:assert/strict";
import { addCompany } from "../../modules/crm/test-crm.ts";
import type { Place } from "./fixtures.ts";

const caller = "+447700900555";

export const peopleRecords: Record<string, (place: Place) => Promise<string>> = {
  customer: addCompany,
};

export const peopleInputs: Record<string, (place: Place) => Promise<Record<string, unknown>>> = {
  "workspace.unsubscribe_voice_caller": async ({ workspace }) => {
    const body = { first_name: "Paul", phone: caller };
    assert.equal((await workspace.call("POST", "/api/v1/contacts", body)).status, 201);
    return { phone: caller };
  },
};

/** Nobody gives a role above their own. */
export const peopleScopes: Record<string, readonly string[]> = {
  "workspace.invite_company_user": everyScope,
  "workspace.update_workspace_user_role": everyScope,
};
