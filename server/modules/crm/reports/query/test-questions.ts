/** What the tests of report queries share. */
import assert from "node:assert/strict";
import type { Harness, TestWorkspace } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";

const path = "/api/v1/reports/query";

export const ask = async (workspace: TestWorkspace, spec: object) => {
  const answer = await workspace.call("POST", path, spec);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as Record<string, unknown>[];
};

export async function refused(workspace: TestWorkspace, spec: object, field: string) {
  const answer = await workspace.call("POST", path, spec);
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.error.details.fields[0].field, field, answer.text);
  return answer.body.error as { message: string; fix: string };
}

export const count = [{ field: "id", aggregation: "count", alias: "n" }];
export const total = [{ field: "value", aggregation: "sum", alias: "total" }];

/** A deal of everything twice: two stages, two assignees, three lines, two reasons. */
export async function shop(frontdesk: Harness, workspace: TestWorkspace) {
  const seed = seedOf(frontdesk, workspace);
  const sales = await seed.pipeline("Sales", ["New", "Quoted"]);
  const care = await seed.pipeline("Care", ["New", "Done"]);
  const [ann, ben] = [await seed.member("Ann"), await seed.member("Ben")];
  const boiler = await seed.product("Boiler", "Heating");
  const tap = await seed.product("Tap", "Kitchen");
  const [fresh, quoted] = sales.stages;
  const [caring] = care.stages;
  assert.ok(fresh && quoted && caring);
  const big = await seed.deal({
    name: "Big",
    value: 100_050,
    source: "Google",
    status: "won",
    wonAt: "2026-02-10T10:00:00Z",
    wonReasons: ["price", "speed", "price"],
    stages: [quoted, caring],
    users: [ann, ben],
    lines: [
      { name: "Boiler", price: 50_000, productId: boiler },
      { name: "Tap", price: 1_025, quantity: 2, productId: tap },
      { name: "Tap", price: 500, productId: tap },
    ],
  });
  const small = await seed.deal({ name: "Small", value: 20_000, stages: [fresh], users: [ann] });
  const bare = await seed.deal({ name: "Bare", status: "lost", lostReasons: ["price"], source: "Google" });
  return { seed, sales, care, ann, ben, big, small, bare, fresh, quoted };
}
