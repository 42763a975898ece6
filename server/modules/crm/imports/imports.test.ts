import assert from "node:assert/strict";
import { test } from "node:test";
import { createHash } from "node:crypto";
import { systemActor } from "../../../kernel/actor.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import { csvRows, defineFields, download } from "../exports/exported.ts";
import { runImportJob } from "./import-jobs.ts";
import { contactsOf, done, mapped, sent, workbook } from "./imported.ts";

const frontdesk = await startHarness();

const suggestions = (one: Json) => one.columns.map((column: Json) => column.suggested_field);

test("a CSV shows its columns, samples, and where they probably belong", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, { contact: [{ id: "shirt", label: "T-Shirt size", type: "text" }] });
  const one = await sent(
    workspace,
    "Given Name;Surname;Kontakt;Ring;t shirt SIZE;;Firma\nPaul;Jones;paul@x.example;+44 7700 900123;L;?;x\nAnn;;ann@x.example;07700 900124;;;\n",
  );
  assert.deepEqual(suggestions(one), [
    "first_name",
    "last_name",
    "email",
    "phone",
    "metadata.shirt",
    null,
    null,
  ]);
  assert.deepEqual(one.columns[0], {
    name: "Given Name",
    samples: ["Paul", "Ann"],
    suggested_field: "first_name",
  });
  assert.equal(one.columns[5].name, "Column 6");
  assert.deepEqual([one.row_count, one.status, one.options.dedupe], [2, "ready", "email"]);
});

test("bytes of every usual kind are read: BOM, Windows-1252, UTF-16, tabs, quotes over lines, a workbook", async () => {
  const workspace = await frontdesk.workspace();
  const first = async (content: string | Buffer) =>
    (await sent(workspace, content)).columns.map((one: Json) => one.samples[0]);
  assert.deepEqual(await first("\uFEFFName,City\nZoë,Köln"), ["Zoë", "Köln"]);
  assert.deepEqual(await first(Buffer.from("Name\tCity\r\nZo\xeb\tK\xf6ln\x80\r\n", "latin1")), [
    "Zoë",
    "Köln€",
  ]);
  assert.deepEqual(await first(Buffer.from("\uFEFFName,City\nZoë,Köln", "utf16le")), ["Zoë", "Köln"]);
  assert.deepEqual(await first('Name,Notes\n"Paul ""P"" Jones","one\ntwo, three"'), [
    'Paul "P" Jones',
    "one\ntwo, three",
  ]);
  const book = await workbook([
    ["Name", "Born", "Since", "VIP", "Sum"],
    ["Zoë", new Date("1980-02-29T00:00:00Z"), new Date("2026-01-02T03:04:05Z"), true, 12.5],
  ]);
  assert.deepEqual(await first(book), ["Zoë", "1980-02-29", "2026-01-02 03:04:05", "true", "12.5"]);
});

