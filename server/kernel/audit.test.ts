import assert from "node:assert/strict";
import { test } from "node:test";
import { auditRows, fieldChanges } from "./audit.ts";
import { recordCreated, recordDeleted, recordUpdated, quietPayload } from "./lifecycle.ts";

const at = new Date("2026-03-02T09:00:00Z");

test("what changed are the fields that differ, dates by their instant and objects by what they hold", () => {
  const changes: [before: object | undefined, after: object | undefined, wanted: object][] = [
    [{ a: 1, b: "x" }, { a: 2, b: "x" }, { a: { from: 1, to: 2 } }],
    [{ at }, { at: new Date(at) }, {}],
    [{ at }, { at: new Date(0) }, { at: { from: at.toISOString(), to: new Date(0).toISOString() } }],
    [{ list: [1, { b: 2 }] }, { list: [1, { b: 2 }] }, {}],
    [{ a: null }, {}, {}],
    [{ a: undefined }, { a: 0 }, { a: { from: null, to: 0 } }],
    [{ a: false }, { a: null }, { a: { from: false, to: null } }],
    [
      undefined,
      { id: "1", workspace_id: "w", created_at: at, updated_at: at },
      { id: { from: null, to: "1" } },
    ],
    [{ id: "1" }, undefined, { id: { from: "1", to: null } }],
    [undefined, undefined, {}],
  ];
  for (const [before, after, wanted] of changes) {
    assert.deepEqual(fieldChanges(before as never, after as never), wanted, JSON.stringify([before, after]));
  }
});

test("an entry says what happened to which record, by what was there before and after", () => {
  const actor = { kind: "user", id: "u", name: "Uma" };
  const occasion = {
    workspaceId: "w",
    actor,
    operation: "o",
    surface: "s",
    requestId: "r",
    now: at,
  } as never;
  const of = (change: object) => auditRows(occasion, [{ noun: "thing", id: "1", ...change } as never])[0];
  const row = { a: 1 };
  assert.equal(of({ after: row })?.action, "created");
  assert.equal(of({ before: row, after: { a: 2 } })?.action, "updated");
  assert.equal(of({ before: row })?.action, "deleted");
  assert.equal(of({})?.action, "ran");
  assert.equal(of({ before: row, action: "approved" })?.action, "approved");
  assert.equal(of({ id: "" })?.record_id, null, "of no record");
  assert.equal(of({})?.record_id, "1");
});

/** What a run was told, in its order. */
function told(tell: (ctx: never) => void): unknown[][] {
  const all: unknown[][] = [];
  tell({
    changed: (change: unknown) => all.push(["changed", change]),
    emit: (event: unknown) => all.push(["event", event]),
  } as never);
  return all;
}

test("what every record goes through is told to the trail and to whoever follows", () => {
  const [before, after] = [
    { id: "1", a: 1, b: 2 },
    { id: "1", a: 3, b: 2 },
  ];
  const event = (type: string, payload: object) => ["event", { type, noun: "thing", recordId: "1", payload }];
  assert.deepEqual(
    told((ctx) => recordCreated(ctx, "thing", after)),
    [["changed", { noun: "thing", id: "1", after }], event("thing.created", { id: "1" })],
  );
  const change = { id: "1", _changed_fields: ["a"], _previous_values: { a: 1 } };
  assert.deepEqual(
    told((ctx) => recordUpdated(ctx, "thing", before, after, { skip_automations: true })),
    [
      ["changed", { noun: "thing", id: "1", before, after }],
      event("thing.updated", { ...change, skip_automations: true }),
    ],
  );
  const nothing = told((ctx) => recordUpdated(ctx, "thing", before, { ...before }));
  assert.equal(
    nothing.some(([what]) => what === "event"),
    false,
    "nothing changed",
  );
  assert.deepEqual(
    told((ctx) => recordDeleted(ctx, "thing", before)),
    [["changed", { noun: "thing", id: "1", before }], event("thing.deleted", { id: "1" })],
  );
});

test("automations are told to keep quiet only where somebody asked for it", () => {
  assert.deepEqual(quietPayload({}), {});
  assert.deepEqual(quietPayload({ skip_automations: false, skip_action_ids: [] }), {});
  assert.deepEqual(quietPayload({ skip_automations: true }), { skip_automations: true });
  assert.deepEqual(quietPayload({ skip_action_ids: ["a"] }), { skip_action_ids: ["a"] });
});
