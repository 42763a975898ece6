import { Type } from "typebox";
import type { Static } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { isEmptyValue } from "./custom-field.ts";
import { isWebAddress } from "./custom-values.ts";

export const quickLinkIcons = [
  "link",
  "google-drive",
  "dropbox",
  "notion",
  "slack",
  "docs",
  "folder",
] as const;

/** A kind of link that records can carry one of: its id never changes, so that the links outlive a new label. */
export const QuickLinkType = Type.Object(
  {
    id: Type.String({ format: "uuid", description: "Made by the caller, and stable." }),
    label: Type.String({ minLength: 1, maxLength: 100 }),
    icon: Type.Enum(quickLinkIcons),
  },
  { additionalProperties: false },
);

export type QuickLinkType = Static<typeof QuickLinkType>;

/** Checks a record's links: web addresses under ids of known types. What stood there before may stay. Throws a 400. */
export function checkedQuickLinks(
  sent: unknown,
  before: unknown,
  types: readonly QuickLinkType[],
): JsonObject {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) {
    throw invalidField(
      "metadata.quick_links",
      "must be an object of addresses by quick link id",
      'Send {"<quick link id>": "https://example.com"}.',
    );
  }
  const known = new Set(types.map((type) => type.id));
  const old = (before ?? {}) as JsonObject;
  const links: JsonObject = {};
  for (const [id, url] of Object.entries(sent)) {
    if (isEmptyValue(url)) continue;
    links[id] = url;
    if (Object.hasOwn(old, id) && old[id] === url) continue;
    const field = `metadata.quick_links.${id}`;
    if (!known.has(id)) {
      throw invalidField(field, "is no quick link type", "Define it with PATCH /company/crm-settings first.");
    }
    if (!isWebAddress(url)) throw invalidField(field, "is not a web address", "Send it as https://….");
  }
  return links;
}
