/** The person's side of a consent: they see who asks for what, prove who they are, and get a code for their agent. */
import { dictionary } from "../../../../kernel/dictionary.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../../kernel/app.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { OperationError } from "../../../../kernel/errors.ts";
import { sendPage } from "../../../../surfaces/html-page.ts";
import { mustComeFromOurPages } from "../../../../surfaces/http.ts";
import { formOf } from "../../../../surfaces/bodies.ts";
import { countAttempt } from "../../../workspace/sign-in/attempts.ts";
import { knownProvider, publicProvider } from "../provider.ts";
import type { PublicProvider } from "../provider.ts";
import { agentCode, idOfLink, linkOf } from "./codes.ts";
import { shownAgentName, shownScopes } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { consentPage, questionPage, unknownConsentPage } from "./consent-page.ts";
import { lockConsent } from "./consents.store.ts";
import { askForConsent, confirmConsent, revokeConsent, sendAnotherCode } from "./give-consent.ts";

type Query = Record<string, string | string[] | undefined>;
type Question = FastifyRequest<{ Params: { provider_id: string }; Querystring: Query }>;
type Page = FastifyRequest<{ Params: { provider_id: string; link: string }; Querystring: Query }>;

const path = "/providers/:provider_id/aam/consent";

const notices: Record<string, string> = dictionary({
  sent: "We sent you another code. The one before no longer works.",
  wrong: "This was not the right code.",
  refused: "That is not possible any more.",
  elsewhere: "This was sent from another site's page, so nothing was done. Use the buttons here.",
});

export function addConsentPages(http: FastifyInstance, app: App): void {
  http.get(path, (request: Question, reply) => ask(app, request, reply));
  http.post(path, (request: Question, reply) => begin(app, request, reply));
  http.get(`${path}/:link`, (request: Page, reply) => show(app, request, reply));
  http.post(`${path}/:link`, (request: Page, reply) => change(app, request, reply));
}

async function ask(app: App, request: Question, reply: FastifyReply): Promise<FastifyReply> {
  const provider = await publicProvider(app, request.params.provider_id);
  if (!provider) return sendPage(reply, 404, unknownConsentPage());
  return sendPage(reply, 200, questionPage(provider, requestIn(request.query)));
}

function requestIn(fields: Query): { agentName: string; scopes: string[] } {
  return { agentName: shownAgentName(fields["agent"]), scopes: shownScopes(fields["scope"]) };
}

async function begin(app: App, request: Question, reply: FastifyReply): Promise<FastifyReply> {
  const provider = await publicProvider(app, request.params.provider_id);
  if (!provider) return sendPage(reply, 404, unknownConsentPage());
  let asked = { ...requestIn(request.query), name: "", contact: "" };
  try {
    const { name = "", contact = "", ...form } = formOf(request);
    asked = { ...requestIn(form), name, contact };
    mustComeFromOurPages(app, request);
    await countAttempt(app, { address: request.ip, account: asked.contact, purpose: "to let an agent in" });
    const consent = await inside(app, request, provider, "ask_for_agent_consent", (ctx) =>
      askForConsent(ctx, asked),
    );
    return await reply.redirect(pagePath(app, provider, consent), 303);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    void reply.headers(error.headers ?? {});
    const problem = problemOf(error);
    return sendPage(reply, error.status, questionPage(provider, asked, { ...asked, problem }));
  }
}

function problemOf(error: OperationError): string {
  const [field] = (error.details?.["fields"] ?? []) as { message: string }[];
  return field?.message ?? `${error.message} ${error.fix}`;
}

async function show(
  app: App,
  request: Page,
  reply: FastifyReply,
  { status = 200, notice: named = String(request.query["notice"] ?? "") } = {},
): Promise<FastifyReply> {
  const found = await withConsent(app, request, (_ctx, consent) => Promise.resolve(consent));
  if (!found) return sendPage(reply, 404, unknownConsentPage());
  const notice = notices[named];
  const { provider, result } = found;
  const about = { now: app.clock.now(), code: agentCode(app, result.id), notice };
  return sendPage(reply, status, consentPage(provider, result, about));
}

async function change(app: App, request: Page, reply: FastifyReply): Promise<FastifyReply> {
  try {
    mustComeFromOurPages(app, request);
  } catch {
    return show(app, request, reply, { status: 403, notice: "elsewhere" });
  }
  const found = await withConsent(app, request, async (ctx, consent) => ({
    consent,
    notice: await apply(ctx, consent, formOf(request)),
  }));
  if (!found) return sendPage(reply, 404, unknownConsentPage());
  const { consent, notice } = found.result;
  const query = notice === undefined ? "" : `?notice=${notice}`;
  return reply.redirect(`${pagePath(app, found.provider, consent)}${query}`, 303);
}

/** Carries out what a button asks for; answers what there is to say about it. */
async function apply(ctx: Ctx, consent: Consent, form: Record<string, string>): Promise<string | undefined> {
  switch (form["action"]) {
    case "confirm": {
      const after = await confirmConsent(ctx, consent, form["code"] ?? "");
      return after.state === "asked" ? "wrong" : undefined;
    }
    case "again":
      return (await sendAnotherCode(ctx, consent)) ? "sent" : "refused";
    case "revoke":
      await revokeConsent(ctx, consent, "person");
      return undefined;
    default:
      return "refused";
  }
}

/** Runs `work` with the consent of a link that is one of ours, at the business it was given for. */
async function withConsent<T>(
  app: App,
  request: Page,
  work: (ctx: Ctx, consent: Consent) => Promise<T>,
): Promise<{ provider: PublicProvider; result: T } | undefined> {
  const id = idOfLink(app, request.params.link);
  // Also where the business offers nothing any more: what was allowed can be taken back.
  const provider = id === undefined ? undefined : await knownProvider(app, request.params.provider_id);
  if (id === undefined || !provider) return undefined;
  return inside(app, request, provider, "agent_consent_page", async (ctx) => {
    const consent = await lockConsent(ctx, id);
    return consent && { provider, result: await work(ctx, consent) };
  });
}

function inside<T>(
  app: App,
  request: FastifyRequest,
  { id: workspaceId }: PublicProvider,
  operation: string,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const actor = {
    kind: "anonymous" as const,
    id: "customer",
    name: "Customer",
    workspaceId,
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  return app.inWorkspace({ workspaceId, actor, operation, surface: "page", requestId: request.id }, work);
}

function pagePath(app: App, provider: PublicProvider, consent: Consent): string {
  return `/providers/${provider.id}/aam/consent/${linkOf(app, consent.id)}`;
}
