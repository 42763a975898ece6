import { module } from "../kernel/operation.ts";
import type { Module } from "../kernel/operation.ts";
import { runCron } from "../kernel/cron.ts";
import { assistantTools } from "../surfaces/assistant-tools.ts";
import { webhooks } from "./automation/webhooks/index.ts";
import { bookingMessages } from "./calendar/booking-messages/index.ts";
import { consents } from "./calendar/capability/consent/index.ts";
import { capabilities } from "./calendar/capability/index.ts";
import { bookingHolds } from "./calendar/bookings/holds/index.ts";
import { calendar } from "./calendar/index.ts";
import { schedulingResources } from "./calendar/resources/index.ts";
import { externalCalendars } from "./calendar/external/index.ts";
import { calendarFeeds } from "./calendar/feeds/index.ts";
import { universalCalendar } from "./calendar/universal/index.ts";
import { privateBookingsApi } from "./calendar/private/index.ts";
import { voice } from "./calendar/voice/index.ts";
import { activities } from "./crm/activities/index.ts";
import { products } from "./crm/products/index.ts";
import { supplierCatalog } from "./crm/supplier-catalog/index.ts";
import { tasks } from "./crm/tasks/index.ts";
import { workOrders } from "./crm/work-orders/index.ts";
import { birthdays } from "./crm/birthdays/index.ts";
import { companies } from "./crm/companies/index.ts";
import { contacts } from "./crm/contacts/index.ts";
import { deletions } from "./crm/deletions/index.ts";
import { crmExports } from "./crm/exports/index.ts";
import { crmImports } from "./crm/imports/index.ts";
import { reports } from "./crm/reports/index.ts";
import { merges } from "./crm/merge/index.ts";
import { opportunities } from "./crm/opportunities/index.ts";
import { pipelines } from "./crm/pipelines/index.ts";
import { search } from "./crm/search/index.ts";
import { crmSettingsModule } from "./crm/settings/index.ts";
import { crmTemplates } from "./crm/templates/index.ts";
import { approvals } from "./workspace/approvals/index.ts";
import { audit } from "./workspace/audit/index.ts";
import { company } from "./workspace/company/index.ts";
import { members } from "./workspace/members/index.ts";
import { messaging } from "./messaging/index.ts";
import { phone } from "./phone/index.ts";
import { receptionist } from "./receptionist/index.ts";

const kernel = module({ name: "kernel", jobs: [runCron] });

/** Every module of the program, in the order the API reference lists them. */
export const modules: readonly Module[] = [
  kernel,
  assistantTools,
  contacts,
  companies,
  birthdays,
  opportunities,
  pipelines,
  search,
  products,
  supplierCatalog,
  activities,
  tasks,
  workOrders,
  company,
  crmSettingsModule,
  crmTemplates,
  merges,
  deletions,
  approvals,
  audit,
  members,
  phone,
  messaging,
  receptionist,
  calendar,
  bookingHolds,
  schedulingResources,
  bookingMessages,
  privateBookingsApi,
  voice,
  externalCalendars,
  calendarFeeds,
  universalCalendar,
  capabilities,
  consents,
  webhooks,
  reports,
  crmExports,
  crmImports,
];