test("a file comes as a form, as the whole body or as JSON, and must be one", async () => {
  const workspace = await frontdesk.workspace();
  const send = async (url: string, type: string, payload: string | Buffer) => {
    const headers = {
      authorization: `Bearer ${workspace.key}`,
      "content-type": type,
      host: "frontdesk.test",
    };
    const answer = await frontdesk.http.inject({ method: "POST", url: `/api/v1${url}`, headers, payload });
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Json };
  };
  const csv = "Name,E-mail\nPaul,paul@x.example\n";
  const form = (...fields: [string, string][]) =>
    [
      ...fields.map(
        ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      ),
      `--b\r\ncontent-disposition: form-data; name="file"; filename="my list.csv"\r\ncontent-type: text/csv\r\n\r\n${csv}\r\n--b--\r\n`,
    ].join("");
  const formed = await send("/imports", "multipart/form-data; boundary=b", form(["entity", "contacts"]));
  assert.equal(formed.status, 201, JSON.stringify(formed.body));
  assert.equal(formed.body.data.filename, "my list.csv");
  for (const path of ["../../etc/raw.csv", "C:\\lists\\raw.csv"]) {
    const named = await send(
      `/imports?entity=contacts&filename=${encodeURIComponent(path)}`,
      "text/csv",
      csv,
    );
    assert.equal(named.body.data.filename, "raw.csv", "a name is no path");
  }
  const raw = await send("/imports?entity=contacts&filename=raw.csv", "text/csv", csv);
  assert.deepEqual([raw.status, raw.body.data.filename], [201, "raw.csv"]);
  const sum = createHash("sha256").update(csv).digest("hex");
  assert.equal((await send(`/imports?entity=contacts&content_sha256=${sum}`, "text/csv", csv)).status, 201);
  const oldWorkbook = Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(504)]);
  const refusals: [url: string, type: string, payload: string | Buffer, status: number, names: RegExp][] = [
    [`/imports?entity=contacts&content_sha256=${sum}`, "text/csv", `${csv}x`, 400, /content_sha256/],
    ["/imports?entity=invoices", "text/csv", csv, 400, /entity/],
    ["/imports?entity=contacts", "text/csv", "", 400, /file/],
    ["/imports?entity=contacts", "text/csv", "Name\n", 400, /no rows/],
    ["/imports?entity=contacts", "text/csv", 'Name\n"open', 400, /CSV/],
    ["/imports?entity=contacts", "text/csv", Buffer.from("PK\u0003\u0004 no workbook"), 400, /workbook/],
    ["/imports?entity=contacts", "text/csv", oldWorkbook, 400, /\.xls\).*save it as \.xlsx or as CSV/],
    ["/imports", "application/json", JSON.stringify({ entity: "contacts" }), 400, /file/],
    [
      "/imports",
      "application/json",
      JSON.stringify({ entity: "contacts", content_base64: "%%%" }),
      400,
      /content_base64/,
    ],
    ["/contacts", "text/csv", csv, 415, /Media/],
    ["/contacts", "multipart/form-data; boundary=b", form(), 415, /Media/],
    ["/imports?entity=contacts", "text/csv", Buffer.alloc(50 * 1024 * 1024 + 1, "a\n"), 413, /50 MB/],
  ];
  for (const [url, type, payload, status, names] of refusals) {
    const answer = await send(url, type, payload);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(JSON.stringify(answer.body), names);
  }
});

test("a mapping names columns and fields that exist, each field once", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await sent(workspace, "A,B\nPaul,paul@x.example\n");
  const change = (body: object) => workspace.call("PATCH", `/api/v1/imports/${id}`, body);
  const cases: [object, RegExp][] = [
    [{ mapping: { C: "email" } }, /mapping.C/],
    [{ mapping: { A: "shoe" } }, /mapping.A.*shoe/],
    [{ mapping: { A: "email", B: "email" } }, /email has the column/],
    [{ options: { dedupe: "name" } }, /options.dedupe/],
    [{ options: { country: "GBR" } }, /options.country/],
  ];
  for (const [body, names] of cases) {
    const answer = await change(body);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.body.error.message as string, names);
  }
  for (const verb of ["run", "dry-run"]) {
    const answer = await workspace.call("POST", `/api/v1/imports/${id}/${verb}`);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.message as string, /first_name/);
  }
  const after = await mapped(workspace, id as string, { mapping: { A: "first_name" } });
  assert.deepEqual(after.mapping, { A: "first_name", B: "email" }, "what is not sent stays");
});

const mixed = [
  "Name,E-mail,Phone,Born,Company,Unsubscribed",
  "Paul Jones,paul@x.example,07700 900123,24/03/1980,Acme,yes",
  "Ann,not an address,,,,",
  ",nobody@x.example,,,,",
  "Ben,ben@x.example,12,31/02/1990,,perhaps",
  '"Hill, Cas",PAUL@x.example,,,,',
  "Dee,,020 7946 0123,,acme,no",
].join("\n");

