import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { absent, fieldOf, openSite, path } from "./test-work.ts";
import type { Row } from "./test-work.ts";

const frontdesk = await startHarness();
const usual = ["Pending", "Scheduled", "In Progress", "Complete"];

const labels = (statuses: Row[]) => statuses.map((one) => one["label"]);

test("first users at the same moment get the usual statuses once", async () => {
  const site = await openSite(frontdesk);
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => site.create()),
    ...Array.from({ length: 5 }, () => site.workspace.call("GET", `${path}/settings`)),
  ]);
  for (const answer of answers) assert.ok(answer.status < 300, answer.text);
  const { statuses, fields } = (await site.workspace.call("GET", `${path}/settings`)).body.data;
  assert.deepEqual([labels(statuses), fields], [usual, []]);
  assert.deepEqual(
    statuses.map((one: Row) => one["is_complete"]),
    [false, false, false, true],
  );
  const used = new Set(answers.slice(0, 5).map((answer) => answer.body.data.status_id));
  assert.deepEqual([...used], [statuses[0].id]);
});

test("a list set while the first work order is made does not mix with the usual one", async () => {
  const site = await openSite(frontdesk);
  await Promise.all([site.settings({ statuses: ["Open", "Done"] }), site.create(), site.create()]);
  const { statuses } = (await site.workspace.call("GET", `${path}/settings`)).body.data;
  const own = labels(statuses).filter((label) => !usual.includes(String(label)));
  assert.ok(own.length === 0 || own.length === 2, String(labels(statuses)));
});

test("statuses are renamed, reordered and added; work orders keep theirs", async () => {
  const site = await openSite(frontdesk);
  const { id } = await site.add({ status: "Scheduled" });
  const before = (await site.workspace.call("GET", `${path}/settings`)).body.data.statuses as Row[];
  const at = (label: string) => before.find((one) => one["label"] === label)!.id;
  const answer = await site.settings({
    statuses: [
      { label: "Booked in", id: at("Scheduled"), color: "#3b82f6" },
      "pending",
      { label: "Checked", is_complete: true },
    ],
  });
  assert.equal(answer.status, 200, answer.text);
  const { statuses } = answer.body.data;
  assert.deepEqual(labels(statuses), ["Booked in", "pending", "Checked"]);
  assert.deepEqual([statuses[0].id, statuses[1].id], [at("Scheduled"), at("Pending")]);
  assert.deepEqual(
    statuses.map((one: Row) => [one["position"], one["is_complete"]]),
    [
      [0, false],
      [1, false],
      [2, true],
    ],
  );
  assert.equal((await site.workspace.call("GET", `${path}/${id}`)).body.data.status, "Booked in");
});

test("a status that work orders have cannot be left out; nor can all, nor the same one twice", async () => {
  const site = await openSite(frontdesk);
  const { status_id } = await site.add({ status: "Scheduled" });
  const refused = await site.settings({ fields: [{ key: "a" }], statuses: ["Pending", "Complete"] });
  assert.equal(refused.status, 409, refused.text);
  assert.match(refused.body.error.message, /Scheduled/);
  const kept = (await site.workspace.call("GET", `${path}/settings`)).body.data;
  assert.deepEqual([labels(kept.statuses), kept.fields], [usual, []], "nothing of it was done");
  for (const [statuses, field] of [
    [[], "statuses"],
    [["A", "a"], "statuses.1"],
    [[{ label: "A", id: absent }], "statuses.0.id"],
    [
      [
        { label: "A", id: status_id },
        { label: "B", id: status_id },
      ],
      "statuses.1.id",
    ],
    [[" "], "statuses"],
  ] as const) {
    const answer = await site.settings({ statuses });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(fieldOf(answer).startsWith(field), fieldOf(answer));
  }
});

test("fields replace the list there was, and leave other settings alone", async () => {
  const site = await openSite(frontdesk);
  await site.workspace.call("PATCH", "/api/v1/company", { front_desk: { ring_seconds: 33 } });
  await site.settings({ fields: [{ key: "a" }, { key: "b" }] });
  const answer = await site.settings({ fields: [{ key: "c", label: "See", show_to_customer: true }] });
  const expected = [{ key: "c", label: "See", type: "text", required: false, show_to_customer: true }];
  assert.deepEqual(answer.body.data.fields, expected);
  assert.deepEqual((await site.settings({})).body.data.fields, expected);
  const company = (await site.workspace.call("GET", "/api/v1/company")).body.data;
  assert.equal(company.front_desk.ring_seconds, 33);
  const crm = "/api/v1/company/crm-settings";
  assert.equal((await site.workspace.call("PATCH", crm, { lead_sources: ["Web"] })).status, 200);
  const afterwards = await site.workspace.call("GET", crm);
  assert.deepEqual([afterwards.status, afterwards.body.data.lead_sources], [200, ["Web"]], afterwards.text);
  assert.deepEqual((await site.workspace.call("GET", `${path}/settings`)).body.data.fields, expected);
  assert.equal(fieldOf(await site.settings({ fields: [{ key: "a b" }] })).startsWith("fields"), true);
  assert.equal(
    fieldOf(await site.settings({ fields: [{ key: "d", type: "dropdown" }] })),
    "fields.0.options",
  );
  const entries = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("noun", "=", "work_order_settings").orderBy("id").execute(),
  );
  assert.deepEqual(Object.keys(entries[1]?.changes ?? {}), ["fields"]);
});

test("the calendar shows each day, the all-day work first, then by time; 62 days at most", async () => {
  const site = await openSite(frontdesk);
  const day = "2026-05-04";
  const late = await site.add({ schedule_date: day, schedule_time: "15:00:00" });
  const early = await site.add({
    schedule_date: day,
    schedule_time: "08:00:00",
    assigned_to: site.workspace.adminId,
  });
  const allDay = await site.add({ schedule_date: day, sort_order: 9 });
  await site.add({ schedule_date: "2026-05-06" });
  const calendar = (query: string) => site.workspace.call("GET", `${path}/calendar?${query}`);
  const shown = async (query: string) => {
    const { days, complete } = (await calendar(query)).body.data;
    assert.equal(complete, true);
    return days.map((one: { date: string; work_orders: Row[] }) => [
      one.date,
      one.work_orders.map((row) => row.id),
    ]);
  };
  assert.deepEqual(await shown(`from=2026-05-03&to=2026-05-05`), [
    ["2026-05-03", []],
    [day, [allDay.id, early.id, late.id]],
    ["2026-05-05", []],
  ]);
  assert.deepEqual(await shown(`from=${day}&to=${day}&assigned_to=${site.workspace.adminId}`), [
    [day, [early.id]],
  ]);
  assert.equal((await shown("from=2026-05-01&to=2026-07-01")).length, 62);
  for (const [query, field] of [
    ["from=2026-05-01&to=2026-07-02", "to"],
    ["from=2026-05-02&to=2026-05-01", "to"],
    ["to=2026-05-01", "from"],
    ["from=2026-05-01", "to"],
    ["from=now&to=2026-05-01", "from"],
    [`from=${day}&to=${day}&assigned_to=me`, "assigned_to"],
  ] as const) {
    const answer = await calendar(query);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], query);
  }
});
