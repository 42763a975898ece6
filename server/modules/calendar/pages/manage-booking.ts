/** The pages behind a management link: seeing, moving, changing and cancelling one booking. The token is the credential. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { readablePhone } from "../../../phones.ts";
import { formOf } from "../../../surfaces/bodies.ts";
import { book } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBookingByToken, lockBooking, successorOf } from "../bookings/bookings.store.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { findService } from "../services/services.store.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { bookingFile } from "./add-to-calendar.ts";
import { frameOf, inFrame, sendAnswer, unknownLinkPage } from "./answer.ts";
import type { Answer, CompanyFrame } from "./answer.ts";
import { instantOf, noDetails } from "./browse.ts";
import { changeDetails } from "./change-details.ts";
import { loadChoice } from "./choice.ts";
import { mistakesIn, readDetails } from "./details-form.ts";
import type { DetailName } from "./details-form.ts";
import { countLook, refusalOf } from "./guards.ts";
import { address, bookPath, sendBookingPage } from "./layout.ts";
import type { Frame } from "./layout.ts";
import { bookedPage, cancelPage, editPage, managePage, movePage } from "./manage-page.ts";
import type { Managed } from "./manage-page.ts";

type Link = { Params: { company_slug: string; token: string } };
type LinkRequest = FastifyRequest<Link>;
type Posted = Record<string, string>;

const path = "/book/:company_slug/manage/:token";
/** What a booker may change; where the visit is decided the time, so a new place is a new booking. */
const editable: DetailName[] = ["name", "email", "phone", "notes"];

export function addManagePages(http: FastifyInstance, app: App): void {
  http.get<Link>(path, (request, reply) => show(app, request, reply));
  http.post<Link>(path, (request, reply) => change(app, request, reply));
  http.get<Link>(`${path}/booking.ics`, (request, reply) => download(app, request, reply));
}

async function show(app: App, request: LinkRequest, reply: FastifyReply): Promise<FastifyReply> {
  countLook(app, request);
  const frame = frameOf(app, request);
  const answered = await withBooking(request, frame, "manage_booking_page", async (ctx, inside, managed) => ({
    frame: inside,
    answer: await pageFor(ctx, inside, managed),
  }));
  return sendAnswer(reply, frame, answered, unknownLinkPage);
}

async function pageFor(ctx: Ctx, frame: CompanyFrame, managed: Managed): Promise<Answer> {
  const { booking, service, mayChange, zone } = managed;
  if (!mayChange) return managePage(frame, managed);
  if (frame.query["notice"] === "booked") return bookedPage(frame, managed);
  switch (frame.query["step"]) {
    case "move": {
      const lengthMs = booking.ends_at.getTime() - booking.starts_at.getTime();
      const wanted = {
        service,
        excludeBookingId: booking.id,
        postalCode: booking.postal_code ?? undefined,
        durationMinutes: Math.ceil(lengthMs / MINUTE_MS),
      };
      const choice = await loadChoice(ctx, wanted, zone, frame.query);
      return movePage(frame, managed, without(choice, booking.starts_at));
    }
    case "edit":
      return editPage(frame, editable, detailsOf(booking), {});
    case "cancel":
      return cancelPage(frame, managed);
    default:
      return managePage(frame, managed);
  }
}

/** To the time it has already, a booking cannot be moved. */
function without<T extends Awaited<ReturnType<typeof loadChoice>>>(choice: T, startsAt: Date): T {
  const days = [...choice.days].map(
    ([day, slots]) => [day, slots.filter((slot) => slot.startsAt.getTime() !== startsAt.getTime())] as const,
  );
  return { ...choice, days: new Map(days.filter(([, slots]) => slots.length > 0)) };
}

function detailsOf(booking: Booking) {
  return {
    ...noDetails,
    name: booking.booker_name ?? "",
    email: booking.booker_email ?? "",
    phone: booking.booker_phone ? readablePhone(booking.booker_phone) : "",
    notes: booking.notes ?? "",
  };
}

async function change(app: App, request: LinkRequest, reply: FastifyReply): Promise<FastifyReply> {
  const frame = frameOf(app, request);
  // The same door as for booking: what is posted here is sent to as many people.
  const refusal = refusalOf(request, reply, frame, request.params.company_slug);
  if (refusal) return refusal;
  const form = formOf(request);
  try {
    const answered = await withBooking(request, frame, "manage_booking", async (ctx, inside, managed) => ({
      frame: inside,
      answer: await apply(ctx, inside, managed, form),
    }));
    return sendAnswer(reply, frame, answered, unknownLinkPage);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const isTaken = error.code === "SLOT_UNAVAILABLE";
    const step = isTaken && form["action"] === "move" ? "move" : undefined;
    const goTo = address(frame, frame.path, { step, notice: isTaken ? "taken" : "refused" });
    return sendAnswer(reply, frame, { frame, answer: { goTo } });
  }
}

