import { v7, validate, version } from "uuid";

let made = 0;

/**
 * A UUIDv7 whose time part is `at`, so that ids of one workspace sort by creation. Ids of one instant (a frozen clock
 * makes many) sort by creation too, as far as one process made them.
 */
export function newId(at: Date): string {
  made = (made + 1) % 0x1_0000_0000;
  return v7({ msecs: at.getTime(), seq: made });
}

export function isId(text: string): boolean {
  return validate(text);
}

/** When an id was made; undefined for one that does not say. */
export function timeOfId(id: string): Date | undefined {
  if (!validate(id) || version(id) !== 7) return undefined;
  return new Date(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16));
}
