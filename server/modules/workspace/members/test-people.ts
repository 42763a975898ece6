/** What the tests about people share: inviting, following the mail's link, signing in and calling with the cookie. */
import assert from "node:assert/strict";
import { listOutbox } from "../../../local-outbox.ts";
import type { Answer, Harness, TestWorkspace } from "../../../testing/harness.ts";

export const users = "/api/v1/company/users";
export const ours = { origin: "http://frontdesk.test" };
export const password = "correct horse battery";

export async function invite(
  workspace: TestWorkspace,
  email: string,
  role = "client_editor",
  full_name = "Jo Smith",
): Promise<string> {
  const answer = await workspace.call("POST", `${users}/invite`, { email, role, full_name });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

/** The path of the link in the last invitation that was mailed to this address. */
export async function linkTo(frontdesk: Harness, workspace: TestWorkspace, email: string): Promise<string> {
  await frontdesk.settle();
  const mails = (await listOutbox(frontdesk.app, workspace.id)).filter(({ to }) => to === email);
  const paths = mails.flatMap(({ body }) => /http:\/\/frontdesk\.test(\/join\/[\w-]+)/.exec(body)?.[1] ?? []);
  const path = paths.at(-1);
  assert.ok(path, `${mails.length} mails went to ${email}`);
  return path;
}

/** The Cookie header a browser would send after this answer. */
export function cookieOf(answer: Answer): string {
  const [cookie = ""] = [answer.headers["set-cookie"] ?? ""].flat();
  assert.match(cookie, /^frontdesk_session=[\w-]{43};/, answer.text);
  return cookie.split(";")[0] ?? "";
}

type Joined = { id: string; email: string; cookie: string };

/** Invites somebody and has them join as a new person. */
export async function joined(
  frontdesk: Harness,
  workspace: TestWorkspace,
  role: string,
  email = `${role}-${workspace.id}@example.com`,
): Promise<Joined> {
  const id = await invite(workspace, email, role);
  const link = await linkTo(frontdesk, workspace, email);
  const form = { full_name: "Jo Smith", password };
  const answer = await frontdesk.call("POST", link, { form, headers: ours });
  assert.equal(answer.status, 303, answer.text);
  return { id, email, cookie: cookieOf(answer) };
}

export async function signIn(
  frontdesk: Harness,
  email: string,
  wanted = password,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const form = { email, password: wanted };
  return frontdesk.call("POST", "/sign-in", { form, headers: { ...ours, ...headers } });
}

/** A call as a signed-in browser makes it from our own page. */
export function browse(
  frontdesk: Harness,
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const headers = { ...ours, cookie };
  return frontdesk.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
}
