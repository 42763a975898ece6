/** Whoever reads the database, a copy or a backup of it finds nothing there that lets them act for anybody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemActor } from "../kernel/actor.ts";
import { seal } from "../kernel/seal.ts";
import { listOutbox, sealOpenOutbox } from "../local-outbox.ts";
import { openSite } from "../modules/crm/work-orders/test-work.ts";
import { cookieOf, invite, linkTo, ours, password } from "../modules/workspace/members/test-people.ts";
import { sealOpenWebhooks } from "../modules/automation/webhooks/sealed-secrets.ts";
import { queueEmail } from "../modules/messaging/email/queue-email.ts";
import { consentsAt } from "../modules/calendar/capability/consent/testing.ts";
import { openShop } from "../modules/calendar/booking-messages/testing.ts";
import { startHarness } from "./harness.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const { app } = frontdesk;

/** Every column that holds text or JSON, of every table there is; the installation's own keys are told of in decision 0021. */
async function everyText(): Promise<{ place: string; text: string }[]> {
  const { rows: columns } = await app.database.owner(
    `select format('%I.%I', table_schema, table_name) as "table", quote_ident(column_name) as "column"
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
        and data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'uuid')
        and table_name not in ('installation')`,
  );
  const found: { place: string; text: string }[] = [];
  for (const { table, column } of columns) {
    const { rows } = await app.database.owner(
      `select distinct ${String(column)}::text as text from ${String(table)} where ${String(column)} is not null`,
    );
    for (const { text } of rows)
      found.push({ place: `${String(table)}.${String(column)}`, text: String(text) });
  }
  return found;
}

async function mustStandNowhere(secrets: Record<string, string>): Promise<void> {
  const stored = await everyText();
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 6, `${what}: ${secret}`);
    // A code of digits may be part of an id by chance: what counts is one that stands by itself.
    const alone = new RegExp(`(?<![A-Za-z0-9])${secret.replaceAll(/\W/g, String.raw`\$&`)}(?![A-Za-z0-9])`);
    const places = stored.filter(({ text }) => alone.test(text)).map(({ place }) => place);
    assert.deepEqual([...new Set(places)], [], what);
  }
}

/** What the last mail to an address says, and what a pattern finds in it. */
async function mailed(email: string, pattern: RegExp): Promise<string> {
  await frontdesk.settle();
  const mail = (await listOutbox(app)).findLast(({ to }) => to === email);
  return pattern.exec(mail?.body ?? "")?.[1] ?? "";
}

test("no secret that was issued stands in the database in the open", async () => {
  const site = await openSite(frontdesk);
  await site.add();
  const { workspace } = site;
  const made = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await workspace.call("POST", `/api/v1${path}`, body, {
      "idempotency-key": `secrets of ${path}`,
    });
    assert.ok(answer.status < 300, answer.text);
    return answer.body.data as Record<string, string>;
  };
  await invite(workspace, "jo@example.com");
  const joinPath = await linkTo(frontdesk, workspace, "jo@example.com");
  const entered = await frontdesk.call("POST", joinPath, {
    form: { full_name: "Jo Smith", password },
    headers: ours,
  });
  await frontdesk.call("POST", "/sign-in/link", { form: { email: "jo@example.com" }, headers: ours });
  const status = await made("/work-orders/send-work-status", {
    deal_id: site.dealId,
    recipient_email: "ann@example.com",
    recipient_name: "Ann Lee",
  });
  const headers = { authorization: "Bearer header-of-a-receiver" };
  const outgoing = await made("/webhooks/outgoing", {
    name: "Accounts",
    url: "http://127.0.0.1:9/a",
    headers,
  });
  const given = "a-signing-secret-of-ours";
  await made("/webhooks/subscriptions", { url: "http://127.0.0.1:9/b", events: ["*"], secret: given });
  const posted = "a-secret-others-sign-with";
  const incoming = await made("/webhooks/incoming", { name: "Form", secret: posted });
  const feed = await made("/calendar-feeds", { member_id: workspace.adminId });
  const calendar = {
    member_id: workspace.adminId,
    provider: "local",
    calendar_id: "home",
    credentials: { password: "calendar-password" },
  };
  await made("/calendar-connections", calendar);
  const shop = await openShop(frontdesk);
  const consents = consentsAt(frontdesk);
  const page = String((await consents.ask(shop, { contact: "ada@example.com" })).headers["location"]);
  const oneTime = await mailed("ada@example.com", /\b(\d{6})\b/);
  await frontdesk.call("POST", page, { form: { action: "confirm", code: oneTime }, headers: ours });
  const held = "a-secret-somebody-must-approve";
  const careful = await workspace.keyWith(["webhooks:write"], "with-approval");
  await frontdesk.call("POST", "/api/v1/webhooks/incoming", {
    key: careful,
    body: { name: "Held", secret: held },
  });
  await mustStandNowhere({
    invitation: joinPath.split("/").at(-1) ?? "",
    session: cookieOf(entered).split("=")[1] ?? "",
    password,
    signInLink: await mailed("jo@example.com", /\/sign-in\/link\/\S+\.([\w-]{43})/),
    workStatusLink: status["token"] ?? "",
    workStatusPin: await mailed("ann@example.com", /PIN: (\d{6})/),
    key: workspace.key,
    carefulKey: careful,
    outgoingSecret: outgoing["secret"] ?? "",
    outgoingHeader: "header-of-a-receiver",
    subscriptionSecret: given,
    incomingAddress: incoming["url"]?.split("/").at(-1) ?? "",
    incomingSecret: posted,
    feed:
      feed["url"]
        ?.split("/")
        .at(-1)
        ?.replace(/\.ics$/, "") ?? "",
    calendarPassword: calendar.credentials.password,
    consentCode: oneTime,
    heldSecret: held,
  });
});

