import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../../local-outbox.ts";
import type { LocalEntry } from "../../../../providers/local-sink.ts";
import { inside } from "../../../messaging/testing.ts";
import { startHarness } from "../../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../../testing/harness.ts";
import { keyOf, seedOf } from "../testing.ts";
import { renderDigestJob } from "./render-digest.job.ts";

const frontdesk = await startHarness();
const path = "/api/v1/reports/send";
let people = 0;

const address = () => `person${(people += 1)}@example.test`;

type Result = {
  email: string;
  status: string;
  success: boolean;
  skipped_reason: string | null;
  digest_id: string | null;
};

async function send(workspace: TestWorkspace, body: object): Promise<Result[]> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 200, answer.text);
  await frontdesk.settle();
  return answer.body.data.recipients as Result[];
}

async function mailsTo(email: string): Promise<LocalEntry[]> {
  return (await listOutbox(frontdesk.app)).filter((entry) => entry.to === email);
}

async function mailTo(email: string): Promise<LocalEntry & { html: string }> {
  const [mail, ...others] = await mailsTo(email);
  assert.ok(mail?.html, `a mail to ${email}`);
  assert.equal(others.length, 0);
  return { ...mail, html: mail.html };
}

async function dashboardOf(workspace: TestWorkspace, body: object, cards: object[] = []): Promise<string> {
  const made = await workspace.call("POST", "/api/v1/report-dashboards", body);
  assert.equal(made.status, 201, made.text);
  const id = made.body.data.id as string;
  for (const card of cards) {
    const answer = await workspace.call("POST", `/api/v1/report-dashboards/${id}/cards`, card);
    assert.equal(answer.status, 201, answer.text);
  }
  return id;
}

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
const count = [{ field: "id", aggregation: "count" as const, alias: "Deals" }];
const dealCount = {
  title: "Open deals",
  visualization_type: "stat",
  query_spec: { source: "deals", measures: count },
};

async function shop() {
  const workspace = await frontdesk.workspace({ name: "Hill & Sons <Plumbing>" });
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New", "Quoted"]);
  const [ann, ben] = [await seed.member("Ann"), await seed.member("Ben")];
  const deal = { stages: stages.slice(0, 1), users: [ann], source: "Google" };
  const dealId = await seed.deal({ ...deal, name: "Roof <b>", value: 125_050 });
  await seed.deal({ ...deal, name: "Tap", value: 10_000, stages: stages.slice(1) });
  return { workspace, seed, ann, ben, dealId };
}

test("workspace.send_report workspace.send_report#0 every kind of card is in the mail: numbers, tables, and charts as pictures that say what they show", async () => {
  const { workspace } = await shop();
  const stages = { source: "deals", measures: count, dimensions: ["stage_name"] };
  const months = {
    source: "deals",
    measures: [...count, { field: "value", alias: "Value" }],
    time_dimension: { field: "deal_created_at" },
  };
  const kinds = ["bar", "horizontal_bar", "donut", "pie"].map((kind) => ({
    title: kind,
    visualization_type: kind,
    query_spec: stages,
  }));
  const times = ["line", "area", "composed"].map((kind) => ({
    title: kind,
    visualization_type: kind,
    query_spec: months,
  }));
  const table = {
    title: "Largest",
    query_spec: {
      source: "deals",
      mode: "drilldown",
      dimensions: ["name", "value"],
      order_by: { field: "value", direction: "desc" },
    },
  };
  const empty = {
    title: "Lost",
    visualization_type: "bar",
    query_spec: { ...stages, filters: [{ field: "status", operator: "eq", value: "lost" }] },
  };
  const dashboard_id = await dashboardOf(workspace, { name: "Monday" }, [
    dealCount,
    ...kinds,
    ...times,
    table,
    empty,
  ]);
  const email = address();
  const [result] = await send(workspace, { dashboard_id, recipients: [email] });
  assert.deepEqual([result?.status, result?.success, result?.skipped_reason], ["queued", true, null]);
  const mail = await mailTo(email);
  assert.match(mail.html, /<h2[^>]*>Open deals<\/h2><p[^>]*>2<\/p>/);
  assert.match(mail.html, /<th scope="col"[^>]*>Value<\/th>/);
  assert.match(mail.html, /<td[^>]*>Roof &lt;b&gt;<\/td><td[^>]*>AUD 1,250.50<\/td>/);
  assert.match(mail.html, /Lost<\/h2><p[^>]*>Nothing to show yet/);
  const pictures = mail.attachments ?? [];
  assert.equal(pictures.length, 7);
  for (const picture of pictures) {
    assert.equal(picture.contentType, "image/png");
    const bytes = Buffer.from(picture.content);
    assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    assert.equal(bytes.readUInt32BE(16), 1184, "twice the width it is shown at");
    assert.ok(bytes.length > 3000, "there is something on it");
    assert.ok(mail.html.includes(`src="cid:${picture.cid}"`));
  }
  assert.match(mail.html, /alt="bar: (New: 1; Quoted: 1|Quoted: 1; New: 1)"/);
  assert.match(mail.body, /Monday\n/);
  assert.match(mail.body, /Largest\n-+\nDeal \| Value\nRoof <b> \| AUD 1,250.50\nTap \| AUD 100.00/);
  assert.match(mail.body, /composed\n-+\nMar 2026: Deals 2, Value \(AUD\) 1,350.50/);
});

