/** Who may use the simulator: whoever holds the demo's key. A browser on this machine is told it. */
import type { FastifyRequest } from "fastify";
import type { App } from "../kernel/app.ts";
import { conflict, forbidden, invalidField, unauthorized } from "../kernel/errors.ts";
import { bearerIn, isFromHere, isSecret } from "../surfaces/callers.ts";
import { one } from "../surfaces/http.ts";
import { requireDemo } from "./demo-facts.ts";

/** Checks that a request carries the demo's key; throws a 401, or a 404 where there is no demo. */
export async function mustHoldDemoKey(app: App, request: FastifyRequest): Promise<void> {
  const { api_key: key } = await requireDemo(app);
  if (holdsKey(request, key)) return;
  throw unauthorized("The simulator is the demo's own: its key is needed.", {
    fix: "Send Authorization: Bearer <key> with the API key printed at start; it is api_key in demo.json too.",
    headers: { "www-authenticate": "Bearer" },
  });
}

/** Checks that a request comes from this machine or carries the demo's key; throws a 403. */
export function mustBeHereOrHoldKey(request: FastifyRequest, key: string): void {
  if (isFromHere(request) || holdsKey(request, key)) return;
  throw forbidden("The demo's key is told to a browser on the same machine only.", {
    fix: "Open the page on the machine Frontdesk runs on, or enter the API key printed at its start.",
  });
}

function holdsKey(request: FastifyRequest, key: string): boolean {
  return isSecret(bearerIn(request.headers.authorization) ?? one(request.headers["x-api-key"]), key);
}

/** Checks that a number is one of the demo's own: the demo's phone company connects to nobody else. */
export async function mustBeOurNumber(app: App, number: string): Promise<void> {
  const demo = await requireDemo(app);
  if (number === demo.business_number) return;
  const own = await app.database.read(demo.workspace_id, (db) =>
    db.from("phone_numbers").select("id").where("e164", "=", number).executeTakeFirst(),
  );
  if (own) return;
  throw invalidField("to", "is not a number of the demo business", "Leave it out to reach the demo's own.");
}

/** Checks that nobody's time but the demo's would move, unless the operator asked for the simulator by name. */
export async function mustBeDemosClock(app: App): Promise<void> {
  if (app.config.environment["FRONTDESK_SIMULATOR"]) return;
  const { workspace_id: demo } = await requireDemo(app);
  const other = await app.database.system("simulator", (kysely) =>
    kysely.selectFrom("workspaces").select("id").where("id", "<>", demo).limit(1).executeTakeFirst(),
  );
  if (!other) return;
  throw conflict("There are other workspaces here beside the demo's, and their time would move too.", {
    fix: "Start with FRONTDESK_SIMULATOR=1 if that is meant, or try things out on a data folder of their own.",
  });
}
