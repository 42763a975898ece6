import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { startHarness } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";
import { operatorsOf } from "./filters.ts";
import { aggregations, granularities } from "./source.ts";
import type { Field, FieldType } from "./source.ts";
import { sources } from "./sources.ts";

const frontdesk = await startHarness();

const texts = [
  "open",
  "won",
  "%",
  "100\\",
  "'; drop table tasks; --",
  "",
  "current_user",
  "\u{1f600}",
  "start_of_week",
];
const times = [
  "2026-03-02",
  "2026-03-02T09:00:00Z",
  "2999-12-31",
  "1900-01-01",
  "99999_days_ago",
  "in_99999_days",
  "2026-02-30",
];
const ids = ["0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b", "00000000-0000-0000-0000-000000000000", "x"];
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const anything = fc.oneof(fc.constantFrom(...texts, ...times, ...ids), number, fc.boolean(), fc.string());
const fitting: Record<FieldType, fc.Arbitrary<unknown>> = {
  text: fc.oneof(fc.constantFrom(...texts), fc.string()),
  id: fc.constantFrom(...ids),
  number,
  money: number,
  boolean: fc.boolean(),
  date: fc.constantFrom(...times),
  datetime: fc.constantFrom(...times),
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>, seldom = 2) =>
  fc.oneof({ weight: seldom, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** A filter whose operator fits its field, and whose value mostly does. */
function filterOf(field: Field): fc.Arbitrary<unknown> {
  const value = fc.oneof({ weight: 9, arbitrary: fitting[field.type] }, { weight: 1, arbitrary: anything });
  return fc.constantFrom(...operatorsOf(field)).chain((operator) => {
    const many = operator === "in" || operator === "not_in";
    const sent: Record<string, fc.Arbitrary<unknown>> = many
      ? { values: fc.array(value, { minLength: 1, maxLength: 3 }) }
      : { value };
    return fc.record({ field: fc.constant(field.name), operator: fc.constant(operator), ...sent });
  });
}

/** Questions made of the sources' own words, put together in every way, most of them right. */
const question = fc.constantFrom(...sources).chain(({ key, fields }) => {
  const named = (fits: (field: Field) => unknown) =>
    fc.constantFrom(...fields.filter(fits).map(({ name }) => name));
  const order = fc.record({ field: named(() => true), direction: fc.constantFrom("asc", "desc") });
  const shared = {
    source: fc.constant(key),
    filters: maybe(
      fc.array(fc.constantFrom(...fields.filter((one) => !one.virtual)).chain(filterOf), { maxLength: 3 }),
      1,
    ),
    time_dimension: maybe(
      fc.record({
        field: named((one) => one.time),
        granularity: fc.constantFrom(...granularities),
        fill: fc.boolean(),
      }),
    ),
    order_by: maybe(fc.oneof(order, fc.array(order, { maxLength: 2 })), 4),
  };
  const measure = fc.record({
    field: named((one) => one.measure),
    aggregation: maybe(fc.constantFrom(...aggregations)),
  });
  const aggregate = fc.record({
    ...shared,
    measures: maybe(fc.array(measure, { maxLength: 2 })),
    dimensions: maybe(
      fc.uniqueArray(
        named((one) => one.dimension),
        { maxLength: 4 },
      ),
    ),
  });
  const drilldown = fc.record({
    ...shared,
    mode: fc.constant("drilldown"),
    dimensions: maybe(
      fc.uniqueArray(
        named(() => true),
        { maxLength: 8 },
      ),
    ),
    drilldown_dimension: maybe(named(() => true)),
    drilldown_value: maybe(fc.constantFrom(...texts, ...times, ...ids, "5", "true"), 8),
  });
  return fc.oneof(aggregate, drilldown);
});

test("every question is answered or refused with a place in it, and never fails", async (t) => {
  const workspace = await frontdesk.workspace({ timeZone: "Australia/Lord_Howe" });
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New"]);
  const users = [await seed.member("Ann")];
  const lines = [{ name: "Tap", price: 100 }];
  await seed.deal({
    stages,
    users,
    lines,
    value: 9_007_199_254_740_991,
    wonReasons: ["price"],
    wonAt: "2026-04-05T02:00:00Z",
  });
  await seed.deal({ value: null, wonAt: "1999-04-05T02:00:00Z" });
  await seed.task({ dueDate: "2026-03-02", assignee: users[0] ?? "" });
  let answered = 0;
  const check = async (spec: unknown) => {
    const { status, body, text } = await workspace.call("POST", "/api/v1/reports/query", spec);
    if (status === 200) answered += 1;
    else assert.ok(status === 400 && body.error.details.fields[0].field, text);
  };
  await fc.assert(fc.asyncProperty(question, check), { numRuns: 400, seed: 20_260_302 });
  t.diagnostic(`${answered} of 400 were answered`);
  assert.ok(answered > 80);
});
