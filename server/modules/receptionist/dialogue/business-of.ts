import type { Ctx } from "../../../kernel/context.ts";
import { loadHosts } from "../../calendar/bookings/hosts.ts";
import { durationOf } from "../../calendar/services/service.ts";
import type { Service } from "../../calendar/services/service.ts";
import { listServices } from "../../calendar/services/services.store.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import type { Business, OfferedService } from "./turn.ts";
import { currencyOf } from "../../workspace/settings/country.ts";

/** The business as the receptionist knows it, from its stored services, hours and settings. */
export async function businessOf(ctx: Ctx, workspace: WorkspaceRow): Promise<Business> {
  const services = await listServices(ctx, { bookableOnly: true });
  const { service_area: area, owner } = workspace.settings;
  return {
    name: workspace.name,
    timeZone: workspace.timeZone,
    country: workspace.country,
    currency: services.find(({ currency }) => currency)?.currency ?? currencyOf(workspace.country),
    hours: await hoursOf(ctx),
    services: services.map(offered),
    serviceArea: { center: area.center, radiusMiles: area.radius_miles, postcodes: area.postcodes },
    ownerName: owner.name,
    travels: area.radius_miles !== null || area.postcodes.length > 0,
  };
}

function offered(service: Service): OfferedService {
  const { price_min_cents: min, price_max_cents: max, price_unit: unit, currency } = service;
  const price =
    min === null && max === null ? undefined : { minCents: min ?? max ?? 0, maxCents: max ?? min ?? 0 };
  return {
    id: service.id,
    name: service.name,
    durationMinutes: durationOf(service),
    keywords: service.keywords,
    ...(price ? { price: { ...price, unit: unit ?? "PER_JOB", ...(currency ? { currency } : {}) } } : {}),
  };
}

/** When anybody on the staff works, by weekday. */
async function hoursOf(ctx: Ctx): Promise<Business["hours"]> {
  const hosts = await loadHosts(ctx, { from: ctx.now, to: ctx.now });
  const hours: Business["hours"] = [];
  for (let day = 0; day < 7; day += 1) {
    const spans = hosts
      .flatMap(({ hours: { weeklyHours } }) => weeklyHours)
      .filter((entry) => entry.day === day)
      .toSorted((a, b) => a.start.localeCompare(b.start));
    for (const { start, end } of spans) {
      const last = hours.at(-1);
      if (last?.day === day && last.end >= start) last.end = end > last.end ? end : last.end;
      else hours.push({ day, start, end });
    }
  }
  return hours;
}
