/** The public booking pages' addresses. Links and forms do all of it; the script only makes it smoother. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import { addPageAssets } from "./assets.ts";
import { showCompany, showService } from "./browse.ts";
import { addManagePages } from "./manage-booking.ts";
import { submit } from "./submit.ts";

type CompanyRequest = { Params: { company_slug: string } };
type ServiceRequest = { Params: { company_slug: string; service_slug: string } };

export function addBookingPages(http: FastifyInstance, app: App): void {
  addPageAssets(http);
  http.get<CompanyRequest>("/book/:company_slug", (request, reply) => showCompany(app, request, reply));
  http.get<ServiceRequest>("/book/:company_slug/:service_slug", (request, reply) =>
    showService(app, request, reply),
  );
  http.post<ServiceRequest>("/book/:company_slug/:service_slug", (request, reply) =>
    submit(app, request, reply),
  );
  addManagePages(http, app);
}

export type CompanyVisit = FastifyRequest<CompanyRequest>;
export type ServiceVisit = FastifyRequest<ServiceRequest>;