test("a mail that carries a secret waits under seal, and its log tells everything but the secret", async () => {
  const { id: workspaceId } = await frontdesk.workspace();
  const token = "t".repeat(43);
  const occasion = { workspaceId, actor: systemActor(workspaceId), operation: "test", surface: "test" };
  const logged = () =>
    app.database.read(workspaceId, (db) => db.from("email_logs").selectAll().executeTakeFirstOrThrow());
  await app.inWorkspace({ ...occasion, requestId: "test" }, async (ctx) => {
    await queueEmail(ctx, {
      emailType: "invitation",
      secrets: [token],
      to: "kim@example.com",
      subject: "Join",
      text: `Follow /join/${token} to join.`,
    });
    const waiting = await ctx.db.from("email_logs").selectAll().executeTakeFirstOrThrow();
    assert.ok(waiting.sealed_content && !JSON.stringify(waiting).includes(token));
  });
  await frontdesk.settle();
  const { status, text_body: text, sealed_content: sealed, recipient_email: to } = await logged();
  assert.deepEqual(
    [status, text, sealed, to],
    ["sent", "Follow /join/**** to join.", null, "kim@example.com"],
  );
  assert.equal(await mailed("kim@example.com", /\/join\/(\w+)/), token);
});

test("a mail of a kind with a secret is refused when the secret does not stand in it", async () => {
  const { id: workspaceId } = await frontdesk.workspace();
  const occasion = { workspaceId, actor: systemActor(workspaceId), operation: "test", surface: "test" };
  await assert.rejects(
    app.inWorkspace({ ...occasion, requestId: "test" }, (ctx) =>
      queueEmail(ctx, {
        emailType: "invitation",
        secrets: ["another"],
        to: "kim@example.com",
        subject: "Join",
        text: "Follow the link.",
      }),
    ),
    /does not stand in it/,
  );
});

test("webhooks that an earlier version kept in the open are sealed at the start, and work on", async () => {
  const workspace = await frontdesk.workspace();
  const signing = "an-older-signing-secret";
  const answer = await workspace.call("POST", "/api/v1/webhooks/outgoing", {
    name: "Older",
    url: "http://127.0.0.1:9/c",
  });
  const { id } = answer.body.data as { id: string };
  await app.database.read(workspace.id, (db) =>
    db
      .update("webhook_endpoints")
      .set({
        secret: signing,
        sealed_secret: null,
        sealed_headers: null,
        headers: JSON.stringify({ "x-api-key": "an-older-api-key" }),
      })
      .where("id", "=", id)
      .execute(),
  );
  await sealOpenWebhooks(app.database, app.ports.secrets.sealing);
  await mustStandNowhere({ signing, header: "an-older-api-key" });
  const shown = (await workspace.call("GET", `/api/v1/webhooks/outgoing/${id}`)).body.data;
  assert.deepEqual([shown.secret, shown.headers], ["****cret", { "x-api-key": "****-key" }]);
});

test("what the local providers sent is sealed at the start, shown as before, and gone under another key", async () => {
  const workspace = await frontdesk.workspace();
  await invite(workspace, "lee@example.com");
  const path = await linkTo(frontdesk, workspace, "lee@example.com");
  const before = await listOutbox(app, workspace.id);
  await app.database.system("simulator", (kysely) =>
    kysely
      .updateTable("local_outbox")
      .set({
        sealed: null,
        html: null,
        body: before[0]?.body ?? "",
        extras: JSON.stringify({ attachments: [] }),
      })
      .where("key", "=", before[0]?.key ?? "")
      .execute(),
  );
  assert.deepEqual(await listOutbox(app, workspace.id), before, "it is read while it stands in the open");
  await sealOpenOutbox(app.database, app.ports.secrets.sealing, 1);
  await mustStandNowhere({ invitation: path.split("/").at(-1) ?? "" });
  assert.deepEqual(await listOutbox(app, workspace.id), before);
  const elsewhere = { database: app.database, ports: { secrets: { sealing: "another key" } } };
  assert.deepEqual(await listOutbox(elsewhere, workspace.id), []);
});

test("webhooks whose secret cannot be opened any more send nothing, take nothing, and say why", async () => {
  const workspace = await frontdesk.workspace();
  const outgoing = await workspace.call("POST", "/api/v1/webhooks/outgoing", {
    name: "Accounts",
    url: "http://127.0.0.1:9/d",
  });
  const incoming = await workspace.call("POST", "/api/v1/webhooks/incoming", {
    name: "Form",
    secret: "a-secret-others-sign-with",
  });
  const another = { sealed_secret: seal("another key", "elsewhere", "a secret") };
  await app.database.read(workspace.id, async (db) => {
    await db.update("webhook_endpoints").set(another).execute();
    await db.update("incoming_webhooks").set(another).execute();
  });
  const { id } = outgoing.body.data as { id: string };
  await workspace.call("POST", `/api/v1/webhooks/outgoing/${id}/test`);
  await frontdesk.settle();
  const [log] = (await workspace.call("GET", `/api/v1/webhooks/outgoing/${id}/logs`)).body.data;
  assert.match(log.error, /set secret and headers again/);
  const { pathname } = new URL(incoming.body.data.url as string);
  assert.equal((await frontdesk.call("POST", pathname, { body: { n: 1 } })).status, 401);
});
