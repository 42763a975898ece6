import assert from "node:assert/strict";
import { test } from "node:test";
import { everyScope } from "../../../scopes.ts";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { acceptInvitation, invitationOf } from "./invitations.ts";
import { browse, cookieOf, invite, joined, linkTo, ours, password, signIn, users } from "./test-people.ts";

const frontdesk = await startHarness();
const joining = { full_name: "Jo Smith", password };
let made = 0;
const newEmail = () => `jo-${++made}@example.com`;

function post(link: string, form: Record<string, string> = joining, cookie?: string) {
  return frontdesk.call("POST", link, { form, headers: { ...ours, ...(cookie ? { cookie } : {}) } });
}

test("workspace.invite_company_user#0 e-mail and role are needed", async () => {
  const workspace = await frontdesk.workspace();
  for (const [body, field] of [
    [{ role: "client_editor" }, "email"],
    [{ email: newEmail() }, "role"],
    [{ email: "nobody", role: "client_editor" }, "email"],
    [{ email: "", role: "client_editor" }, "email"],
  ] as const) {
    const answer = await workspace.call("POST", `${users}/invite`, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
});

test("workspace.invite_company_user#1 the role is one of three, and what the person then has", async () => {
  const workspace = await frontdesk.workspace();
  const wrong = await workspace.call("POST", `${users}/invite`, { email: newEmail(), role: "boss" });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /client_admin, client_editor, client_viewer/);
  for (const role of ["client_admin", "client_editor", "client_viewer"]) {
    const { id } = await joined(frontdesk, workspace, role);
    assert.equal((await workspace.call("GET", `${users}/${id}`)).body.data.role, role);
  }
});

test("workspace.invite_company_user#2 the invited gets a mail, follows its link, and is in", async () => {
  const workspace = await frontdesk.workspace({ name: "Pipe & <Drain>" });
  const email = newEmail();
  const answer = await workspace.call("POST", `${users}/invite`, {
    email: email.toUpperCase(),
    role: "client_editor",
    full_name: "Jo",
  });
  assert.equal(answer.status, 201, answer.text);
  const { id, status, full_name: name } = answer.body.data;
  assert.deepEqual([status, name, answer.body.data.email], ["invited", "Jo", email]);
  await frontdesk.settle();
  const mail = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("email_logs").selectAll().where("recipient_email", "=", email).executeTakeFirstOrThrow(),
  );
  assert.deepEqual([mail.status, mail.subject], ["sent", "Your invitation to Pipe & <Drain>"]);
  const text = String(mail.text_body);
  assert.match(
    text,
    /^Hello Jo,\n\nYou are invited to the front desk of Pipe & <Drain>, as an editor\.\n/,
    "a key is nobody to be invited by",
  );
  assert.match(text, /works once, until Mon 9 Mar[^,]*, 9:00 AM \(London time\)\./);
  const link = await linkTo(frontdesk, workspace, email);
  const page = await frontdesk.call("GET", link);
  assert.equal(page.status, 200);
  assert.match(page.text, /Pipe &amp; &lt;Drain&gt;/);
  assert.equal(page.headers["referrer-policy"], "same-origin");
  assert.equal(page.headers["cache-control"], "no-store");
  assert.match(page.text, /<label for="password">/);
  const entered = await post(link);
  assert.equal(entered.status, 303, entered.text);
  const cookie = cookieOf(entered);
  const me = (await workspace.call("GET", `${users}/${id}`)).body.data;
  assert.deepEqual([me.status, me.full_name], ["active", "Jo Smith"]);
  assert.equal((await browse(frontdesk, cookie, "GET", "/api/v1/contacts")).status, 200);
  assert.equal((await signIn(frontdesk, email)).status, 303);
  // The token is stored nowhere but in the mail.
  const token = link.split("/").at(-1) ?? "";
  const invitations = await frontdesk.app.database.system("simulator", (kysely) =>
    kysely.selectFrom("member_invitations").selectAll().execute(),
  );
  assert.ok(!JSON.stringify(invitations).includes(token));
});