test("workspace.send_report#1 workspace.send_report#8 each recipient sees their own rows in cards of the current user", async () => {
  const { workspace, ann, ben } = await shop();
  const mine = {
    source: "deals",
    mode: "drilldown",
    dimensions: ["name"],
    filters: [{ field: "assigned_user_name", operator: "eq", value: "current_user" }],
  };
  const dashboard_id = await dashboardOf(workspace, { name: "Mine" }, [
    { title: "My deals", query_spec: mine },
    dealCount,
  ]);
  const [hers, his, nobodys] = [address(), address(), address()];
  await send(workspace, {
    dashboard_id,
    recipients: [{ email: hers, user_id: ann }, { email: his, user_id: ben }, nobodys],
  });
  assert.match((await mailTo(hers)).body, /My deals\n-+\nDeal\n(Tap|Roof)/);
  for (const email of [his, nobodys])
    assert.match((await mailTo(email)).body, /My deals\n-+\nNothing to show yet/);
});

test("workspace.send_report#2 recipients are addresses, or {email, name?, user_id?}", async () => {
  const { workspace, ann } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [dealCount]);
  const [one, two] = [address(), address()];
  const results = await send(workspace, {
    dashboard_id,
    recipients: [one, { email: two, name: "Two", user_id: ann }],
  });
  assert.deepEqual(
    results.map(({ email }) => email),
    [one, two],
  );
  const stranger = await frontdesk.workspace();
  for (const [recipients, field] of [
    [[], "recipients"],
    [[one, "nobody"], "recipients.1"],
    [[{ email: "a@b" }], "recipients.0"],
    [[{ name: "Paul" }], "recipients.0.email"],
    [[{ email: one, user_id: stranger.adminId }], "recipients.0.user_id"],
  ] as const) {
    const answer = await workspace.call("POST", path, { dashboard_id, recipients });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(
      fieldOf(answer).startsWith(field === "recipients.0.email" ? "recipients.0" : field),
      answer.text,
    );
  }
});

test("workspace.send_report#3 the subject is the dashboard's name unless another is given", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "Monday meeting" }, [dealCount]);
  const [plain, named] = [address(), address()];
  await send(workspace, { dashboard_id, recipients: [plain] });
  await send(workspace, { dashboard_id, recipients: [named], subject: "Our week" });
  assert.equal((await mailTo(plain)).subject, "Monday meeting");
  assert.equal((await mailTo(named)).subject, "Our week");
});

