import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import type { TimeTravel } from "../kernel/time-travel.ts";
import { addIncomingWebhooks } from "../modules/automation/webhooks/receive-webhook.ts";
import { addConsentPages } from "../modules/calendar/capability/consent/pages.ts";
import { addCalendarFeeds } from "../modules/calendar/feeds/feed-page.ts";
import { addBookingPages } from "../modules/calendar/pages/booking-pages.ts";
import { addGoogleConsent } from "../modules/calendar/external/google-consent.ts";
import { addCalendarNotifications } from "../modules/calendar/external/notifications.ts";
import { addWorkStatusPages } from "../modules/crm/work-orders/pages/work-status.ts";
import { addJoinPages } from "../modules/workspace/sign-in/pages/join.ts";
import { addSignInLinkPages } from "../modules/workspace/sign-in/pages/sign-in-link.ts";
import { addSignInPages } from "../modules/workspace/sign-in/pages/sign-in.ts";
import { addSimulator } from "../simulator/routes.ts";
import { addCapabilities } from "./capabilities.ts";
import { addConsole, addSecurityHeaders } from "./console.ts";
import { addDocs } from "./docs.ts";
import { addHealth } from "./health.ts";
import { addOperations } from "./http.ts";
import { addLive } from "./live.ts";
import { addMcp } from "./mcp.ts";
import { addNotFound, addNotServed, rememberRoutes } from "./not-found.ts";
import { addOpenApi } from "./openapi.ts";

/** Adds every surface of a process: what a worker does nobody calls, so it shows how it is and nothing else. */
export async function addSurfaces(
  http: FastifyInstance,
  app: App,
  travel: TimeTravel | undefined,
): Promise<void> {
  await addSecurityHeaders(http, app);
  const routes = rememberRoutes(http);
  addHealth(http, app);
  if (app.config.role === "worker") return addNotServed(http);
  addOperations(http, app);
  addOpenApi(http, app);
  addDocs(http, app);
  addMcp(http, app);
  addLive(http, app);
  addCapabilities(http, app);
  addConsentPages(http, app);
  addBookingPages(http, app);
  addCalendarFeeds(http, app);
  addWorkStatusPages(http, app);
  addIncomingWebhooks(http, app);
  addCalendarNotifications(http, app);
  addGoogleConsent(http, app);
  addSignInPages(http, app);
  addSignInLinkPages(http, app);
  addJoinPages(http, app);
  addNotFound(http, app, { routes, webConsole: await addConsole(http) });
  if (app.config.simulator && travel) addSimulator(http, app, travel);
}
