import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { mask } from "../../../kernel/guarded-fields.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { newRequestId } from "../../../kernel/run.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../testing.ts";
import type { NewEmail } from "./queue-email.ts";
import { queueEmail, sendEmailJob } from "./queue-email.ts";

// Without workers: the tests run the job themselves, as often as they like.
const frontdesk = await startHarness({ work: false });
const { app } = frontdesk;
const workspace = await frontdesk.workspace({ name: "Ready Plumbing" });
const real = app.ports.email;

const plain = {
  emailType: "birthday",
  to: "kim@example.com",
  subject: "Hello",
  text: "All the best.",
} as const;
const secret = {
  emailType: "invitation",
  to: "kim@example.com",
  subject: "Your link s3cret",
  text: "Go to /join/s3cret and be quick.",
  html: "<a href='/join/s3cret'>Join</a>",
  secrets: ["s3cret"],
} as const satisfies NewEmail;

const queued = (email: NewEmail) => inside(frontdesk, workspace.id, (ctx) => queueEmail(ctx, email));
const logged = (id: string) =>
  app.database.read(workspace.id, (db) =>
    db.from("email_logs").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

function send(id: string, lastAttempt = false): Promise<void> {
  const run: JobCtx = {
    app,
    workspaceId: workspace.id,
    requestId: newRequestId(),
    log: app.log,
    attempt: 1,
    lastAttempt,
    signal: new AbortController().signal,
    transaction: (work) => inside(frontdesk, workspace.id, work),
  };
  return sendEmailJob.run(run, { id });
}

/** Stands in for the provider; answers what left, and fails while a failure is set. */
function provider(t: TestContext) {
  const state: { left: OutboundEmail[]; failure?: Error } = { left: [] };
  app.ports.email = {
    ...real,
    sendEmail: (email) => {
      if (state.failure) return Promise.reject(state.failure);
      state.left.push(email);
      return Promise.resolve({ providerId: `p-${email.key}` });
    },
  };
  t.after(() => void (app.ports.email = real));
  return state;
}

const failure = (retryable: boolean) =>
  new ProviderError({ provider: "smtp", code: "refused", message: "no such mailbox", retryable });

test("a mail leaves as it was written, from the business unless it says otherwise, and is on record as sent", async (t) => {
  const { left } = provider(t);
  const id = await queued({ ...plain, subject: " One\n\t two  " });
  const waiting = await logged(id);
  assert.deepEqual(
    [waiting.status, waiting.subject, waiting.sender_name, waiting.recipient_name, waiting.sealed_content],
    ["queued", "One two", "Ready Plumbing", null, null],
  );
  assert.equal(waiting.sent_at, null);
  await send(id);
  assert.deepEqual(left, [
    {
      key: `email:${id}`,
      workspaceId: workspace.id,
      to: plain.to,
      subject: "One two",
      text: plain.text,
      fromName: "Ready Plumbing",
      attachments: [],
    },
  ]);
  const sent = await logged(id);
  assert.deepEqual([sent.status, sent.provider_id, sent.error], ["sent", `p-email:${id}`, null]);
  assert.equal(sent.sent_at?.getTime(), app.clock.now().getTime());
  assert.equal(sent.text_body, plain.text, "there is nothing to hide");
  await send(id);
  assert.equal(left.length, 1, "once");
});

test("attachments, another sender and a formatted body go along", async (t) => {
  const { left } = provider(t);
  const attachments = [
    { filename: "a.txt", contentType: "text/plain", content: new Uint8Array([1, 2, 255]) },
    { filename: "b.png", contentType: "image/png", content: new Uint8Array([3]), cid: "logo" },
  ];
  const id = await queued({ ...plain, fromName: "Olive", toName: "Kim", html: "<b>Hi</b>", attachments });
  await send(id);
  assert.deepEqual(
    [left[0]?.fromName, left[0]?.html, left[0]?.attachments],
    ["Olive", "<b>Hi</b>", attachments],
  );
  assert.equal((await logged(id)).recipient_name, "Kim");
  // What has no sender's name leaves without one.
  const nameless = await queued(plain);
  await inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.update("email_logs").set({ sender_name: null }).where("id", "=", nameless).execute(),
  );
  await send(nameless);
  assert.equal("fromName" in (left[1] ?? {}), false);
});

