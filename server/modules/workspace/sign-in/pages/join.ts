/** The page behind an invitation's link. The link is the credential; whoever has it got the mail. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../../kernel/app.ts";
import { OperationError } from "../../../../kernel/errors.ts";
import { sendPage } from "../../../../surfaces/html-page.ts";
import { acceptInvitation, invitationOf } from "../../members/invitations.ts";
import type { Invitation } from "../../members/invitations.ts";
import { checkedPassword, hashPassword } from "../passwords.ts";
import { createPerson, personByEmail } from "../people.store.ts";
import { signedIn } from "../sessions.ts";
import { formOf } from "../../../../surfaces/bodies.ts";
import { expiredInvitationPage, joinPage, unknownInvitationPage } from "./join-page.ts";
import type { Joining } from "./join-page.ts";
import { enter, ownPagesOnly, personWith, tokenOf } from "./sign-in.ts";

const tokenForm = /^[\w-]{43}$/;

export function addJoinPages(http: FastifyInstance, app: App): void {
  http.get("/join/:token", (request, reply) =>
    withInvitation(app, request, reply, async (invitation) => {
      const joining = await joiningOf(app, request, invitation);
      return sendPage(reply, 200, joinPage(invitation, joining));
    }),
  );
  http.post(
    "/join/:token",
    ownPagesOnly(app, (request, reply) =>
      withInvitation(app, request, reply, (invitation) => join(app, request, reply, invitation)),
    ),
  );
}

function tokenOfLink(request: FastifyRequest): string {
  return (request.params as { token: string }).token;
}

async function withInvitation(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (invitation: Invitation) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const token = tokenOfLink(request);
  const invitation = tokenForm.test(token) ? await invitationOf(app, token) : undefined;
  if (!invitation) return sendPage(reply, 404, unknownInvitationPage());
  if (invitation.expired) return sendPage(reply, 410, expiredInvitationPage(invitation.company));
  return work(invitation);
}

async function joiningOf(app: App, request: FastifyRequest, { email }: Invitation): Promise<Joining> {
  const here = await signedIn(app, tokenOf(request), request.ip);
  if (here) return { kind: "here", name: here.name, email: here.email };
  const known = await personByEmail(app, email);
  return { kind: known ? "known" : "new" };
}

async function join(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  invitation: Invitation,
): Promise<FastifyReply> {
  const joining = await joiningOf(app, request, invitation);
  try {
    const person = await personJoining(app, request, invitation, joining);
    await acceptInvitation(app, invitation, tokenOfLink(request), person, request.id);
    return await enter(app, request, reply, { userId: person.id, place: invitation });
  } catch (error) {
    if (!(error instanceof OperationError) || error.status === 429) throw error;
    return sendPage(reply, error.status, joinPage(invitation, joining, error.message));
  }
}

/** Who joins: the one signed in, the account of the invited address, or somebody new. */
async function personJoining(
  app: App,
  request: FastifyRequest,
  { email }: Invitation,
  joining: Joining,
): Promise<{ id: string; full_name: string }> {
  const { as, full_name: fullName = "", password = "" } = formOf(request);
  const here = await signedIn(app, tokenOf(request), request.ip);
  if (here && as === "signed-in") return { id: here.userId, full_name: here.name };
  if (joining.kind === "known") {
    const person = await personWith(app, request, email, password);
    if (!person)
      throw new OperationError("UNAUTHORIZED", 401, "The password is not right.", {
        fix: "Type it again, or ask for a link to set a new one.",
      });
    return person;
  }
  const named = fullName.trim().slice(0, 200);
  if (named === "")
    throw new OperationError("INVALID_NAME", 400, "Say your name.", {
      fix: "Write your first and last name.",
    });
  const hash = await hashPassword(checkedPassword("password", password));
  const id = await createPerson(app, { email, fullName: named, hash });
  if (id === undefined)
    throw new OperationError("CONFLICT", 409, "There is an account with this address now.", {
      fix: "Open the invitation again and sign in.",
    });
  return { id, full_name: named };
}
