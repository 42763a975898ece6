import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { sendPage } from "../../../surfaces/html-page.ts";
import type { Body } from "../../../surfaces/http.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBookingByToken } from "../bookings/bookings.store.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { openSlotsFor } from "../bookings/slots-for.ts";
import { findService } from "../services/services.store.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { managePage, unknownLinkPage } from "./manage-page.ts";

type Link = { company_slug: string; token: string };
type Request = FastifyRequest<{ Params: Link; Querystring: Record<string, string | undefined> }>;

const path = "/book/:company_slug/manage/:token";
const movableDays = 14;
const mostTimes = 200;
const notices: Record<string, string> = {
  moved: "Your booking was moved.",
  cancelled: "Your booking was cancelled.",
  taken: "That time has just been taken. Please choose another one.",
  refused: "That is not possible any more.",
};

/** The booker's page behind the management link: seeing, moving and cancelling one booking. The token is the credential. */
export function addManagePages(http: FastifyInstance, app: App): void {
  http.get<{ Params: Link; Querystring: Record<string, string | undefined> }>(path, (request, reply) =>
    show(app, request, reply),
  );
  http.post<{ Params: Link; Querystring: Record<string, string | undefined> }>(path, (request, reply) =>
    change(app, request, reply),
  );
}

async function show(app: App, request: Request, reply: FastifyReply): Promise<FastifyReply> {
  const html = await withBooking(app, request, "manage_booking_page", async (ctx, booking) => {
    const { name } = await workspaceOf(ctx);
    const mayChange = isChangeable(ctx, booking);
    const times = mayChange ? await timesToMoveTo(ctx, booking) : [];
    const notice = notices[request.query["notice"] ?? ""];
    return managePage({ company: name, booking, times, mayChange, notice });
  });
  return sendPage(reply, html === undefined ? 404 : 200, html ?? unknownLinkPage());
}

async function change(app: App, request: Request, reply: FastifyReply): Promise<FastifyReply> {
  const form = (request.body as Body | undefined)?.form ?? {};
  let notice: string | undefined;
  try {
    notice = await withBooking(app, request, "manage_booking", (ctx, booking) => apply(ctx, booking, form));
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    notice = error.code === "SLOT_UNAVAILABLE" ? "taken" : "refused";
  }
  if (notice === undefined) return sendPage(reply, 404, unknownLinkPage());
  const { company_slug: slug, token } = request.params;
  return reply.redirect(`/book/${encodeURIComponent(slug)}/manage/${token}?notice=${notice}`, 303);
}

async function apply(ctx: Ctx, booking: Booking, form: Record<string, string>): Promise<string> {
  if (booking.status === "cancelled" && form["action"] === "cancel") return "cancelled";
  if (!isChangeable(ctx, booking)) return "refused";
  if (form["action"] === "cancel") {
    await cancel(ctx, booking.id, { reason: form["reason"]?.slice(0, 500) || "cancelled by the booker" });
    return "cancelled";
  }
  const startsAt = new Date(form["starts_at"] ?? "");
  if (form["action"] !== "move" || Number.isNaN(startsAt.getTime())) return "refused";
  // The booker chooses among open slots, whoever made the booking and however free of the grid they were.
  await reschedule(ctx, booking.id, { startsAt, offGrid: false });
  return "moved";
}

function isChangeable(ctx: Ctx, booking: Booking): boolean {
  return booking.status === "confirmed" && booking.starts_at > ctx.now;
}

async function timesToMoveTo(ctx: Ctx, booking: Booking): Promise<Date[]> {
  const service = booking.event_type_id ? await findService(ctx, { id: booking.event_type_id }) : undefined;
  const slots = await openSlotsFor(ctx, {
    service,
    from: ctx.now,
    to: new Date(ctx.now.getTime() + movableDays * DAY_MS),
    excludeBookingId: booking.id,
    durationMinutes: Math.ceil((booking.ends_at.getTime() - booking.starts_at.getTime()) / 60_000),
    limit: mostTimes,
  });
  return slots.map((slot) => slot.startsAt).filter((time) => time.getTime() !== booking.starts_at.getTime());
}

/** Runs `work` with the booking of a link that holds; undefined for one that does not, whatever the reason. */
async function withBooking<T>(
  app: App,
  request: Request,
  operation: string,
  work: (ctx: Ctx, booking: Booking) => Promise<T>,
): Promise<T | undefined> {
  const { company_slug: slug, token } = request.params;
  if (!isId(token)) return undefined;
  const workspace = await app.database.system("authenticate", (kysely) =>
    kysely.selectFrom("workspaces").select("id").where("slug", "=", slug).executeTakeFirst(),
  );
  if (!workspace) return undefined;
  const workspaceId = workspace.id;
  const actor = {
    kind: "anonymous" as const,
    id: "booker",
    name: "Booker",
    workspaceId,
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  return app.inWorkspace(
    { workspaceId, actor, operation, surface: "page", requestId: request.id },
    async (ctx) => {
      const booking = await findBookingByToken(ctx, token.toLowerCase());
      const expiresAt = booking?.management_token_expires_at;
      return booking && expiresAt && expiresAt > ctx.now ? work(ctx, booking) : undefined;
    },
  );
}
