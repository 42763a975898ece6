/** The ids a fuzzer has seen, by what they are ids of, so that a request for a contact is mostly one for a contact there is. */

const mostPerNoun = 60;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names under which the same records go by. */
const synonyms: Record<string, string> = {
  deal: "opportunity",
  customer: "company",
  account: "company",
  user: "member",
  assigned_to: "member",
  event_type: "scheduled_event_type",
  hold: "scheduling_booking",
  booking: "scheduling_booking",
};

/** "contact_ids", "contactId", "work-orders" → "contact", "contact", "work_order". */
export function nounOf(name: string): string {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("-", "_")
    .replace(/_ids?$/, "");
  const one = words
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch)es$/, "$1")
    .replace(/([^s])s$/, "$1");
  return synonyms[one] ?? one;
}

export class KnownIds {
  readonly #byNoun = new Map<string, string[]>();
  readonly #cursors = new Map<string, string>();

  /** One of those known, the `n`th counted round; undefined while none is. */
  pick(noun: string, n: number): string | undefined {
    const own = this.#byNoun.get(noun);
    // Now and then somebody else's kind of id.
    const ids = own && n % 8 !== 0 ? own : [...this.#byNoun.values()].flat();
    return ids[n % Math.max(1, ids.length)];
  }

  /** Reads an answer of an operation at `path`. What is called just `id` is of the path's own noun. */
  collect(path: string, text: string): void {
    if (!text.startsWith("{") && !text.startsWith("[")) return;
    const cursor = /"(?:next_)?cursor":"([^"]+)"/.exec(text)?.[1];
    if (cursor) this.#cursors.set(path, cursor);
    const segments = path.split("/").filter((part) => part !== "" && !part.startsWith("{"));
    this.#walk(parsed(text), nounOf(segments.at(-1) ?? ""), 0);
  }

  /** Where the next page of the list at `path` begins, as it said last. */
  cursorOf(path: string): string | undefined {
    return this.#cursors.get(path);
  }

  /** Forgets a record that was deleted. */
  drop(id: string): void {
    for (const ids of this.#byNoun.values()) {
      const place = ids.indexOf(id);
      if (place >= 0) ids.splice(place, 1);
    }
  }

  #walk(value: unknown, own: string, depth: number): void {
    if (typeof value !== "object" || value === null || depth > 5) return;
    if (Array.isArray(value)) {
      for (const one of value.slice(0, 20)) this.#walk(one, own, depth + 1);
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner !== "string") this.#walk(inner, name === "data" ? own : nounOf(name), depth + 1);
      else if (uuid.test(inner)) this.#add(name === "id" ? own : nounOf(name), inner);
    }
  }

  #add(noun: string, id: string): void {
    const ids = this.#byNoun.get(noun) ?? [];
    this.#byNoun.set(noun, ids);
    if (ids.includes(id)) return;
    ids.push(id);
    if (ids.length > mostPerNoun) ids.shift();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
