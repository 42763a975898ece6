/** JSON from outside, read in one place: HTTP bodies, MCP, webhooks, voice platforms. What is wrong is said with its place. */
import { invalidField, validationError } from "./errors.ts";

/** How many objects and lists may stand in each other. */
export const deepestJson = 32;
/** Properties of one object. */
export const mostKeys = 1_000;
/** Properties and list items in all: a hundred records of some hundred fields have room. */
export const mostValues = 50_000;

/**
 * Reads JSON. Throws the 400 for what is no JSON, for what is nested deeper or has more properties than anything we take, and for
 * names that change how an object behaves (`__proto__`, a `constructor` with a `prototype`): every later copy of such an object
 * would be another object than the one that was checked.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw validationError(`The body is not valid JSON: ${(error as Error).message}`, {
      fix: "Send JSON: names and texts in double quotes, no comma after the last item.",
    });
  }
  if (typeof value === "object" && value !== null) inspect(value, [], { values: 0 });
  return value;
}

// Recursion is safe here: it ends at the depth that is allowed.
function inspect(value: object, path: (string | number)[], seen: { values: number }): void {
  if (path.length >= deepestJson) {
    throw at(path, `is nested more than ${deepestJson} deep`, "Send a flatter body.");
  }
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  if (names && names.length > mostKeys) {
    throw at(path, `has more than ${mostKeys} properties`, "Split it over several requests.");
  }
  seen.values += names?.length ?? (value as unknown[]).length;
  if (seen.values > mostValues) {
    throw at([], `has more than ${mostValues} values`, "Split it over several requests.");
  }
  const inner = value as Record<string | number, unknown>;
  for (const key of names ?? (value as unknown[]).keys()) {
    const child = inner[key];
    if (isTreacherous(key, child)) {
      throw at([...path, key], "is no name for a property", "Leave it out, or call it something else.");
    }
    if (typeof child !== "object" || child === null) continue;
    path.push(key);
    inspect(child, path, seen);
    path.pop();
  }
}

function isTreacherous(name: string | number, value: unknown): boolean {
  if (name === "__proto__") return true;
  return name === "constructor" && Object.hasOwn(Object(value) as object, "prototype");
}

function at(path: readonly (string | number)[], message: string, fix: string): Error {
  const shown = path.slice(0, 8).map((part) => String(part).slice(0, 60));
  const place = [...shown, ...(path.length > shown.length ? ["…"] : [])].join(".");
  return place === "" ? validationError(`The body ${message}.`, { fix }) : invalidField(place, message, fix);
}
