/** A person who lets an agent speak for them, as tests play them. */
import assert from "node:assert/strict";
import { listOutbox } from "../../../../local-outbox.ts";
import type { Answer, Harness } from "../../../../testing/harness.ts";
import { wednesdayAtTen } from "../../booking-messages/testing.ts";
import { ours } from "../../../workspace/members/test-people.ts";

export type Place = { slug: string };

/** The six digits in what somebody was sent. */
export const sixDigits = (body: string | undefined) => /\b(\d{6})\b/.exec(body ?? "")?.[1] ?? "";

let people = 0;

export const somebody = () => `person${++people}@example.test`;

export function consentsAt(frontdesk: Harness) {
  /** Everybody asks from an address of their own, unless a test says otherwise. */
  const ask = (shop: Place, fields: Record<string, string> = {}, from?: string): Promise<Answer> => {
    const form = { agent: "Claude", name: "Ada Price", contact: somebody(), ...fields };
    const headers = { ...ours, "x-forwarded-for": from ?? `10.1.${people >> 8}.${people & 255}` };
    return frontdesk.call("POST", `/providers/${shop.slug}/aam/consent`, { form, headers });
  };
  /** What left for an address, oldest first. */
  const sentTo = async (address: string): Promise<string[]> => {
    await frontdesk.settle();
    const entries = await listOutbox(frontdesk.app);
    return entries.filter((entry) => entry.to === address).map((entry) => entry.body);
  };
  /** They prove who they are and see the code for their agent. */
  const confirmed = async (shop: Place, fields: Record<string, string> = {}) => {
    const contact = fields["contact"] ?? somebody();
    const page = String((await ask(shop, { ...fields, contact })).headers["location"]);
    const oneTime = sixDigits((await sentTo(contact)).at(-1));
    await frontdesk.call("POST", page, { form: { action: "confirm", code: oneTime }, headers: ours });
    const shown = await frontdesk.call("GET", page);
    const code = /class="code">([A-Z2-9]{4}-[A-Z2-9]{4})</.exec(shown.text)?.[1] ?? "";
    return { page, contact, oneTime, code, shown };
  };
  const exchange = (shop: Place, code: string) =>
    frontdesk.call("POST", `/providers/${shop.slug}/aam/token`, { body: { code } });
  /** The agent has its token. */
  const granted = async (shop: Place, fields: Record<string, string> = {}) => {
    const given = await confirmed(shop, fields);
    const answer = await exchange(shop, given.code);
    assert.equal(answer.status, 200, answer.text);
    return { ...given, token: answer.body.access_token as string, answer };
  };
  /** Where a capability of the shop is called. */
  const path = (shop: Place, name: string) => `/providers/${shop.slug}/capabilities/booking.${name}`;
  /** A booking for somebody the caller makes up. */
  const create = (
    shop: Place & { service: { id: string } },
    key: string | undefined,
    overrides: Record<string, unknown> = {},
  ) =>
    frontdesk.call("POST", path(shop, "create_booking"), {
      ...(key ? { key } : {}),
      body: {
        service_id: shop.service.id,
        start_at: wednesdayAtTen.toISOString(),
        customer: { name: "Somebody Else", email: "victim@example.test", phone: "+447700900999" },
        ...overrides,
      },
    });
  return { ask, sentTo, confirmed, exchange, granted, path, create };
}
