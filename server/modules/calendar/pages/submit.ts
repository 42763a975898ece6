/** What the booking forms post: a time to keep, or a booking. */
import type { FastifyReply } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { formOf } from "../../../surfaces/bodies.ts";
import { book } from "../bookings/book.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { releaseHold } from "../bookings/holds/hold.ts";
import { nearestOpenSlots } from "../bookings/slots-for.ts";
import type { Service } from "../services/service.ts";
import { wallTimeAt } from "../slots/wall-clock.ts";
import { answerInFrame, frameOf } from "./answer.ts";
import type { Answer, CompanyFrame } from "./answer.ts";
import type { ServiceVisit } from "./booking-pages.ts";
import { formFor, holdOn, instantOf, pageHold, placeOf, publicService, zonesFor } from "./browse.ts";
import { attendeesOf, mistakesIn, readDetails, trapName } from "./details-form.ts";
import type { Details } from "./details-form.ts";
import { refusalOf } from "./guards.ts";
import { address, bookPath } from "./layout.ts";
import type { Frame } from "./layout.ts";
import { once } from "./once.ts";
import { holdForVisitor } from "./visitor-holds.ts";
import { rememberVisitor } from "./visitor.ts";

type Posted = Record<string, string>;
type Step = (ctx: Ctx, frame: CompanyFrame, service: Service, startsAt: Date) => Promise<Answer>;

const nearestCount = 4;

export async function submit(app: App, request: ServiceVisit, reply: FastifyReply): Promise<FastifyReply> {
  const frame = frameOf(app, request);
  const refusal = refusalOf(request, reply, frame, request.params.company_slug);
  if (refusal) return refusal;
  const form = formOf(request);
  const isBooking = form["action"] === "book";
  if (!isBooking) rememberVisitor(app, reply, frame.visitor);
  try {
    const operation = isBooking ? "book_on_page" : "hold_on_page";
    const step: Step = isBooking
      ? (ctx, inside, service, startsAt) => bookTime(ctx, inside, service, startsAt, form)
      : (ctx, inside, service, startsAt) => holdTime(ctx, inside, service, startsAt, form, request.ip);
    return await answerStep(request, reply, frame, form, operation, step);
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== "SLOT_UNAVAILABLE") throw error;
    const step: Step = isBooking
      ? (ctx, inside, service, startsAt) => offerOthers(ctx, inside, service, startsAt, form)
      : async (_ctx, inside, service, startsAt) => ({ goTo: timesOf(inside, service, startsAt, form) });
    return answerStep(request, reply, frame, form, "show_booking_page", step);
  }
}

async function answerStep(
  request: ServiceVisit,
  reply: FastifyReply,
  frame: Frame,
  form: Posted,
  operation: string,
  step: Step,
): Promise<FastifyReply> {
  const about = { slug: request.params.company_slug, operation };
  return answerInFrame(request, reply, frame, about, async (ctx, inside) => {
    const service = await publicService(ctx, request.params.service_slug);
    if (!service) return undefined;
    const startsAt = instantOf(form["start"]);
    // Nothing was chosen: the page to choose on says what there is.
    if (!startsAt) return { goTo: address(inside, inside.path) };
    return step(ctx, inside, service, startsAt);
  });
}

function timesOf(frame: CompanyFrame, service: Service, startsAt: Date, form: Posted): string {
  const { zone } = zonesFor(frame, service);
  return address(frame, frame.path, {
    day: wallTimeAt(startsAt.getTime(), zone).date,
    postal_code: placeOf(service, form["postal_code"]),
    notice: "taken",
  });
}

/** Keeps the time and goes on to the form. */
async function holdTime(
  ctx: Ctx,
  frame: CompanyFrame,
  service: Service,
  startsAt: Date,
  form: Posted,
  networkAddress: string,
): Promise<Answer> {
  const postalCode = placeOf(service, form["postal_code"]);
  const hold = await holdForVisitor(ctx, {
    service,
    startsAt,
    postalCode,
    visitor: frame.visitor,
    address: networkAddress,
    former: form["hold"],
  });
  const start = startsAt.toISOString();
  return { goTo: address(frame, frame.path, { start, hold: hold?.id, postal_code: postalCode }) };
}

/** Books, or shows the form again with what is wrong. Throws SLOT_UNAVAILABLE when somebody else was faster. */
async function bookTime(
  ctx: Ctx,
  frame: CompanyFrame,
  service: Service,
  startsAt: Date,
  form: Posted,
): Promise<Answer> {
  const { messages: m } = frame.visitor;
  const { country, slug } = frame.company;
  const details = readDetails(form);
  const needsPlace = service.travel_minutes !== null;
  const mistakes = mistakesIn(m, details, { country, needsPlace });
  const isRobot = (form[trapName] ?? "") !== "";
  const hold = await holdOn(ctx, service, startsAt, form["hold"]);
  if (isRobot || Object.keys(mistakes).length > 0) {
    return formFor(ctx, frame, service, {
      startsAt,
      hold,
      holdIsOver: form["hold"] !== undefined,
      details,
      request: form["request"],
      mistakes,
      ...(isRobot ? { problem: m.mistakes.robot } : {}),
    });
  }
  const about = startsAt.toISOString();
  const id = await once(ctx, { key: form["request"], about: `${service.id} ${about}` }, async () => {
    // Another time than the one that was kept for them: that one is free again.
    const former = hold ? undefined : await pageHold(ctx, form["hold"]);
    if (former) await releaseHold(ctx, former.id);
    const booking = await book(ctx, requestOf(frame, service, startsAt, details, hold?.id));
    return booking.id;
  });
  const booking = await findBooking(ctx, id);
  const token = booking?.management_token ?? "";
  return { goTo: address(frame, bookPath(slug, "manage", token), { notice: "booked" }) };
}

function requestOf(
  frame: CompanyFrame,
  service: Service,
  startsAt: Date,
  details: Details,
  holdId: string | undefined,
) {
  const { zone } = zonesFor(frame, service);
  return {
    service,
    startsAt,
    holdId,
    customer: {
      name: details.name,
      email: details.email,
      phone: details.phone || undefined,
      timeZone: zone,
    },
    source: "page" as const,
    sourceName: "Booking page",
    notes: details.notes,
    address: details.address,
    postalCode: details.postalCode,
    timeZone: zone,
    attendees: attendeesOf(details),
  };
}

/** The time went to somebody else: the nearest ones, with everything that was typed. */
async function offerOthers(
  ctx: Ctx,
  frame: CompanyFrame,
  service: Service,
  startsAt: Date,
  form: Posted,
): Promise<Answer> {
  const details = readDetails(form);
  const postalCode = placeOf(service, form["postal_code"]);
  const query = { service, postalCode, around: startsAt, count: nearestCount };
  const nearest = await nearestOpenSlots(ctx, query);
  const alternatives = nearest.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  if (alternatives.length === 0) return { goTo: timesOf(frame, service, startsAt, form) };
  return formFor(ctx, frame, service, { startsAt, details, alternatives, request: form["request"] });
}