async function apply(ctx: Ctx, frame: CompanyFrame, managed: Managed, form: Posted): Promise<Answer> {
  const { booking, mayChange } = managed;
  const back = (notice: string) => ({ goTo: address(frame, frame.path, { notice }) });
  const action = form["action"];
  if (booking.status === "cancelled" && action === "cancel") return back("cancelled");
  if (booking.status === "cancelled" && action === "restore") return restore(ctx, frame, managed);
  if (action === "restore" && booking.status === "confirmed") return back("restored");
  if (!mayChange) return back("refused");
  if (action === "cancel") {
    await cancel(ctx, booking.id, { reason: form["reason"]?.slice(0, 500) || "cancelled by the booker" });
    return back("cancelled");
  }
  if (action === "edit") return edit(ctx, frame, booking, form);
  const startsAt = instantOf(form["start"]);
  if (action !== "move" || !startsAt) return back("refused");
  // The booker chooses among open slots, whoever made the booking and however free of the grid they were.
  await reschedule(ctx, booking.id, { startsAt, offGrid: false });
  return back("moved");
}

async function edit(ctx: Ctx, frame: CompanyFrame, found: Booking, form: Posted): Promise<Answer> {
  const { country } = frame.company;
  const booking = await lockBooking(ctx, found.id);
  const typed = readDetails(form);
  const mistakes = mistakesIn(frame.visitor.messages, typed, { country, needsPlace: false });
  if (Object.keys(mistakes).length > 0) return editPage(frame, editable, typed, mistakes);
  if (booking?.status !== "confirmed") return { goTo: address(frame, frame.path, { notice: "refused" }) };
  await changeDetails(ctx, booking, typed, country);
  return { goTo: address(frame, frame.path, { notice: "saved" }) };
}

/** Books the same again: the cancelled booking stays what it is, in everybody's books. */
async function restore(ctx: Ctx, frame: CompanyFrame, managed: Managed): Promise<Answer> {
  const { service } = managed;
  // The button pressed twice: the second one finds what the first has made.
  const booking = (await lockBooking(ctx, managed.booking.id)) ?? managed.booking;
  const made = await successorOf(ctx, booking);
  if (made) return { goTo: address(frame, frame.path, { notice: "restored" }) };
  if (!service?.is_active || !service.is_bookable || booking.starts_at <= ctx.now) {
    return { goTo: address(frame, frame.path, { notice: "refused" }) };
  }
  const again = await book(ctx, {
    service,
    title: booking.title,
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    customer: {
      contactId: booking.contact_id ?? undefined,
      name: booking.booker_name ?? undefined,
      email: booking.booker_email ?? undefined,
      phone: booking.booker_phone ?? undefined,
    },
    source: "page",
    sourceName: "Booking page",
    notes: booking.notes ?? undefined,
    address: booking.address ?? undefined,
    postalCode: booking.postal_code ?? undefined,
    timeZone: booking.timezone,
    attendees: booking.attendees,
    replaces: booking,
  });
  const own = bookPath(frame.company.slug, "manage", again.management_token ?? "");
  return { goTo: address(frame, own, { notice: "restored" }) };
}

async function download(app: App, request: LinkRequest, reply: FastifyReply): Promise<FastifyReply> {
  const frame = frameOf(app, request);
  const file = await withBooking(request, frame, "download_booking", async (_ctx, inside, { booking }) =>
    bookingFile(app, inside.company, booking),
  );
  if (file === undefined) return sendBookingPage(reply, frame, unknownLinkPage(frame.visitor.messages));
  return reply
    .header("cache-control", "no-store")
    .header("content-disposition", 'attachment; filename="booking.ics"')
    .type("text/calendar; charset=utf-8")
    .send(file);
}

/** Runs `work` with the booking of a link that holds; undefined for one that does not, whatever the reason. */
function withBooking<T>(
  request: LinkRequest,
  frame: Frame,
  operation: string,
  work: (ctx: Ctx, frame: CompanyFrame, managed: Managed) => Promise<T>,
): Promise<T | undefined> {
  const { company_slug: slug, token } = request.params;
  if (!isId(token)) return Promise.resolve(undefined);
  return inFrame(request, frame, { slug, operation }, async (ctx, inside) => {
    const booking = await findBookingByToken(ctx, token.toLowerCase());
    const expiresAt = booking?.management_token_expires_at;
    if (!booking || !expiresAt || expiresAt <= ctx.now) return undefined;
    const service = booking.event_type_id ? await findService(ctx, { id: booking.event_type_id }) : undefined;
    return work(ctx, inside, {
      booking,
      service,
      zone: inside.visitor.carried["tz"] ?? booking.timezone,
      businessZone: service?.timezone ?? inside.company.timeZone,
      mayChange: booking.status === "confirmed" && booking.starts_at > ctx.now,
      now: ctx.now,
    });
  });
}
