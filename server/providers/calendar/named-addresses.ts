/** Addresses of calendars as people give them, and what shows to be wrong with them before anybody is asked. */
import { addressProblem } from "../../kernel/outbound.ts";
import type { AddressProblem, NamedAddresses } from "./port.ts";

/** The domain of "olive@fastmail.com"; undefined for whatever is no e-mail address. */
export function domainOf(named: string): string | undefined {
  return /^[^\s@/]+@([^\s@/]+)$/.exec(named)?.[1]?.toLowerCase();
}

/** A server's address as it is asked: people leave the protocol out. What follows the colon of a port are digits. */
export function withProtocol(address: string): string {
  return /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(address) ? address : `https://${address}`;
}

/** The address of a calendar file as it is asked first: webcal names no protocol of the web. */
export function overTheWeb(address: string): string {
  return address.replace(/^webcals?:/i, "https:");
}

/** Returns the check of what a connection of this kind names: a name that only leads inside is found out when it is resolved. */
export function namedAddresses(kind: "caldav" | "ics", allowPrivate: boolean) {
  const asAsked = {
    caldav: { calendarId: (id: string) => id, serverUrl: serverAsked },
    ics: { calendarId: overTheWeb, serverUrl: overTheWeb },
  }[kind];
  return (named: NamedAddresses): AddressProblem | undefined => {
    for (const field of ["calendarId", "serverUrl"] as const) {
      const given = named[field]?.trim();
      if (given === undefined) continue;
      const problem = addressProblem(
        asAsked[field](given),
        allowPrivate,
        "FRONTDESK_ALLOW_PRIVATE_CALENDARS",
      );
      if (problem) return { field, problem };
    }
    return undefined;
  };
}

// Where an e-mail address leads, its domain tells later; the domain itself can be looked at now.
function serverAsked(named: string): string {
  return withProtocol(domainOf(named) ?? named);
}
