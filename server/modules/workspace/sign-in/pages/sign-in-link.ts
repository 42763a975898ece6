/** Signing in by a mailed link: a way past a forgotten password, and past whoever keeps guessing at it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../../kernel/app.ts";
import { sendPage } from "../../../../surfaces/html-page.ts";
import { countAttempt } from "../attempts.ts";
import { mailLink, useLink } from "../mailed-links.ts";
import { personById } from "../people.store.ts";
import { formOf } from "../../../../surfaces/bodies.ts";
import { linkMailedPage, openLinkPage, signInPage } from "./sign-in-page.ts";
import { enterAs, localPath, ownPagesOnly } from "./sign-in.ts";

/** Mails to one account within a quarter of an hour; who asks for more is told the same and sent nothing. */
const mailsAtMost = 3;
/** What could be the address of an account; whether it is one is nobody's business. */
const addressForm = /^[^\s@]+@[^\s@]+$/;

export function addSignInLinkPages(http: FastifyInstance, app: App): void {
  http.post(
    "/sign-in/link",
    ownPagesOnly(app, (request, reply) => ask(app, request, reply)),
  );
  // Programs that look through mail follow every link; so following it shows a button, and the button signs in.
  http.get("/sign-in/link/:link", (_request, reply) => sendPage(reply, 200, openLinkPage()));
  http.post(
    "/sign-in/link/:link",
    ownPagesOnly(app, (request, reply) => open(app, request, reply)),
  );
}

async function ask(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { email: typed = "", next } = formOf(request);
  const email = typed.trim();
  if (!addressForm.test(email)) {
    const notice = email
      ? "This is not a complete e-mail address. Correct it, and we mail a link to it."
      : "Enter your e-mail address first, and we mail a link to it.";
    return sendPage(reply, 400, signInPage({ email: email.slice(0, 320), next: localPath(next), notice }));
  }
  const asked = await countAttempt(app, {
    address: request.ip,
    account: email,
    purpose: "to be mailed a link",
  });
  if (asked <= mailsAtMost) {
    // Not waited for: how long it takes would tell who has an account.
    mailLink(app, email.slice(0, 320), request.id).catch((error: Error) =>
      app.log.error({ error: error.message, corrId: request.id }, "a link to sign in could not be mailed"),
    );
  }
  return sendPage(reply, 200, linkMailedPage());
}

async function open(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await countAttempt(app, { address: request.ip, account: "", purpose: "to be mailed a link" });
  const userId = await useLink(app, (request.params as { link: string }).link);
  const person = userId === undefined ? undefined : await personById(app, userId);
  if (person?.status === "active") return enterAs(app, request, reply, person);
  const notice = "This link was used before, or it is older than fifteen minutes. Ask for another one.";
  return sendPage(reply, 410, signInPage({ notice }));
}
