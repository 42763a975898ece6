import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";

const frontdesk = await startHarness({ work: false });

test("a number in a filter on an amount is in one currency, and amounts in others do not match it", async () => {
  const workspace = await frontdesk.workspace();
  for (const [name, value, currency] of [
    ["A", 100, "AUD"],
    ["U", 100, "USD"],
    ["J", 100_000, "JPY"],
  ]) {
    const made = await workspace.call("POST", "/api/v1/opportunities", { name, value, currency });
    assert.equal(made.status, 201, made.text);
  }
  const columns = [{ source: "root", field: "name" }];
  const made = await workspace.call("POST", "/api/v1/exports/templates", {
    name: "Deals",
    root_entity: "opportunity",
    columns,
  });
  assert.equal(made.status, 201, made.text);
  const ask = (...filters: object[]) =>
    workspace.call("POST", `/api/v1/exports/templates/${made.body.data.id}/preview`, { filters });
  const names = async (...filters: object[]) => {
    const answer = await ask(...filters);
    assert.equal(answer.status, 200, answer.text);
    return (answer.body.data.rows as string[][]).flat().toSorted().join("");
  };
  const value = (op: string, sent?: unknown) => ({ field: "value", op, value: sent });
  const inUsd = { field: "currency", op: "eq", value: "USD" };
  assert.equal(await names(value("gte", 100)), "A");
  assert.equal(await names(value("between", [1, 1e6]), inUsd), "U");
  assert.equal(await names(value("in", [100])), "A");
  assert.equal(await names(value("neq", 100)), "JU");
  assert.equal(await names(value("not_in", [100]), inUsd), "");
  assert.equal(await names(value("not_null")), "AJU");
  const several = await ask({ field: "currency", op: "in", value: ["AUD", "USD"] }, value("gte", 1));
  assert.equal(several.status, 400);
  assert.match(several.body.error.message, /filters\.1\.value.*one currency/);
});
