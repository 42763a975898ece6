/** The calendars of a CalDAV account, and the addresses of its owner. */
import { findHome, properties, textOf } from "./caldav-session.ts";
import type { Session } from "./caldav-session.ts";
import type { RemoteCalendar } from "./port.ts";

const asked = [
  "d:displayname",
  "d:resourcetype",
  "d:current-user-privilege-set",
  "c:supported-calendar-component-set",
  "c:schedule-default-calendar-URL",
];

/** Those that hold events. */
export async function listCalendars(session: Session): Promise<RemoteCalendar[]> {
  const { homeUrl } = await findHome(session);
  const found = await properties(session, homeUrl, "1", asked);
  const defaults = found.map(({ props }) => textOf(props?.["scheduleDefaultCalendarURL"]?.["href"]));
  const preferred = new Set(defaults.flatMap((href) => (href ? [new URL(href, homeUrl).href] : [])));
  const calendars = found
    .filter(({ props }) => "calendar" in (props?.["resourcetype"] ?? {}) && holdsEvents(props))
    .map(({ href, props }) => {
      const id = new URL(href!, homeUrl).href;
      return {
        id,
        name: textOf(props?.["displayname"]) ?? nameOf(id),
        isPrimary: preferred.has(id),
        canWrite: canWrite(props),
      };
    });
  const first = calendars.find(({ canWrite: writable }) => writable);
  if (first && !calendars.some(({ isPrimary }) => isPrimary)) first.isPrimary = true;
  return calendars;
}

type Props = Record<string, unknown> | undefined;

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}

function inner(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function holdsEvents(props: Props): boolean {
  const components = listOf(inner(props?.["supportedCalendarComponentSet"], "comp"));
  return (
    components.length === 0 ||
    components.some((comp) => inner(inner(comp, "_attributes"), "name") === "VEVENT")
  );
}

/** A server that does not speak of privileges lets its owner write. */
function canWrite(props: Props): boolean {
  const privileges = listOf(inner(props?.["currentUserPrivilegeSet"], "privilege"));
  const writing = ["all", "write", "writeContent", "bind"];
  return (
    privileges.length === 0 ||
    privileges.some((privilege) => writing.some((name) => inner(privilege, name) !== undefined))
  );
}

function nameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split("/").findLast(Boolean) ?? url);
}

/** Addresses hardly ever change; asking for them at every look would double the requests. */
const known = new Map<string, string[]>();
const knownAtMost = 1_000;

/** The addresses under which the owner of an account is invited. One that cannot be found out costs nothing but precision. */
export async function ownersOf(session: Session): Promise<string[]> {
  const key = `${session.username} ${session.serverUrl}`;
  let owners = known.get(key);
  if (!owners) {
    owners = await addressesOf(session).catch(() => undefined);
    if (owners && known.size < knownAtMost) known.set(key, owners);
  }
  return [session.username, ...(owners ?? [])];
}

async function addressesOf(session: Session): Promise<string[]> {
  const { principalUrl } = await findHome(session);
  if (!principalUrl) return [];
  const [principal] = await properties(session, principalUrl, "0", ["c:calendar-user-address-set"]);
  return listOf(inner(principal?.props?.["calendarUserAddressSet"], "href"))
    .map(textOf)
    .filter((address) => address?.toLowerCase().startsWith("mailto:") === true)
    .map((address) => address!.slice("mailto:".length));
}