test("workspace.send_report#4 placeholders are filled in; HTML goes before text and nothing in it runs", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "Week" }, [dealCount]);
  const [texts, html] = [address(), address()];
  await send(workspace, {
    dashboard_id,
    recipients: [{ email: texts, name: "Ann <3" }],
    intro_text: "Hi {{recipient_name}},\n\nthis is {{ dashboard_name }} of {{company_name}}, {{date}}.",
    outro_text: "Bye {{recipient_email}}",
    sender_name: "Olive",
  });
  const first = await mailTo(texts);
  assert.match(
    first.html,
    /<p>Hi Ann &lt;3,<\/p><p>this is Week of Hill &amp; Sons &lt;Plumbing&gt;, 2 Mar 2026\.<\/p>/,
  );
  assert.match(first.body, /Hi Ann <3,\n\nthis is Week of Hill & Sons <Plumbing>, 2 Mar 2026\./);
  assert.ok(first.html.includes(`Bye ${texts}`) && first.html.includes("Olive<br>Hill &amp; Sons"));
  assert.ok(first.body.trimEnd().endsWith("Olive\nHill & Sons <Plumbing>"));
  await send(workspace, {
    dashboard_id,
    recipients: [{ email: html, name: "<i>Ann</i>" }],
    intro_text: "Never shown",
    intro_html:
      '<p onclick="x()">Hi <b>{{recipient_name}}</b></p><script>alert(1)</script><a href="javascript:alert(1)">go</a><img src="https://example.com/x.png">',
    outro_text: "Nor this",
    outro_html: "<ul><li>one</li><li>two</li></ul>",
  });
  const second = await mailTo(html);
  assert.match(second.html, /<p>Hi <b>&lt;i&gt;Ann&lt;\/i&gt;<\/b><\/p><a>go<\/a>/);
  assert.doesNotMatch(second.html, /Never shown|Nor this|script|onclick|example\.com/);
  assert.match(second.body, /Hi <i>Ann<\/i>/);
  assert.match(second.body, /one\ntwo/);
  for (const field of ["intro_text", "outro_text", "intro_html", "outro_html"]) {
    const answer = await workspace.call("POST", path, {
      dashboard_id,
      recipients: [texts],
      [field]: "Hi {{first_name}}",
    });
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), field);
    assert.match(answer.body.error.fix, /\{\{recipient_name\}\}/);
  }
});

test("workspace.send_report#5 workspace.send_report#7 whose dashboard has no rows gets no mail, unless it is wanted, and the answer says so", async () => {
  const { workspace, ann, ben } = await shop();
  const mine = {
    source: "deals",
    measures: count,
    filters: [{ field: "assigned_user_id", operator: "eq", value: "current_user" }],
  };
  const dashboard_id = await dashboardOf(workspace, { name: "Mine" }, [
    { title: "My deals", query_spec: mine },
  ]);
  const [hers, his] = [address(), address()];
  const recipients = [
    { email: hers, user_id: ann },
    { email: his, user_id: ben },
    { email: hers.toUpperCase(), user_id: ann },
  ];
  const told = (results: Result[]) =>
    results.map(({ status, success, skipped_reason: reason }) => [status, success, reason]);
  assert.deepEqual(told(await send(workspace, { dashboard_id, recipients })), [
    ["queued", true, null],
    ["skipped", true, "empty_dashboard"],
    ["skipped", true, "duplicate_recipient"],
  ]);
  assert.equal((await mailsTo(hers)).length, 1);
  assert.equal((await mailsTo(his)).length, 0);
  await send(workspace, {
    dashboard_id,
    recipients: [{ email: his, user_id: ben }],
    suppress_if_empty: false,
  });
  assert.match((await mailTo(his)).html, /My deals<\/h2><p[^>]*>0<\/p>/);
  const bare = await dashboardOf(workspace, { name: "No cards" });
  assert.deepEqual(told(await send(workspace, { dashboard_id: bare, recipients: [his] })), [
    ["skipped", true, "empty_dashboard"],
  ]);
});

test("workspace.send_report#6 the installation's own mail is the usual way; gmail needs a connected sender", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [dealCount]);
  const email = address();
  const body = { dashboard_id, recipients: [email] };
  const gmail = await workspace.call("POST", path, { ...body, email_provider: "gmail" });
  assert.equal(gmail.status, 409);
  assert.equal(gmail.body.error.code, "EMAIL_SENDER_NOT_CONNECTED");
  assert.equal((await workspace.call("POST", path, { ...body, email_provider: "pigeon" })).status, 400);
  await frontdesk.settle();
  assert.equal((await mailsTo(email)).length, 0);
  await send(workspace, { ...body, email_provider: "postmark" });
  await mailTo(email);
});

