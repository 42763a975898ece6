import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { addDealProduct } from "../test-crm.ts";
import { absent, fieldOf, openSite, path } from "./test-work.ts";
import type { Row, Site } from "./test-work.ts";

const frontdesk = await startHarness();

const ids = async ({ workspace }: Site, query: string) => {
  const answer = await workspace.call("GET", `${path}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return (answer.body.data as Row[]).map((row) => row.id);
};

test("workspace.create_work_order#0 a product line of an opportunity is what a work order needs", async () => {
  const site = await openSite(frontdesk);
  const made = await site.add();
  assert.equal(made["public_id"], "WO-001");
  assert.deepEqual(
    [made["deal_product_id"], made["deal_id"], made["product_name"], made["product_id"]],
    [site.lineId, site.dealId, "Tiling", null],
  );
  assert.deepEqual(
    [made["status"], made["assigned_to"], made["data"], made["sort_order"]],
    ["Pending", null, {}, 0],
  );
  const stranger = await openSite(frontdesk);
  for (const deal_product_id of [undefined, null, "x", absent, site.dealId, stranger.lineId]) {
    const answer = await site.create({ deal_product_id });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "deal_product_id"], answer.text);
  }
});

test("workspace.create_work_order#1 workspace.create_work_order#2 a status by its label in any case, or by its id", async () => {
  const site = await openSite(frontdesk);
  for (const status of ["In Progress", "in progress", " IN PROGRESS "]) {
    assert.equal((await site.add({ status }))["status"], "In Progress");
  }
  const { status_id: id } = await site.add({ status: "complete" });
  assert.deepEqual((await site.add({ status_id: id }))["status"], "Complete");
  const unknown = await site.create({ status: "Halfway" });
  assert.deepEqual([unknown.status, fieldOf(unknown)], [400, "status"]);
  assert.match(unknown.body.error.fix, /Pending, Scheduled, In Progress, Complete/);
  const foreign = (await (await openSite(frontdesk)).add())["status_id"];
  for (const status_id of [absent, foreign])
    assert.equal(fieldOf(await site.create({ status_id })), "status_id");
});

test("workspace.create_work_order#3 status and status_id together are refused, on a change as well", async () => {
  const site = await openSite(frontdesk);
  const { id, status_id } = await site.add();
  for (const answer of [
    await site.create({ status: "Pending", status_id }),
    await site.patch(id, { status: "Pending", status_id }),
  ]) {
    assert.deepEqual(
      [answer.status, answer.body.error.code, fieldOf(answer)],
      [400, "VALIDATION_ERROR", "status"],
    );
  }
});

test("workspace.create_work_order#4 it is for today on the company's own wall unless a day is sent", async () => {
  const now = frontdesk.app.clock.now();
  const dayIn = (timeZone: string) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(now);
  for (const timeZone of ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    const site = await openSite(frontdesk, { timeZone });
    assert.equal((await site.add())["schedule_date"], dayIn(timeZone), timeZone);
  }
  const site = await openSite(frontdesk);
  const { id } = await site.add({ schedule_date: "2028-02-29" });
  const calendar = await site.workspace.call("GET", `${path}/calendar?from=2028-02-28&to=2028-03-01`);
  const days = calendar.body.data.days as { date: string; work_orders: Row[] }[];
  assert.deepEqual(
    days.map((day) => [day.date, day.work_orders.map((row) => row.id)]),
    [
      ["2028-02-28", []],
      ["2028-02-29", [id]],
      ["2028-03-01", []],
    ],
  );
  for (const schedule_date of ["2027-02-29", "0000-01-01", "today", "2026-4-1", null]) {
    assert.equal(fieldOf(await site.create({ schedule_date })), "schedule_date");
  }
});

test("workspace.create_work_order#5 workspace.get_work_order#0 without a time it is for the whole day; a time is HH:MM:SS", async () => {
  const site = await openSite(frontdesk);
  const read = async (id: string) => (await site.workspace.call("GET", `${path}/${id}`)).body.data;
  const allDay = await site.add({ schedule_date: "2026-04-25" });
  assert.deepEqual(await read(allDay.id), allDay);
  assert.deepEqual(
    [allDay["schedule_date"], allDay["schedule_time"], allDay["assigned_to"]],
    ["2026-04-25", null, null],
  );
  const timed = await site.add({ schedule_time: "09:00:00", assigned_to: site.workspace.adminId });
  const shown = await read(timed.id);
  assert.deepEqual([shown.schedule_time, shown.assigned_to], ["09:00:00", site.workspace.adminId]);
  for (const schedule_time of ["09:00", "9:00:00", "24:00:00", "09:60:00", "09:00:00Z", ""]) {
    assert.equal(fieldOf(await site.create({ schedule_time })), "schedule_time", schedule_time);
  }
  assert.equal((await site.workspace.call("GET", `${path}/${absent}`)).status, 404);
});

test("workspace.create_work_order#6 only a member of the company can be assigned", async () => {
  const site = await openSite(frontdesk);
  const { adminId } = site.workspace;
  assert.equal((await site.add({ assigned_to: adminId }))["assigned_to"], adminId);
  const stranger = await frontdesk.workspace();
  for (const assigned_to of [absent, stranger.adminId, site.dealId]) {
    const answer = await site.create({ assigned_to });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "assigned_to"]);
  }
});

test("workspace.create_work_order#7 data is free until fields are configured, and then is theirs", async () => {
  const site = await openSite(frontdesk);
  const free = { anything: { goes: [1, null, "x"] }, height: 2.5 };
  assert.deepEqual((await site.add({ data: free }))["data"], free);
  const fields = [
    { key: "access", label: "How to get in", required: true },
    { key: "height", type: "number" },
    { key: "tiles", type: "dropdown", options: ["white", "blue"] },
    { key: "day", type: "date" },
    { key: "done", type: "checkbox" },
    { key: "plan", type: "url" },
  ];
  assert.equal((await site.settings({ fields })).status, 200);
  const full = {
    access: "Key safe",
    height: 2.5,
    tiles: "blue",
    day: "2026-04-01",
    done: false,
    plan: "https://a.example",
  };
  assert.deepEqual((await site.add({ data: full }))["data"], full);
  for (const [data, field] of [
    [undefined, "data.access"],
    [{ access: "" }, "data.access"],
    [{ access: "Key", colour: "red" }, "data.colour"],
    [{ access: "Key", height: "tall" }, "data.height"],
    [{ access: "Key", tiles: "red" }, "data.tiles"],
    [{ access: "Key", day: "2026-02-30" }, "data.day"],
    [{ access: "Key", day: "2026-04-01T10:00:00Z" }, "data.day"],
    [{ access: "Key", done: "yes" }, "data.done"],
    [{ access: "Key", plan: "javascript:alert(1)" }, "data.plan"],
    [{ access: 7 }, "data.access"],
    ["Key", "data"],
  ] as const) {
    const answer = await site.create({ data });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], answer.text);
  }
});

test("a product's own fields and statuses stand in place of the company's", async () => {
  const site = await openSite(frontdesk);
  await site.settings({ fields: [{ key: "access" }] });
  const boiler = await site.lineWith({
    fields: [{ key: "serial", required: true }],
    statuses: ["Ordered", { label: "complete", color: "#16a34a" }],
  });
  const made = await site.add({ deal_product_id: boiler, data: { serial: "B-1" } });
  assert.deepEqual(
    [made["status"], made["product_name"], made["data"]],
    ["Ordered", "Boiler", { serial: "B-1" }],
  );
  assert.equal(fieldOf(await site.create({ deal_product_id: boiler, data: { access: "x" } })), "data.access");
  assert.equal(fieldOf(await site.create({ deal_product_id: boiler })), "data.serial");
  const pending = await site.create({ deal_product_id: boiler, data: { serial: "B-2" }, status: "Pending" });
  assert.equal(fieldOf(pending), "status");
  assert.match(pending.body.error.fix, /Ordered/);
  // The company's own list stays as it was, and what both have in common is one status.
  const other = await site.add({ status: "Complete" });
  const done = await site.patch(made.id, { status: "Complete" });
  assert.equal(done.body.data.status_id, other["status_id"]);
  assert.equal(fieldOf(await site.create({ status: "Ordered" })), "status");
  const plain = await site.lineWith(null, "Tap");
  assert.deepEqual((await site.add({ deal_product_id: plain, data: { access: "x" } }))["status"], "Pending");
});

test("workspace.create_work_order#8 lists go by sort_order, then by age", async () => {
  const site = await openSite(frontdesk);
  const third = await site.add({ sort_order: 7 });
  const second = await site.add();
  const first = await site.add({ sort_order: -1 });
  assert.deepEqual(await ids(site, ""), [first.id, second.id, third.id]);
  await site.patch(third.id, { sort_order: -2 });
  assert.deepEqual(await ids(site, ""), [third.id, first.id, second.id]);
  for (const sort_order of [1.5, 1e300, "1"])
    assert.equal(fieldOf(await site.create({ sort_order })), "sort_order");
});

test("workspace.list_work_orders#0 by product line, status, member and exact day", async () => {
  const site = await openSite(frontdesk);
  const place = { frontdesk, workspace: site.workspace };
  const lineId = await addDealProduct(place, { dealId: site.dealId });
  const a = await site.add({ schedule_date: "2026-04-25", assigned_to: site.workspace.adminId });
  const b = await site.add({ schedule_date: "2026-04-26", status: "Complete", deal_product_id: lineId });
  assert.deepEqual(await ids(site, `?deal_product_id=${lineId}`), [b.id]);
  assert.deepEqual(await ids(site, `?deal_id=${site.dealId}`), [a.id, b.id]);
  assert.deepEqual(await ids(site, `?status_id=${String(b["status_id"])}`), [b.id]);
  assert.deepEqual(await ids(site, `?assigned_to=${site.workspace.adminId}`), [a.id]);
  assert.deepEqual(await ids(site, "?schedule_date=2026-04-25"), [a.id]);
  assert.deepEqual(await ids(site, "?schedule_date=2026-04-24"), []);
  assert.deepEqual(await ids(site, `?schedule_date=2026-04-26&assigned_to=${site.workspace.adminId}`), []);
  for (const query of ["schedule_date=2026-04", "status_id=x", "assigned_to=me", "deal_product_id=1"]) {
    assert.equal((await site.workspace.call("GET", `${path}?${query}`)).status, 400, query);
  }
});

test("workspace.list_work_orders#1 workspace.list_work_orders#2 25 to a page, 100 at most, the next one by after", async () => {
  const site = await openSite(frontdesk);
  for (let count = 0; count < 27; count += 1) await site.add({ sort_order: count % 3 });
  const first = await site.workspace.call("GET", path);
  assert.deepEqual([first.body.data.length, first.body.pagination.limit], [25, 25]);
  const rest = await ids(site, `?after=${first.body.pagination.next_cursor}`);
  assert.equal(rest.length, 2);
  const all = await ids(site, "?limit=100");
  assert.equal(new Set(all).size, 27);
  assert.deepEqual([...(first.body.data as Row[]).map((row) => row.id), ...rest], all);
  assert.deepEqual(await ids(site, `?after=${all[24]}`), rest, "an id alone works as well");
  assert.equal((await site.workspace.call("GET", `${path}?limit=101`)).status, 400);
});

test("workspace.update_work_order#5 what is sent changes, the rest stays, and the change is told", async () => {
  const site = await openSite(frontdesk);
  const made = await site.add({
    schedule_time: "09:00:00",
    assigned_to: site.workspace.adminId,
    data: { a: 1 },
  });
  const changed = await site.patch(made.id, { sort_order: 4 });
  assert.deepEqual({ ...changed.body.data, updated_at: made["updated_at"] }, { ...made, sort_order: 4 });
  await site.patch(made.id, { status: "Complete" });
  const events = await frontdesk.app.database.read(site.workspace.id, (db) =>
    db.from("events").selectAll().where("record_id", "=", made.id).orderBy("position").execute(),
  );
  assert.deepEqual(
    events.map((event) => [event.type, event.payload["_changed_fields"]]),
    [
      ["work_order.created", undefined],
      ["work_order.updated", ["sort_order"]],
      ["work_order.updated", ["status_id"]],
    ],
  );
  assert.deepEqual(events[2]?.payload["_previous_values"], { status_id: made["status_id"] });
  assert.equal(fieldOf(await site.patch(made.id, { deal_product_id: site.lineId })), "deal_product_id");
});

test("workspace.update_work_order#0 workspace.update_work_order#1 null unassigns it and makes it all day", async () => {
  const site = await openSite(frontdesk);
  const { id } = await site.add({ schedule_time: "09:00:00", assigned_to: site.workspace.adminId });
  const unassigned = (await site.patch(id, { assigned_to: null })).body.data;
  assert.deepEqual([unassigned.assigned_to, unassigned.schedule_time], [null, "09:00:00"]);
  assert.equal((await site.patch(id, { schedule_time: null })).body.data.schedule_time, null);
  assert.equal((await site.patch(id, { schedule_time: "14:30:00" })).body.data.schedule_time, "14:30:00");
  assert.equal(fieldOf(await site.patch(id, { assigned_to: absent })), "assigned_to");
});

test("workspace.update_work_order#2 workspace.update_work_order#3 a new status by label in any case, or by id", async () => {
  const site = await openSite(frontdesk);
  const { id, status_id: first } = await site.add();
  const done = (await site.patch(id, { status: "COMPLETE" })).body.data;
  assert.deepEqual([done.status, done.status_id === first], ["Complete", false]);
  assert.equal((await site.patch(id, { status_id: first })).body.data.status, "Pending");
  assert.equal(fieldOf(await site.patch(id, { status: "Gone" })), "status");
  assert.equal(fieldOf(await site.patch(id, { status_id: absent })), "status_id");
});

test("workspace.update_work_order#4 a new day moves it on the calendar", async () => {
  const site = await openSite(frontdesk);
  const { id } = await site.add({ schedule_date: "2026-05-01" });
  await site.patch(id, { schedule_date: "2026-05-02" });
  const days = (await site.workspace.call("GET", `${path}/calendar?from=2026-05-01&to=2026-05-02`)).body.data
    .days;
  assert.deepEqual(
    days.map((day: { work_orders: Row[] }) => day.work_orders.length),
    [0, 1],
  );
});

test("data merges key by key, null takes out, and changes that meet are all kept", async () => {
  const site = await openSite(frontdesk);
  const { id } = await site.add({ data: { a: 1, b: 2 } });
  assert.deepEqual((await site.patch(id, { data: { b: null, c: 3 } })).body.data.data, { a: 1, c: 3 });
  const keys = ["k1", "k2", "k3", "k4", "k5"];
  await Promise.all(keys.map((key) => site.patch(id, { data: { [key]: true } })));
  const { data } = (await site.workspace.call("GET", `${path}/${id}`)).body.data;
  assert.deepEqual(Object.keys(data).sort(), ["a", "c", ...keys]);
  assert.equal((await site.patch(id, { data: { note: "\u0000" } })).status, 400);
});

test("deleting answers 204, and only where it belongs", async () => {
  const site = await openSite(frontdesk);
  const { id } = await site.add();
  const stranger = await frontdesk.workspace();
  assert.equal((await stranger.call("DELETE", `${path}/${id}`)).status, 404);
  assert.equal((await site.workspace.call("DELETE", `${path}/${id}`)).status, 204);
  assert.equal((await site.workspace.call("GET", `${path}/${id}`)).status, 404);
});