async function mixedImport(workspace: TestWorkspace, options = {}): Promise<string> {
  const { id } = await sent(workspace, mixed);
  await mapped(workspace, id as string, { mapping: { Unsubscribed: "email_unsubscribed" }, options });
  return id as string;
}

test("a dry run tells what would happen and each mistake by row and column, and writes nothing", async () => {
  const workspace = await frontdesk.workspace();
  const id = await mixedImport(workspace);
  const tried = await done(frontdesk, workspace, id, "dry-run");
  assert.equal(tried.status, "ready");
  assert.deepEqual(tried.dry_run, {
    finished: true,
    rows: 6,
    would_create: 2,
    would_update: 0,
    would_skip: 1,
    failed: 3,
  });
  assert.deepEqual(await contactsOf(workspace), []);
  const { body } = await workspace.call("GET", `/api/v1/imports/${id}/errors`);
  const told = body.data.map((one: Json) => `${one.row_number} ${one.column}`);
  assert.deepEqual(told, ["3 E-mail", "4 Name", "5 Phone", "5 Born", "5 Unsubscribed"]);
  const file = csvRows(await download(frontdesk, workspace.key, "GET", `/imports/${id}/errors.csv`));
  assert.deepEqual(
    file.map((row) => [row["Name"], row["Row"]]),
    [
      ["Ann", "3"],
      ["", "4"],
      ["Ben", "5"],
    ],
  );
  assert.match(file[2]?.["What is wrong"] ?? "", /Phone: is not a valid phone number; Born: is not a date/);
});

test("a row with an address that no mail server takes, or a birth after today, is told by column", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await sent(
    workspace,
    "Name,E-mail,Born\nAnn,a..b@x.example,\nBen,a@-b.example,\nCas,,2999-01-01\nDee,dee@x.example,1980-01-01\n",
  );
  const tried = await done(frontdesk, workspace, id as string, "dry-run");
  assert.deepEqual([tried.dry_run.would_create, tried.dry_run.failed], [1, 3]);
  const { body } = await workspace.call("GET", `/api/v1/imports/${id}/errors`);
  const told = body.data.map((one: Json) => `${one.row_number} ${one.column}`);
  assert.deepEqual(told, ["2 E-mail", "3 E-mail", "4 Born"]);
});

test("a run makes the records, links their companies, leaves out what is wrong and sets nothing off", async () => {
  const workspace = await frontdesk.workspace();
  const id = await mixedImport(workspace);
  const ran = await done(frontdesk, workspace, id, "run");
  assert.equal(ran.status, "completed");
  assert.deepEqual(ran.progress, { rows_done: 6, created: 2, updated: 0, skipped: 1, failed: 3 });
  const [dee, paul, ...others] = await contactsOf(workspace);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [paul.first_name, paul.last_name, paul.email, paul.phone, paul.date_of_birth, paul.email_unsubscribed],
    ["Paul", "Jones", "paul@x.example", "+447700900123", "1980-03-24", true],
  );
  assert.deepEqual(
    [dee.phone, dee.landline],
    [null, "+442079460123"],
    "a fixed line goes where those belong",
  );
  assert.deepEqual([dee.employers[0].name, dee.employers[0].id], ["Acme", paul.employers[0].id]);
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").selectAll().where("type", "=", "contact.created").execute(),
  );
  assert.deepEqual(
    events.map((one) => one.payload["skip_automations"]),
    [true, true],
  );
  const again = await workspace.call("POST", `/api/v1/imports/${id}/run`);
  assert.equal(again.status, 409);
});