test("workspace.send_report#9 the log entry of the mail names the records it is about", async () => {
  const { workspace, seed, dealId } = await shop();
  const contact_id = await seed.contact("Paul", "Hill");
  const now = frontdesk.app.clock.now();
  const customer_id = await seed.add("companies", {
    public_id: "A-9",
    name: "Hill",
    created_at: now,
    updated_at: now,
  });
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [dealCount]);
  await send(workspace, { dashboard_id, recipients: [address()], contact_id, customer_id, deal_id: dealId });
  const [log, ...others] = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("email_logs").selectAll().execute(),
  );
  assert.deepEqual(
    [log?.contact_id, log?.company_id, log?.opportunity_id, log?.email_type, log?.status, others.length],
    [contact_id, customer_id, dealId, "report_digest", "sent", 0],
  );
  const stranger = seedOf(frontdesk, await frontdesk.workspace());
  const theirs = {
    contact_id: await stranger.contact("A", "B"),
    customer_id: contact_id,
    deal_id: await stranger.deal({}),
  };
  for (const [field, id] of Object.entries(theirs)) {
    const answer = await workspace.call("POST", path, { dashboard_id, recipients: [address()], [field]: id });
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), field);
  }
});

test("workspace.send_report#10 an email configuration that is not there is refused", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [dealCount]);
  const answer = await workspace.call("POST", path, {
    dashboard_id,
    recipients: [address()],
    email_config_id: dashboard_id,
  });
  assert.equal(answer.status, 400);
  assert.equal(fieldOf(answer), "email_config_id");
});

test("a dashboard one may not see cannot be sent", async () => {
  const { workspace, ann } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "Secret", visibility: "restricted" }, [
    dealCount,
  ]);
  const key = await keyOf(frontdesk, workspace, ann);
  const answer = await frontdesk.call("POST", path, { key, body: { dashboard_id, recipients: [address()] } });
  assert.equal(answer.status, 404);
  const stranger = await frontdesk.workspace();
  assert.equal((await stranger.call("POST", path, { dashboard_id, recipients: [address()] })).status, 404);
});

test("a digest that is rendered twice, as after a crash, is mailed once", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [dealCount]);
  const email = address();
  const [result] = await send(workspace, { dashboard_id, recipients: [email] });
  const id = result?.digest_id ?? "";
  const again = (status: string) =>
    inside(frontdesk, workspace.id, async (ctx) => {
      await ctx.db.update("report_digests").set({ status }).where("id", "=", id).execute();
      ctx.enqueue(renderDigestJob, { id });
      ctx.enqueue(renderDigestJob, { id });
    });
  await again("mailed");
  await frontdesk.settle();
  assert.equal((await mailsTo(email)).length, 1);
  await again("queued");
  await frontdesk.settle();
  assert.equal((await mailsTo(email)).length, 2, "two jobs for one waiting digest make one mail");
});

test("a card whose field is gone says so and keeps nothing else from being sent", async () => {
  const { workspace } = await shop();
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [
    dealCount,
    { title: "Old", query_spec: { source: "deals" } },
  ]);
  const gone = JSON.stringify({ source: "deals", dimensions: ["metadata.roof"] });
  await inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.update("report_cards").set({ query_spec: gone }).where("title", "=", "Old").execute(),
  );
  const email = address();
  await send(workspace, { dashboard_id, recipients: [email] });
  const mail = await mailTo(email);
  assert.match(mail.body, /Old\n---\nThis card can no longer be answered/);
  assert.match(mail.body, /Open deals\n-+\n2/);
});

test("a table card shows the columns named for the mail, with their labels", async () => {
  const { workspace } = await shop();
  const query_spec = {
    source: "deals",
    mode: "drilldown",
    dimensions: ["name"],
    order_by: { field: "value" },
  };
  const display_config = { columns: [{ key: "value", label: "Worth" }, "lead_source"] };
  const dashboard_id = await dashboardOf(workspace, { name: "A" }, [
    { title: "Deals", query_spec, display_config },
  ]);
  const email = address();
  await send(workspace, { dashboard_id, recipients: [email] });
  assert.match(
    (await mailTo(email)).body,
    /Deals\n-----\nWorth \| Lead source\nAUD 100.00 \| Google\nAUD 1,250.50 \| Google/,
  );
});
