import { v7, validate } from "uuid";

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
