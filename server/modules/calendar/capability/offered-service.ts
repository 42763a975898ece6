import type { Ctx } from "../../../kernel/context.ts";
import { declareError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import type { Service } from "../services/service.ts";
import { findService } from "../services/services.store.ts";

export const invalidService = declareError(
  "INVALID_SERVICE",
  404,
  "The provider does not offer a service with this id now.",
);

/** A service the public may book, by id or slug; nothing is guessed from likeness. */
export async function offeredService(ctx: Ctx, serviceId: string): Promise<Service> {
  const service = await findService(ctx, isId(serviceId) ? { id: serviceId } : { slug: serviceId });
  if (service?.is_bookable && service.is_active) return service;
  throw invalidService(`The provider does not offer the service ${serviceId}.`, {
    fix: "Take service_id from booking.list_services.",
  });
}