test("a duplicate is skipped, updated or created, in the workspace and in the file itself", async () => {
  const file =
    "First name,E-mail,City\nAnn,ann@x.example,Perth\nAnna,ANN@x.example,\nBen,,Perth\nBen,,Perth\n";
  const outcome = async (on_duplicate: string) => {
    const workspace = await frontdesk.workspace();
    await workspace.call("POST", "/api/v1/contacts", {
      first_name: "Annie",
      email: "Ann@x.example",
      notes: "old",
    });
    const { id } = await sent(workspace, file);
    await mapped(workspace, id as string, { options: { dedupe: "email", on_duplicate } });
    const { dry_run } = await done(frontdesk, workspace, id as string, "dry-run");
    const { progress } = await done(frontdesk, workspace, id as string, "run");
    assert.deepEqual(
      [dry_run.would_create, dry_run.would_update, dry_run.would_skip],
      [progress.created, progress.updated, progress.skipped],
    );
    const shown = (await contactsOf(workspace)).map((one) =>
      [one.first_name, one.city, one.notes].filter(Boolean).join(" "),
    );
    return { counts: [progress.created, progress.updated, progress.skipped], shown };
  };
  assert.deepEqual(await outcome("skip"), {
    counts: [2, 0, 2],
    shown: ["Annie old", "Ben Perth", "Ben Perth"],
  });
  assert.deepEqual(await outcome("update"), {
    counts: [2, 2, 0],
    shown: ["Anna Perth old", "Ben Perth", "Ben Perth"],
  });
  assert.deepEqual((await outcome("create")).counts, [4, 0, 0]);
});

test("custom fields are read by their kind", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, {
    contact: [
      { id: "visits", label: "Visits", type: "number" },
      { id: "tier", label: "Tier", type: "dropdown", options: ["Gold", "Silver"] },
      { id: "next", label: "Next visit", type: "datetime" },
      { id: "vip", label: "VIP", type: "checkbox" },
    ],
  });
  const { id } = await sent(
    workspace,
    'First name,Visits,Tier,Next visit,VIP\nAnn,"1,234.5",gold,24/03/2026 9:30,y\nBen,many,Bronze,soon,maybe\n',
  );
  await done(frontdesk, workspace, id as string, "run");
  const [ann, ...rest] = await contactsOf(workspace);
  assert.deepEqual(rest, []);
  assert.deepEqual(ann.metadata, { visits: 1234.5, tier: "Gold", next: "2026-03-24T09:30", vip: true });
  const { body } = await workspace.call("GET", `/api/v1/imports/${id}/errors`);
  assert.deepEqual(body.data.map((one: Json) => one.column).sort(), ["Next visit", "Tier", "VIP", "Visits"]);
});

test("companies are told by name, deals find their contact, company and stage", async () => {
  const workspace = await frontdesk.workspace();
  const firms = await sent(
    workspace,
    "Company name,Website,Is supplier\nAcme,acme.example,no\nACME,,\n",
    "companies",
  );
  const { progress } = await done(frontdesk, workspace, firms.id as string, "run");
  assert.deepEqual([progress.created, progress.skipped], [1, 1]);
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann", email: "ann@x.example" });
  await workspace.call("POST", "/api/v1/pipelines", { name: "Sales" });
  const stages = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("pipeline_stages").selectAll().execute(),
  );
  const stage = stages[0]?.name ?? "";
  const deals = await sent(
    workspace,
    `Deal,Value,Currency,Contact e-mail,Company,Pipeline,Stage,Tags\nRoof,"£1,200.50",GBP,ANN@x.example,acme,sales,${stage},"hot; new"\nBath,5,AUD,nobody@x.example,,,,\nTap,1,AUD,,,Sales,Nowhere,\n`,
    "opportunities",
  );
  const ran = await done(frontdesk, workspace, deals.id as string, "run");
  assert.deepEqual([ran.progress.created, ran.progress.failed], [1, 2], JSON.stringify(ran));
  const { body } = await workspace.call("GET", "/api/v1/opportunities");
  const [deal] = body.data;
  assert.deepEqual(
    [deal.name, deal.value, deal.currency, deal.tags.map((one: Json) => one.name)],
    ["Roof", 1200.5, "GBP", ["hot", "new"]],
  );
  assert.ok(deal.contact_id && deal.customer_id);
  const cards = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("opportunity_placements").selectAll().execute(),
  );
  assert.equal(cards[0]?.stage_id, stages[0]?.id);
});

