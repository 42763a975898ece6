import { Type } from "typebox";
import type { Static } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { fromMinor } from "../../../money.ts";
import { capability } from "../../../surfaces/capability.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { durationOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { listServices as servicesOf } from "../services/services.store.ts";
import { findProvider, unknownProvider } from "./provider.ts";
import { currencyOf } from "../../workspace/settings/country.ts";

export const listServicesInput = { agent_vendor: Type.Optional(Type.String({ maxLength: 100 })) };

const OfferedService = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  duration_minutes: Type.Integer(),
  price: Type.Optional(Type.Number({ description: "The lowest price, in whole units of the currency." })),
  price_max: Type.Optional(Type.Number()),
  price_unit: Type.Optional(Type.String({ pattern: "^[A-Z_]+$" })),
  currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3}$" })),
  description: Type.Optional(Type.String()),
});

export const listServices = operation({
  name: "list_services",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.list_services",
  auth: "public",
  tenancy: "none",
  scopes: [],
  effect: "read",
  noun: "scheduled_event_type",
  summary: "List what the provider offers to anybody, with ids that stay.",
  input: Type.Object(
    { provider_id: Type.String({ minLength: 1, maxLength: 200 }), ...listServicesInput },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Literal(true),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    timezone: Type.String({ pattern: "^[A-Za-z0-9_+/-]+$" }),
    services: Type.Array(OfferedService),
  }),
  errors: [unknownProvider],
  async run(ctx, input) {
    const workspaceId = await findProvider(ctx.app, input.provider_id);
    return ctx.within(workspaceId, async (inside) => {
      const { timeZone, country } = await workspaceOf(inside);
      const services = await servicesOf(inside, { bookableOnly: true });
      const currency = services.find((service) => service.currency)?.currency ?? currencyOf(country);
      return {
        ok: true as const,
        currency,
        timezone: timeZone,
        services: services.map((service) => present(service, currency)),
      };
    });
  },
});

function present(service: Service, usual: string): Static<typeof OfferedService> {
  const { price_min_cents: low, price_max_cents: high } = service;
  const amountOf = (minor: number) => fromMinor(minor, service.currency ?? usual);
  return {
    id: service.id,
    name: service.name,
    duration_minutes: durationOf(service),
    ...(low === null ? {} : { price: amountOf(low) }),
    ...(high === null ? {} : { price_max: amountOf(high) }),
    ...(service.price_unit ? { price_unit: service.price_unit } : {}),
    ...(service.currency ? { currency: service.currency } : {}),
    ...(service.description ? { description: service.description } : {}),
  };
}
