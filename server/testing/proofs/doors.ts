import type { Shop } from "./shop.ts";

/** What became of one attempt to book. `alternatives` counts the other times a refusal offered. */
export type Attempt = {
  door: string;
  won: boolean;
  refused: boolean;
  alternatives: number;
  status: number;
  text: string;
};

type Door = {
  name: string;
  book(base: string, shop: Shop, startsAt: Date, customer: number): Promise<Attempt>;
};

async function post(
  url: string,
  bearer: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; json: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, json: parse(text) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function listAt(value: unknown, ...path: string[]): number {
  let here = value;
  for (const name of path) here = (here as Record<string, unknown> | undefined)?.[name];
  return Array.isArray(here) ? here.length : 0;
}

/** Every way in that can make a booking. */
export const doors: Door[] = [
  {
    name: "workspace API",
    async book(base, shop, startsAt, customer) {
      const iso = startsAt.toISOString();
      const answer = await post(`${base}/api/v1/scheduling-bookings`, shop.key, {
        event_type_id: shop.serviceId,
        date: iso.slice(0, 10),
        time: iso.slice(11, 16),
        timezone: "UTC",
        fullName: `Customer ${customer}`,
        email: `customer${customer}@example.com`,
      });
      return attempt("workspace API", answer, answer.status === 201 || answer.status === 200, 409, [
        "error",
        "details",
        "alternatives",
      ]);
    },
  },
  {
    name: "private bookings API",
    async book(base, shop, startsAt, customer) {
      const answer = await post(`${base}/api/private/v1/bookings`, shop.token, {
        customerPhone: `+4477009${String(10000 + customer)}`,
        customerName: `Customer ${customer}`,
        scheduledStartAt: startsAt.toISOString(),
        scheduledEndAt: new Date(startsAt.getTime() + 3_600_000).toISOString(),
      });
      return attempt("private bookings API", answer, answer.json["ok"] === true, 409, [
        "error",
        "details",
        "alternatives",
      ]);
    },
  },
  {
    name: "capability",
    async book(base, shop, startsAt, customer) {
      const answer = await post(
        `${base}/providers/${shop.slug}/capabilities/booking.create_booking`,
        shop.key,
        {
          service_id: shop.serviceId,
          start_at: startsAt.toISOString(),
          customer: { name: `Customer ${customer}`, email: `customer${customer}@example.com` },
        },
      );
      return attempt("capability", answer, answer.json["ok"] === true, 409, ["available_alternatives"]);
    },
  },
  {
    name: "MCP",
    async book(base, shop, startsAt, customer) {
      const iso = startsAt.toISOString();
      const answer = await post(
        `${base}/mcp`,
        shop.key,
        {
          jsonrpc: "2.0",
          id: customer,
          method: "tools/call",
          params: {
            name: "execute_operation",
            arguments: {
              name: "create_scheduling_booking",
              input: {
                event_type_id: shop.serviceId,
                date: iso.slice(0, 10),
                time: iso.slice(11, 16),
                timezone: "UTC",
                fullName: `Customer ${customer}`,
                email: `customer${customer}@example.com`,
              },
            },
          },
        },
        { accept: "application/json, text/event-stream" },
      );
      const result = answer.json["result"] as { isError?: boolean } | undefined;
      return {
        door: "MCP",
        won: result !== undefined && result.isError !== true,
        refused: result?.isError === true && answer.text.includes("SLOT_UNAVAILABLE"),
        alternatives: answer.text.includes("alternatives") ? 1 : 0,
        status: answer.status,
        text: answer.text,
      };
    },
  },
];

function attempt(
  door: string,
  answer: { status: number; text: string; json: Record<string, unknown> },
  won: boolean,
  refusedStatus: number,
  alternatives: string[],
): Attempt {
  return {
    door,
    won,
    refused: !won && answer.status === refusedStatus,
    alternatives: listAt(answer.json, ...alternatives),
    status: answer.status,
    text: answer.text,
  };
}