test("an import is taken back: what it made goes, what it changed is as before, what others touched stays", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("POST", "/api/v1/contacts", {
    first_name: "Ann",
    email: "ann@x.example",
    city: "Perth",
  });
  await frontdesk.advance(60);
  const file =
    "First name,E-mail,City,Company\nAnna,ann@x.example,Hobart,Acme\nBen,ben@x.example,,Acme\nCas,cas@x.example,,\nDee,dee@x.example,,\n";
  const { id } = await sent(workspace, file);
  await mapped(workspace, id as string, { options: { on_duplicate: "update" } });
  await done(frontdesk, workspace, id as string, "run");
  await frontdesk.advance(60);
  const [, , cas, dee] = await contactsOf(workspace);
  await workspace.call("PATCH", `/api/v1/contacts/${cas.id}`, { city: "Darwin" });
  const activity = { activity_type: "note", subject: "Called", contact_id: dee.id };
  assert.equal((await workspace.call("POST", "/api/v1/activities", activity)).status, 201);
  const undone = await done(frontdesk, workspace, id as string, "undo");
  assert.equal(undone.status, "undone");
  assert.deepEqual(undone.undo, { deleted: 1, restored: 1, kept: 3 });
  const left = await contactsOf(workspace);
  assert.deepEqual(
    left.map((one) => [one.first_name, one.city]),
    [
      ["Ann", "Perth"],
      ["Cas", "Darwin"],
      ["Dee", null],
    ],
  );
});

test("taking back goes record by record: contacts before their companies, those deleted since counted for nothing, each change told", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann", email: "ann@x.example" });
  await frontdesk.advance(60);
  const file =
    "First name,E-mail,City,Company\nAnna,ann@x.example,Hobart,\nBen,ben@x.example,,Acme\nCas,cas@x.example,,\n";
  const { id } = await sent(workspace, file);
  await mapped(workspace, id as string, { options: { on_duplicate: "update" } });
  await done(frontdesk, workspace, id as string, "run");
  const [anna, , cas] = await contactsOf(workspace);
  assert.equal((await workspace.call("DELETE", `/api/v1/contacts/${cas.id}`)).status, 204);
  const { undo } = await done(frontdesk, workspace, id as string, "undo");
  assert.deepEqual(undo, { deleted: 2, restored: 1, kept: 0 });
  assert.deepEqual((await workspace.call("GET", "/api/v1/companies")).body.data, []);
  const told = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("events")
      .select(["type", "payload"])
      .where("record_id", "=", anna.id as string)
      .orderBy("position")
      .execute(),
  );
  assert.deepEqual(
    told.map(({ type, payload }) => [type, payload["skip_automations"] ?? false]),
    [
      ["contact.created", false],
      ["contact.updated", true],
      ["contact.updated", true],
    ],
  );
});

test("after 30 days an import is final", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await sent(workspace, "First name\nAnn\n");
  await done(frontdesk, workspace, id as string, "run");
  await frontdesk.advance(30 * 24 * 60 * 60);
  const late = await workspace.call("POST", `/api/v1/imports/${id}/undo`);
  assert.equal(late.status, 409);
  assert.match(late.body.error.message as string, /could be taken back until/);
});