test("an invitation names who sent it, and is not addressed to an address", async () => {
  const workspace = await frontdesk.workspace({ name: "Drains" });
  const { cookie } = await joined(frontdesk, workspace, "client_admin");
  const email = newEmail();
  const answer = await browse(frontdesk, cookie, "POST", `${users}/invite`, { email, role: "client_viewer" });
  assert.equal(answer.status, 201, answer.text);
  await frontdesk.settle();
  const [mail] = (await listOutbox(frontdesk.app, workspace.id)).filter(({ to }) => to === email);
  assert.match(
    mail?.body ?? "",
    /^Hello,\n\nJo Smith has invited you to the front desk of Drains, as a viewer\.\n/,
  );
});

test("a link works once, and only the newest one", async () => {
  const workspace = await frontdesk.workspace();
  const email = newEmail();
  const id = await invite(workspace, email, "client_viewer");
  const old = await linkTo(frontdesk, workspace, email);
  await frontdesk.advance(60);
  assert.equal(await invite(workspace, email, "client_editor"), id, "the same member, asked again");
  const link = await linkTo(frontdesk, workspace, email);
  assert.notEqual(link, old);
  assert.equal((await frontdesk.call("GET", old)).status, 404);
  assert.equal((await post(old)).status, 404);
  assert.equal((await post(link)).status, 303);
  assert.equal((await workspace.call("GET", `${users}/${id}`)).body.data.role, "client_editor");
  const again = await post(link);
  assert.equal(again.status, 404);
  assert.match(again.text, /sign in/);
  for (const wrong of ["/join/nonsense", `/join/${"A".repeat(43)}`]) {
    assert.equal((await frontdesk.call("GET", wrong)).status, 404);
    assert.equal((await post(wrong)).status, 404);
  }
});

test("after seven days the page says so and whom to ask", async () => {
  const workspace = await frontdesk.workspace({ name: "Slow Pipes" });
  const email = newEmail();
  await invite(workspace, email);
  const link = await linkTo(frontdesk, workspace, email);
  await frontdesk.advance(7 * 24 * 3600 - 60);
  assert.equal((await frontdesk.call("GET", link)).status, 200);
  await frontdesk.advance(61);
  const late = await frontdesk.call("GET", link);
  assert.equal(late.status, 410);
  assert.match(late.text, /Slow Pipes/);
  assert.match(late.text, /invite you again/);
  assert.equal((await post(link)).status, 410);
  await invite(workspace, email);
  assert.equal((await post(await linkTo(frontdesk, workspace, email))).status, 303);
});

test("who is active already is not invited again, in whatever spelling", async () => {
  const workspace = await frontdesk.workspace();
  const { id, email } = await joined(frontdesk, workspace, "client_editor");
  for (const spelling of [email, email.toUpperCase(), ` ${email} `]) {
    const answer = await workspace.call("POST", `${users}/invite`, { email: spelling, role: "client_admin" });
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.error.code, "ALREADY_MEMBER");
    assert.equal(answer.body.error.details.user_id, id);
  }
});

test("an address invited again keeps its name unless another is sent, and is nobody's but that one's", async () => {
  const [workspace, elsewhere] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const email = "again@example.com";
  const ask = async (of: typeof workspace, body: object) => {
    const answer = await of.call("POST", "/api/v1/company/users/invite", { email, ...body });
    assert.equal(answer.status, 201, answer.text);
    const { id, full_name, role } = answer.body.data;
    return { id, full_name, role };
  };
  const first = await ask(workspace, { role: "client_viewer", full_name: "  Ann  " });
  assert.equal(first.full_name, "Ann");
  const bystander = await ask(workspace, { role: "client_viewer", email: "other@example.com" });
  assert.equal(bystander.full_name, "other@example.com", "without a name the address stands in for one");
  for (const body of [{ role: "client_editor" }, { role: "client_editor", full_name: " " }]) {
    assert.deepEqual(await ask(workspace, { ...body, email: " AGAIN@example.com " }), {
      ...first,
      role: "client_editor",
    });
  }
  assert.deepEqual(await ask(workspace, { role: "client_editor", full_name: "Anna" }), {
    ...first,
    full_name: "Anna",
    role: "client_editor",
  });
  assert.notEqual((await ask(elsewhere, { role: "client_editor" })).id, first.id);
  const { data } = (await workspace.call("GET", "/api/v1/company/users?status=invited")).body;
  assert.deepEqual(
    data.map((row: { full_name: string; role: string }) => [row.full_name, row.role]),
    [
      ["Anna", "client_editor"],
      ["other@example.com", "client_viewer"],
    ],
  );
  assert.equal((await workspace.call("DELETE", `/api/v1/company/users/${first.id}`)).status, 204);
  assert.notEqual(
    (await ask(workspace, { role: "client_editor" })).id,
    first.id,
    "who was removed comes anew",
  );
});

