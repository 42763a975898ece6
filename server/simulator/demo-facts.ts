import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { App } from "../kernel/app.ts";
import { notFound } from "../kernel/errors.ts";
import { validatorOf } from "../kernel/validation.ts";

/** What the page needs of demo.json; the file has more. */
export const DemoFacts = Type.Object({
  workspace_id: Type.String(),
  workspace_slug: Type.String(),
  api_key: Type.String(),
  business_number: Type.String(),
  owner_number: Type.String(),
  time_zone: Type.String(),
  services: Type.Array(
    Type.Object({
      id: Type.String(),
      slug: Type.String(),
      name: Type.String(),
      duration_minutes: Type.Number(),
    }),
  ),
});

async function demoFacts(app: App): Promise<Static<typeof DemoFacts> | undefined> {
  const text = await readFile(join(app.config.dataFolder, "demo.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const facts: unknown = JSON.parse(text);
  return validatorOf(DemoFacts).check(facts) ? facts : undefined;
}

/** Returns the demo business as written at start; throws a 404 where this installation has none. */
export async function requireDemo(app: App): Promise<Static<typeof DemoFacts>> {
  const facts = await demoFacts(app);
  if (facts) return facts;
  throw notFound("This installation has no demo business.", {
    fix: "Start with FRONTDESK_DEMO=1 on an empty data folder.",
  });
}
