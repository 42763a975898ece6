/** What a request may add to what waits in its workspace: so much, and then it is refused with how much waits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { mapped, sent } from "../modules/crm/imports/imported.ts";
import { businessWithNumber, inside } from "../modules/messaging/testing.ts";
import { sendText } from "../modules/messaging/messages/send-text.ts";
import { startHarness } from "../testing/harness.ts";
import type { Answer } from "../testing/harness.ts";

// Nobody works here: what waits goes on waiting.
const frontdesk = await startHarness({ work: false });

function mustBeFull(answer: Answer, message: RegExp): void {
  assert.deepEqual([answer.status, answer.body.error?.code], [429, "RATE_LIMITED"], answer.text);
  assert.match(answer.body.error.message, message);
  assert.match(answer.body.error.fix, /Wait until/);
  assert.equal(answer.headers["retry-after"], "60");
}

test("twenty imports of a workspace are at work at once; what is refused is as it was, and begins when one has ended", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const ids: string[] = [];
  for (let n = 0; n < 21; n += 1) {
    const { id } = await sent(workspace, "First name\nAnn\n");
    await mapped(workspace, id, { mapping: { "First name": "first_name" } });
    ids.push(id as string);
  }
  const post = (id: string, verb: string) => workspace.call("POST", `/api/v1/imports/${id}/${verb}`);
  for (const [n, id] of ids.slice(0, 20).entries()) {
    assert.equal((await post(id, n % 2 ? "run" : "dry-run")).status, 202);
  }
  const last = ids[20] as string;
  for (const verb of ["run", "dry-run"]) mustBeFull(await post(last, verb), /^20 imports wait already/);
  assert.equal((await workspace.call("GET", `/api/v1/imports/${last}`)).body.data.status, "ready");
  const mine = await sent(other, "First name\nAnn\n");
  assert.equal((await other.call("POST", `/api/v1/imports/${mine.id}/dry-run`)).status, 202, "each its own");
  const set = (id: string, status: string) =>
    inside(frontdesk, workspace.id, (ctx) =>
      ctx.db
        .update("imports")
        .set({ status } as never)
        .where("id", "=", id)
        .execute(),
    );
  await set(last, "completed");
  mustBeFull(await post(last, "undo"), /^20 imports/);
  await set(ids[0] as string, "completed");
  assert.equal((await post(last, "undo")).status, 202);
});

test("no more reports are asked for while 500 are still to be mailed", async () => {
  const workspace = await frontdesk.workspace();
  const made = await workspace.call("POST", "/api/v1/report-dashboards", { template: "sales_overview" });
  const dashboard_id = made.body.data.id as string;
  const fill = (count: number) =>
    inside(frontdesk, workspace.id, (ctx) =>
      ctx.db.raw(sql`
        insert into report_digests (workspace_id, id, dashboard_id, status, recipient_email, request, sent_by_kind, sent_by, created_at)
        select ${workspace.id}::uuid, gen_random_uuid(), ${dashboard_id}::uuid, 'queued', 'a@example.com', '{}', 'system', 'test', ${ctx.now}
          from generate_series(1, ${count}::int)`),
    );
  await fill(499);
  const body = { dashboard_id, recipients: ["boss@example.com"], suppress_if_empty: false };
  const sendReport = () => workspace.call("POST", "/api/v1/reports/send", body);
  const accepted = await sendReport();
  assert.equal(accepted.status, 200, accepted.text);
  mustBeFull(await sendReport(), /^500 reports to be mailed wait/);
});

test("no more texts are asked for while 5,000 are still to leave; what the program owes is taken all the same", async () => {
  const business = await businessWithNumber(frontdesk);
  const to_number = business.customer();
  const send = () => business.call("POST", "/api/v1/sms/send", { to_number, message: "On our way" });
  assert.equal((await send()).status, 200);
  await inside(frontdesk, business.id, (ctx) =>
    ctx.db.raw(sql`
      insert into sms_messages (workspace_id, id, lane, phone_number_id, direction, sender, purpose, from_e164, to_e164, body,
                                status, send_at, created_at, updated_at)
      select ${business.id}::uuid, gen_random_uuid(), 'lane ' || n, ${business.numberId}::uuid, 'out', 'system', 'reminder',
             ${business.number}, ${to_number}, 'x', case when n % 2 = 0 then 'queued' else 'sending' end, ${ctx.now}, ${ctx.now}, ${ctx.now}
        from generate_series(1, 4999) n`),
  );
  mustBeFull(await send(), /^5,000 texts to be sent wait/);
  const owed = await inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { to: business.owner, body: "A new lead", purpose: "owner", sender: "system" }),
  );
  assert.equal(owed.status, "queued");
});