test("one address invited twice at the same moment is one member, and one of two links joins", async () => {
  const workspace = await frontdesk.workspace();
  const email = newEmail();
  const body = { email, role: "client_editor" };
  const answers = await Promise.all([1, 2, 3].map(() => workspace.call("POST", `${users}/invite`, body)));
  assert.ok(
    answers.every((one) => [201, 409].includes(one.status)),
    answers.map((one) => one.text).join(),
  );
  assert.ok(answers.some((one) => one.status === 201));
  const { data } = (await workspace.call("GET", `${users}?status=invited`)).body;
  assert.equal(data.length, 1);
  const link = await linkTo(frontdesk, workspace, email);
  const [first, second] = await Promise.all([post(link), post(link)]);
  assert.equal([first, second].filter((one) => one.status === 303).length, 1, first.text + second.text);
});

test("an account from elsewhere joins with its password, or with one click when signed in", async () => {
  const [first, second, third] = [
    await frontdesk.workspace({ name: "First" }),
    await frontdesk.workspace({ name: "Second" }),
    await frontdesk.workspace({ name: "Third" }),
  ];
  const { email, cookie } = await joined(frontdesk, first, "client_editor");
  await invite(second, email, "client_viewer", "Called Otherwise");
  const link = await linkTo(frontdesk, second, email);
  assert.match((await frontdesk.call("GET", link)).text, /account with this address/);
  const wrong = await post(link, { password: "not this one" });
  assert.equal(wrong.status, 401);
  assert.match(wrong.text, /password is not right/);
  const entered = await post(link, { password });
  assert.equal(entered.status, 303, entered.text);
  const here = await browse(frontdesk, cookieOf(entered), "GET", "/sign-in");
  assert.match(here.text, /<dt>Workspace<\/dt><dd>Second<\/dd>/);
  assert.match(here.text, /Go to First/);
  // Invited under another address, joined as who they are.
  const other = newEmail();
  const id = await invite(third, other);
  const page = await browse(frontdesk, cookie, "GET", await linkTo(frontdesk, third, other));
  assert.match(page.text, new RegExp(`Join as Jo Smith \\(${email}\\)`));
  const click = await post(await linkTo(frontdesk, third, other), { as: "signed-in" }, cookie);
  assert.equal(click.status, 303, click.text);
  const member = (await third.call("GET", `${users}/${id}`)).body.data;
  assert.deepEqual([member.status, member.email], ["active", email]);
  // Nobody is two members of one workspace.
  const twice = newEmail();
  await invite(third, twice);
  const again = await post(await linkTo(frontdesk, third, twice), { as: "signed-in" }, cookieOf(click));
  assert.equal(again.status, 409);
  assert.match(again.text, /belong to this workspace already/);
});

