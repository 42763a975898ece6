import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../../kernel/app.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { sendPage } from "../../../../surfaces/html-page.ts";
import { mustComeFromOurPages, one } from "../../../../surfaces/http.ts";
import { formOf } from "../../../../surfaces/bodies.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { verifyPassword } from "../../../workspace/sign-in/passwords.ts";
import { hashOfToken } from "../../../workspace/sign-in/tokens.ts";
import { isOpen } from "../status-portals/status-portal.ts";
import { recordWrongPin } from "../status-portals/pins.ts";
import {
  countGuess,
  lockMs,
  markOpened,
  portalOfToken,
  workOfDeal,
} from "../status-portals/status-portals.store.ts";
import type { WorkStatusPortal } from "../work-order.ts";
import { holdsPass, passCookie } from "./portal-pass.ts";
import { pinPage, progressPage, unknownPortalPage } from "./work-status-page.ts";
import { progressOf } from "./work-progress.ts";

type Request = FastifyRequest<{ Params: { token: string } }>;

const path = "/work-status/:token";
const tokenForm = /^[\w-]{43}$/;
const pinForm = /^\d{6}$/;

/** The customer's page behind a work status link: it asks for the PIN and then shows how the work stands. */
export function addWorkStatusPages(http: FastifyInstance, app: App): void {
  http.get<{ Params: { token: string } }>(path, (request, reply) =>
    withPortal(app, request, reply, (portal) => show(app, request, reply, portal)),
  );
  http.post<{ Params: { token: string } }>(path, (request, reply) =>
    withPortal(app, request, reply, (portal) => enter(app, request, reply, portal)),
  );
}

/** Unknown, expired and revoked links look the same: nobody learns that there was one. */
async function withPortal(
  app: App,
  request: Request,
  reply: FastifyReply,
  work: (portal: WorkStatusPortal) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const { token } = request.params;
  const portal = tokenForm.test(token) ? await portalOfToken(app, hashOfToken(token)) : undefined;
  if (!portal || !isOpen(portal, app.clock.now())) return sendPage(reply, 404, unknownPortalPage());
  return work(portal);
}

async function show(
  app: App,
  request: Request,
  reply: FastifyReply,
  portal: WorkStatusPortal,
): Promise<FastifyReply> {
  const mayLook = await holdsPass(app, portal.id, one(request.headers.cookie));
  const html = await inPortal(app, request, portal, "show_work_status", async (ctx) => {
    const { name: company } = await workspaceOf(ctx);
    if (!mayLook) return pinPage({ company });
    const deal = await workOfDeal(ctx, portal.opportunity_id);
    return progressPage({
      company,
      dealName: deal?.name ?? "",
      work: await progressOf(ctx, portal.opportunity_id),
    });
  });
  return sendPage(reply, 200, html);
}

async function enter(
  app: App,
  request: Request,
  reply: FastifyReply,
  portal: WorkStatusPortal,
): Promise<FastifyReply> {
  const form = formOf(request);
  const pin = (form["pin"] ?? "").replaceAll(/\s/g, "");
  const company = await inPortal(
    app,
    request,
    portal,
    "show_work_status",
    async (ctx) => (await workspaceOf(ctx)).name,
  );
  try {
    mustComeFromOurPages(app, request);
  } catch {
    return sendPage(reply, 403, pinPage({ company, notice: "Enter the PIN here, on this page." }));
  }
  if (!pinForm.test(pin)) {
    return sendPage(reply, 400, pinPage({ company, notice: "Enter the six digits from the e-mail." }));
  }
  const guess = await inPortal(app, request, portal, "guess_work_status_pin", (ctx) =>
    countGuess(ctx, portal.id),
  );
  if (!guess) return shut(reply, company);
  const { token } = request.params;
  // Outside of any transaction: it takes long on purpose.
  if (!(await verifyPassword(pin, guess.pinHash))) {
    const ended = await inPortal(app, request, portal, "guess_work_status_pin", (ctx) =>
      recordWrongPin(ctx, portal, token),
    );
    if (ended === "link") return sendPage(reply, 404, unknownPortalPage());
    if (ended === "pin") return replaced(reply, company);
    if (guess.left === 0) return shut(reply, company);
    const tries = guess.left === 1 ? "one more try" : `${guess.left} more tries`;
    return sendPage(reply, 403, pinPage({ company, notice: `That PIN is not right. You have ${tries}.` }));
  }
  const good = await inPortal(app, request, portal, "open_work_status", (ctx) =>
    opened(ctx, portal, guess.pinHash),
  );
  if (!good) return replaced(reply, company);
  return reply
    .header("set-cookie", await passCookie(app, portal.id, `/work-status/${token}`))
    .header("cache-control", "no-store")
    .redirect(`/work-status/${token}`, 303);
}

function shut(reply: FastifyReply, company: string): FastifyReply {
  const notice = `There were too many wrong PINs. Wait ${lockMs / 60_000} minutes, then try again.`;
  void reply.header("retry-after", String(lockMs / 1000));
  return sendPage(reply, 429, pinPage({ company, notice }));
}

function replaced(reply: FastifyReply, company: string): FastifyReply {
  const notice =
    "There were too many wrong PINs. A new PIN is on its way to the address the link was sent to.";
  return sendPage(reply, 403, pinPage({ company, notice }));
}

/** Records that the right PIN was entered, and tells of the first time. Returns whether that PIN is the right one still. */
async function opened(ctx: Ctx, portal: WorkStatusPortal, pinHash: string): Promise<boolean> {
  const first = await markOpened(ctx, portal, pinHash);
  if (!first) return first !== undefined;
  const deal = await workOfDeal(ctx, portal.opportunity_id);
  ctx.changed({ noun: "work_status_portal", id: portal.id, action: "opened" });
  ctx.emit({
    type: "work_order.opened",
    noun: "work_status_portal",
    recordId: portal.id,
    payload: {
      id: portal.id,
      deal_id: portal.opportunity_id,
      recipient_name: portal.recipient_name,
      work_order_name: deal?.name ?? null,
      opened_at: ctx.now.toISOString(),
    },
  });
  return true;
}

function inPortal<T>(
  app: App,
  request: Request,
  portal: WorkStatusPortal,
  operation: string,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const { workspace_id: workspaceId, recipient_name: name } = portal;
  const actor = {
    kind: "anonymous" as const,
    id: portal.id,
    name,
    workspaceId,
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  return app.inWorkspace({ workspaceId, actor, operation, surface: "page", requestId: request.id }, work);
}
