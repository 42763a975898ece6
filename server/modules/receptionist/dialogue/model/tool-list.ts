import type { Tool } from "../../../../providers/language-model/port.ts";
import type { Talk } from "../local/talk.ts";

const text = (description: string) => ({ type: "string", description });

/** The tools of a turn: what the policy rules out is not even offered. */
export function toolsFor({ turn }: Talk): Tool[] {
  const { canOfferSlots, canBook } = turn.policy;
  const all: (Tool & { when?: boolean })[] = [
    { name: "find_services", description: "What the business does, with ids.", inputSchema: shape({}) },
    {
      name: "price_range",
      description: "The price range of a service. Say it as it is given.",
      inputSchema: shape({ service_id: text("from find_services") }, ["service_id"]),
    },
    {
      name: "free_slots",
      description: "Free times of a service on days of the shop's calendar.",
      inputSchema: shape(
        {
          service_id: text("from find_services"),
          from_date: text("YYYY-MM-DD"),
          to_date: text("YYYY-MM-DD, at most 14 days later"),
          booking_id: text("the booking that is to move, if one is"),
        },
        ["service_id", "from_date"],
      ),
      when: canOfferSlots,
    },
    {
      name: "book",
      description: "Books a free time, after the customer's clear yes to the read-back.",
      inputSchema: shape(
        {
          service_id: text("from find_services"),
          starts_at: text("starts_at of a free slot"),
          name: text("the customer's name"),
          address: text("street address"),
          postcode: text("postal code"),
        },
        ["service_id", "starts_at"],
      ),
      when: canBook,
    },
    {
      name: "move",
      description: "Moves a booking to a free time, after the customer's clear yes.",
      inputSchema: shape({ booking_id: text("id"), starts_at: text("starts_at of a free slot") }, [
        "booking_id",
        "starts_at",
      ]),
      when: canBook,
    },
    {
      name: "cancel",
      description: "Cancels a booking, after the customer's clear yes.",
      inputSchema: shape({ booking_id: text("id") }, ["booking_id"]),
      when: canBook,
    },
    {
      name: "hand_over",
      description: "Gets a person to answer; tell the customer that a person will get back to them.",
      inputSchema: shape({ reason: text("why, in a few words") }, ["reason"]),
    },
  ];
  return all.filter(({ when }) => when !== false).map(({ when: _when, ...tool }) => tool);
}

function shape(properties: Record<string, unknown>, required: string[] = []): Record<string, unknown> {
  return { type: "object", properties, required, additionalProperties: false };
}