test("a weak password, no name, or a page of another site: nobody joins", async () => {
  const workspace = await frontdesk.workspace();
  const email = newEmail();
  const id = await invite(workspace, email);
  const link = await linkTo(frontdesk, workspace, email);
  for (const form of [
    { full_name: "Jo", password: "short" },
    { full_name: "Jo", password: "x".repeat(201) },
    { full_name: " ", password },
    { full_name: "J\0o", password },
  ]) {
    const answer = await post(link, form);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, /role="alert"/);
  }
  for (const headers of [{}, { origin: "https://evil.example" }] as Record<string, string>[]) {
    assert.equal((await frontdesk.call("POST", link, { form: joining, headers })).status, 403);
  }
  assert.equal((await workspace.call("GET", `${users}/${id}`)).body.data.status, "invited");
});

test("a link that was replaced, or ran out, while its page was being filled in lets nobody in", async () => {
  const workspace = await frontdesk.workspace();
  const elsewhere = await joined(frontdesk, await frontdesk.workspace(), "client_editor");
  const { id: userId } = await frontdesk.app.database.system("simulator", (kysely) =>
    kysely.selectFrom("users").select("id").where("email", "=", elsewhere.email).executeTakeFirstOrThrow(),
  );
  const email = newEmail();
  const id = await invite(workspace, email);
  const tokenIn = async () => (await linkTo(frontdesk, workspace, email)).split("/").at(-1) ?? "";
  const accept = async (token: string, seen: Awaited<ReturnType<typeof invitationOf>>) => {
    assert.ok(seen);
    await acceptInvitation(frontdesk.app, seen, token, { id: userId, full_name: "Jo Smith" }, "test");
  };
  const old = await tokenIn();
  const seen = await invitationOf(frontdesk.app, old);
  await frontdesk.advance(1);
  await invite(workspace, email);
  await assert.rejects(accept(old, seen), /used or replaced/);
  const fresh = await tokenIn();
  const late = await invitationOf(frontdesk.app, fresh);
  await frontdesk.advance(7 * 24 * 3600);
  await assert.rejects(accept(fresh, late), /used or replaced/, "in the very moment it ends");
  assert.equal((await workspace.call("GET", `${users}/${id}`)).body.data.status, "invited");
  await invite(workspace, email);
  const last = await tokenIn();
  await accept(last, await invitationOf(frontdesk.app, last));
  assert.equal((await workspace.call("GET", `${users}/${id}`)).body.data.status, "active");
  assert.equal(await invitationOf(frontdesk.app, last), undefined);
});

test("an invitation ends with the member or the key that sent it", async () => {
  const workspace = await frontdesk.workspace();
  const { credentials } = frontdesk.app;
  const leaver = await joined(frontdesk, workspace, "client_admin");
  const body = { email: `second-${workspace.id}@example.com`, role: "client_admin", full_name: "Jo Again" };
  const sent = await browse(frontdesk, leaver.cookie, "POST", `${users}/invite`, body);
  assert.equal(sent.status, 201, sent.text);
  const link = await linkTo(frontdesk, workspace, body.email);
  assert.equal((await frontdesk.call("GET", link)).status, 200);
  assert.equal((await workspace.call("DELETE", `${users}/${leaver.id}`)).status, 204);
  assert.equal((await frontdesk.call("GET", link)).status, 404);
  const form = { full_name: "Jo Again", password };
  assert.equal((await frontdesk.call("POST", link, { form, headers: ours })).status, 404);

  const key = await credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "leaked",
    scopes: everyScope,
    approvalLevel: "full",
  });
  const third = { ...body, email: `third-${workspace.id}@example.com` };
  const invited = await frontdesk.call("POST", `${users}/invite`, { key: key.secret, body: third });
  assert.equal(invited.status, 201, invited.text);
  const byKey = await linkTo(frontdesk, workspace, third.email);
  await credentials.revoke(workspace.id, key.id);
  assert.equal((await frontdesk.call("POST", byKey, { form, headers: ours })).status, 409);
  const { status } = (await workspace.call("GET", `${users}/${invited.body.data.id}`)).body.data;
  assert.equal(status, "invited");

  await invite(workspace, third.email, "client_editor");
  const again = await linkTo(frontdesk, workspace, third.email);
  assert.equal((await frontdesk.call("POST", again, { form, headers: ours })).status, 303);
});