test("a secret is in the mail and nowhere else, and the sealed copy goes when it has left", async (t) => {
  const { left } = provider(t);
  const attachments = [{ filename: "s3cret.txt", contentType: "text/plain", content: new Uint8Array([1]) }];
  const id = await queued({ ...secret, attachments });
  const waiting = await logged(id);
  assert.ok(waiting.sealed_content);
  assert.deepEqual(
    [waiting.subject, waiting.text_body, waiting.html_body, waiting.attachments],
    [`Your link ${mask}`, `Go to /join/${mask} and be quick.`, `<a href='/join/${mask}'>Join</a>`, []],
  );
  await send(id);
  assert.deepEqual(
    [left[0]?.subject, left[0]?.text, left[0]?.html, left[0]?.attachments?.length],
    [secret.subject, secret.text, secret.html, 1],
  );
  const sent = await logged(id);
  assert.deepEqual([sent.status, sent.sealed_content, sent.text_body], ["sent", null, waiting.text_body]);
  assert.equal((await logged(await queued({ ...secret, html: undefined }))).html_body, null);
});

test("a secret that does not stand in the text is a mistake of ours, and no mail", async () => {
  for (const secrets of [[""], ["elsewhere"], ["s3cret", "elsewhere"]] as [string][]) {
    await assert.rejects(queued({ ...secret, secrets }));
  }
});

test("what may yet succeed is tried again, as it was; what cannot is failed at once, and so is the last attempt", async (t) => {
  const state = provider(t);
  const id = await queued(secret);
  state.failure = failure(true);
  await assert.rejects(send(id), /no such mailbox/);
  const waiting = await logged(id);
  assert.deepEqual([waiting.status, waiting.error], ["queued", null]);
  assert.ok(waiting.sealed_content, "it has to leave yet");
  await assert.rejects(send(id, true), /no such mailbox/);
  const failed = await logged(id);
  assert.deepEqual(
    [failed.status, failed.error, failed.sealed_content, failed.sent_at],
    ["failed", "smtp: no such mailbox", null, null],
  );
  state.failure = failure(false);
  const never = await queued(plain);
  await send(never);
  assert.deepEqual(
    [(await logged(never)).status, (await logged(never)).error],
    ["failed", "smtp: no such mailbox"],
  );
  delete state.failure;
  for (const over of [id, never]) await send(over);
  assert.deepEqual(state.left, [], "what is over stays over");
  state.failure = new Error("broken");
  const broken = await queued(plain);
  await assert.rejects(send(broken), /broken/);
  assert.equal((await logged(broken)).status, "queued");
  const bystander = await queued(plain);
  await assert.rejects(send(broken, true));
  assert.equal((await logged(bystander)).status, "queued");
  await send(id.replace(/.$/, (last) => (last === "0" ? "1" : "0")));
});

test("a mail with a secret that an earlier version wrote in the open is blotted out once it is over", async (t) => {
  provider(t);
  const written = async (email_type: string) => {
    const id = await queued({ ...plain, html: "<b>s3cret</b>" });
    await inside(frontdesk, workspace.id, (ctx) =>
      ctx.db.update("email_logs").set({ email_type }).where("id", "=", id).execute(),
    );
    await send(id);
    const { text_body, html_body } = await logged(id);
    return [text_body, html_body];
  };
  assert.deepEqual(await written("sign_in_link"), [mask, null]);
  for (const kind of ["birthday", "of another version"]) {
    assert.deepEqual(await written(kind), [plain.text, "<b>s3cret</b>"], kind);
  }
});