test("a process killed between and inside batches neither loses nor doubles a row", async () => {
  const workspace = await frontdesk.workspace();
  const lines = Array.from({ length: 1200 }, (_, index) => `P${index},p${index}@x.example`);
  const { id } = await sent(workspace, `First name,E-mail\n${lines.join("\n")}\n`);
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db
      .update("imports")
      .set({ status: "running" })
      .where("id", "=", id as string)
      .execute(),
  );
  const actor = systemActor(workspace.id);
  const occasion = {
    workspaceId: workspace.id,
    actor,
    operation: "test",
    surface: "test",
    requestId: "test",
  };
  const worker = (dieAt: number, when: "before commit" | "after commit"): JobCtx => {
    let steps = 0;
    const transaction: JobCtx["transaction"] = async (work) => {
      steps += 1;
      const result = await frontdesk.app.inWorkspace(occasion, async (ctx) => {
        const value = await work(ctx);
        if (steps === dieAt && when === "before commit") throw new Error("killed");
        return value;
      });
      if (steps === dieAt) throw new Error("killed");
      return result;
    };
    const { signal } = new AbortController();
    const { app } = frontdesk;
    return {
      app,
      workspaceId: workspace.id,
      requestId: "test",
      log: app.log,
      attempt: 1,
      lastAttempt: false,
      signal,
      transaction,
    };
  };
  await assert.rejects(runImportJob.run(worker(2, "before commit"), { importId: id as string }), /killed/);
  await assert.rejects(runImportJob.run(worker(1, "after commit"), { importId: id as string }), /killed/);
  await runImportJob.run(worker(99, "after commit"), { importId: id as string });
  const { body } = await workspace.call("GET", `/api/v1/imports/${id}`);
  assert.deepEqual(
    [body.data.status, body.data.progress.rows_done, body.data.progress.created],
    ["completed", 1200, 1200],
  );
  const rows = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("contacts").select("email").execute(),
  );
  assert.equal(rows.length, 1200);
  assert.equal(new Set(rows.map((one) => one.email)).size, 1200);
});

test("what an import is about decides who may see and run it", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await sent(workspace, "First name\nAnn\n");
  const as = async (scopes: string[], method: string, path: string) => {
    const key = await workspace.keyWith(scopes);
    return frontdesk.call(method, `/api/v1${path}`, { key, ...(method === "GET" ? {} : { body: {} }) });
  };
  assert.equal((await as(["contacts:read"], "GET", `/imports/${id}`)).status, 200);
  assert.equal((await as(["companies:read"], "GET", `/imports/${id}`)).status, 403);
  assert.equal((await as(["companies:read"], "GET", "/imports")).body.data.length, 0);
  assert.equal((await as(["contacts:read"], "GET", "/imports")).body.data.length, 1);
  assert.equal((await as(["companies:write", "contacts:read"], "POST", `/imports/${id}/run`)).status, 403);
  assert.equal((await as(["contacts:write"], "DELETE", `/imports/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", `/api/v1/imports/${id}`)).status, 404);
});

test("an exported list can be corrected and imported again", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("POST", "/api/v1/contacts", {
    first_name: "=Ann",
    email: "ann@x.example",
    phone: "+447700900123",
  });
  const file = await download(frontdesk, workspace.key, "GET", "/crm/export?type=contacts");
  const one = await sent(workspace, file.bytes);
  await mapped(workspace, one.id as string, { options: { dedupe: "id", on_duplicate: "update" } });
  const { progress } = await done(frontdesk, workspace, one.id as string, "run");
  assert.deepEqual(progress, { rows_done: 1, created: 0, updated: 1, skipped: 0, failed: 0 });
  const csv = await download(frontdesk, workspace.key, "GET", "/crm/export?type=contacts&format=csv");
  assert.match(csv.bytes.toString(), /,"'=Ann",/);
  const again = await sent(workspace, csv.bytes);
  await mapped(workspace, again.id as string, { options: { dedupe: "email", on_duplicate: "update" } });
  await done(frontdesk, workspace, again.id as string, "run");
  const [ann, ...rest] = await contactsOf(workspace);
  assert.deepEqual(rest, []);
  assert.deepEqual([ann.first_name, ann.phone], ["=Ann", "+447700900123"]);
});
