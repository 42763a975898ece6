/** Looking: what there is, when it is free, and the form for a time that was chosen. */
import { randomUUID } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { isId } from "../../../kernel/ids.ts";
import { findHold } from "../bookings/holds/hold.ts";
import type { Hold } from "../bookings/holds/hold.ts";
import { openSlotsFor } from "../bookings/slots-for.ts";
import type { OpenSlot } from "../bookings/slots-for.ts";
import { durationOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { findService, listServices } from "../services/services.store.ts";
import { MINUTE_MS, wallTimeAt } from "../slots/wall-clock.ts";
import { answerInFrame, frameOf } from "./answer.ts";
import type { Answer, CompanyFrame } from "./answer.ts";
import type { CompanyVisit, ServiceVisit } from "./booking-pages.ts";
import { loadChoice } from "./choice.ts";
import { fields } from "./details-form.ts";
import type { DetailName, Details, Mistakes } from "./details-form.ts";
import { countLook } from "./guards.ts";
import { address } from "./layout.ts";
import type { Page } from "./layout.ts";
import { holdOfVisitor, isOfPages } from "./visitor-holds.ts";
import { companyPage, detailsPage, servicePage } from "./service-page.ts";

export async function showCompany(
  app: App,
  request: CompanyVisit,
  reply: FastifyReply,
): Promise<FastifyReply> {
  countLook(app, request);
  const about = { slug: request.params.company_slug, operation: "show_booking_page" };
  return answerInFrame(request, reply, frameOf(app, request), about, async (ctx, inside) => {
    const services = await listServices(ctx, { bookableOnly: true });
    // A business that offers nothing to strangers has no page for them.
    if (services.length === 0) return undefined;
    return companyPage(inside, inside.company, services);
  });
}

export async function showService(
  app: App,
  request: ServiceVisit,
  reply: FastifyReply,
): Promise<FastifyReply> {
  countLook(app, request);
  const about = { slug: request.params.company_slug, operation: "show_booking_page" };
  return answerInFrame(request, reply, frameOf(app, request), about, async (ctx, inside) => {
    const service = await publicService(ctx, request.params.service_slug);
    if (!service) return undefined;
    const startsAt = instantOf(inside.query["start"]);
    return startsAt ? detailsFor(ctx, inside, service, startsAt) : timesFor(ctx, inside, service);
  });
}

/** A service that anybody may book. */
export async function publicService(ctx: Ctx, slug: string): Promise<Service | undefined> {
  const service = slug.includes("\0") ? undefined : await findService(ctx, { slug });
  return service?.is_active && service.is_bookable ? service : undefined;
}

export function instantOf(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(text)) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The zone the business works in for this service, and the one the visitor reads times in. */
export function zonesFor(
  frame: CompanyFrame,
  service: Service | undefined,
): { zone: string; businessZone: string } {
  const businessZone = service?.timezone ?? frame.company.timeZone;
  return { zone: frame.visitor.zone ?? businessZone, businessZone };
}

/** Where the visit would be; only services that go to their customers ask. */
export function placeOf(service: Service, text: string | undefined): string | undefined {
  const place = text?.trim().slice(0, fields.postalCode.maxLength);
  return service.travel_minutes !== null && place && !place.includes("\0") ? place : undefined;
}

async function timesFor(ctx: Ctx, frame: CompanyFrame, service: Service): Promise<Page> {
  const { company, query } = frame;
  const { zone, businessZone } = zonesFor(frame, service);
  const postalCode = placeOf(service, query["postal_code"]);
  const mayChoose = service.travel_minutes === null || postalCode !== undefined;
  const choice = mayChoose ? await loadChoice(ctx, { service, postalCode }, zone, query) : undefined;
  const hold = await holdOfVisitor(ctx, service, frame.visitor, query["hold"]);
  const isTaken = query["notice"] === "taken";
  return servicePage(frame, {
    company,
    service,
    choice,
    zone,
    businessZone,
    now: ctx.now,
    hold,
    postalCode,
    isTaken,
  });
}

/** The form for a time: kept for this visitor, or at least still free. */
async function detailsFor(ctx: Ctx, frame: CompanyFrame, service: Service, startsAt: Date): Promise<Answer> {
  const { query } = frame;
  const hold = await holdOn(ctx, service, startsAt, query["hold"]);
  const postalCode = placeOf(service, query["postal_code"]);
  if (!hold && !(await slotAt(ctx, service, startsAt, postalCode))) {
    const { zone } = zonesFor(frame, service);
    const day = wallTimeAt(startsAt.getTime(), zone).date;
    return { goTo: address(frame, frame.path, { day, postal_code: postalCode, notice: "taken" }) };
  }
  const details = { ...noDetails, postalCode: postalCode ?? "" };
  return formFor(ctx, frame, service, { startsAt, hold, holdIsOver: query["hold"] !== undefined, details });
}

/** The live hold of these pages with this id. */
export async function pageHold(ctx: Ctx, id: string | undefined): Promise<Hold | undefined> {
  const hold = id !== undefined && isId(id) ? await findHold(ctx, id) : undefined;
  return hold && isOfPages(hold) ? hold : undefined;
}

/** The hold a visitor brings, as long as it lasts and is for this very time. */
export async function holdOn(
  ctx: Ctx,
  service: Service,
  startsAt: Date,
  id: string | undefined,
): Promise<Hold | undefined> {
  const hold = await pageHold(ctx, id);
  const fits = hold?.event_type_id === service.id && hold.starts_at.getTime() === startsAt.getTime();
  return fits ? hold : undefined;
}

async function slotAt(
  ctx: Ctx,
  service: Service,
  startsAt: Date,
  postalCode: string | undefined,
): Promise<OpenSlot | undefined> {
  const to = new Date(startsAt.getTime() + 1);
  return (await openSlotsFor(ctx, { service, postalCode, from: startsAt, to }))[0];
}

export const noDetails: Details = {
  name: "",
  email: "",
  phone: "",
  address: "",
  postalCode: "",
  notes: "",
  attendees: "",
};

/** What is asked of whoever books this service, in the order of the form. */
export function namesFor(service: Service): DetailName[] {
  const place: DetailName[] = service.travel_minutes === null ? [] : ["address", "postalCode"];
  return ["name", "email", "phone", ...place, "notes", "attendees"];
}

export type Form = {
  startsAt: Date;
  hold?: Hold | undefined;
  holdIsOver?: boolean;
  details: Details;
  request?: string | undefined;
  mistakes?: Mistakes;
  problem?: string;
  alternatives?: readonly OpenSlot[];
};

export function formFor(ctx: Ctx, frame: CompanyFrame, service: Service, form: Form): Page {
  const { startsAt, hold, holdIsOver = false, mistakes = {}, request = randomUUID() } = form;
  return detailsPage(frame, {
    company: frame.company,
    service,
    ...zonesFor(frame, service),
    startsAt,
    endsAt: new Date(startsAt.getTime() + durationOf(service) * MINUTE_MS),
    now: ctx.now,
    request,
    hold: hold && { id: hold.id, expiresAt: hold.expires_at },
    holdIsOver,
    names: namesFor(service),
    details: form.details,
    mistakes,
    problem: form.problem,
    alternatives: form.alternatives,
  });
}
