/** What a reader is told of an event: nothing it could not read directly. */
import type { App } from "../kernel/app.ts";
import type { JsonObject } from "../kernel/tables.ts";
import { mayHear } from "../event-types.ts";

export type Heard = { type: string; noun: string; payload: JsonObject };

/** An event's payload as these scopes may hear it, or undefined if they may not. Fields with a scope of their own are left out. */
export function heardPayload(
  app: Pick<App, "registry">,
  { type, noun, payload }: Heard,
  scopes: ReadonlySet<string> | undefined,
): JsonObject | undefined {
  if (!mayHear(scopes, type)) return undefined;
  const hidden = app.registry.unreadableFieldsOf(noun, scopes);
  if (hidden.length === 0) return payload;
  const { _changed_fields: changed, _previous_values: previous, ...rest } = payload;
  return {
    ...without(rest, hidden),
    ...(Array.isArray(changed)
      ? { _changed_fields: changed.filter((field) => !hidden.includes(field)) }
      : {}),
    ...(previous ? { _previous_values: without(previous as JsonObject, hidden) } : {}),
  };
}

function without(fields: JsonObject, hidden: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !hidden.includes(name)));
}
