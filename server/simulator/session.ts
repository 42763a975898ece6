import type { FastifyRequest } from "fastify";
import type { App } from "../kernel/app.ts";
import { mustBeHereOrHoldKey } from "./access.ts";
import { requireDemo } from "./demo-facts.ts";

/**
 * What the page needs to work with the demo business, its key included; so it is told to this machine only. Over the network
 * (a container, another computer) whoever already has the key sends it as a bearer.
 */
export async function session(app: App, request: FastifyRequest): Promise<Record<string, unknown>> {
  const facts = await requireDemo(app);
  mustBeHereOrHoldKey(request, facts.api_key);
  return {
    api_key: facts.api_key,
    workspace: { id: facts.workspace_id, slug: facts.workspace_slug },
    business_number: facts.business_number,
    owner_number: facts.owner_number,
    time_zone: facts.time_zone,
    services: facts.services,
    staff: await staffOf(app, facts.workspace_id),
    customers: inventedCustomers(facts.business_number),
  };
}

/** Names for the columns of the calendar. */
function staffOf(app: App, workspaceId: string): Promise<{ id: string; name: string }[]> {
  return app.database.read(workspaceId, (db) =>
    db.from("members").select(["id", "name"]).where("is_staff", "=", true).orderBy("id").execute(),
  );
}

type Customer = { name: string; number: string };

// Numbers that regulators keep free for fiction, so that no real phone could ever be meant.
const fiction: [prefix: string, numbers: string[]][] = [
  ["+44", ["+447700900123", "+447700900456", "+447700900789"]],
  ["+61", ["+61491570006", "+61491570156", "+61491570157"]],
  ["+1", ["+12025550123", "+12025550156", "+12025550178"]],
];

export function inventedCustomers(businessNumber: string): Customer[] {
  const known = fiction.find(([prefix]) => businessNumber.startsWith(prefix)) ?? fiction[0];
  const names = ["Priya Shah", "Tom Okafor", "Maggie Lane"];
  return (known?.[1] ?? []).map((number, index) => ({ name: names[index] ?? "Customer", number }));
}
