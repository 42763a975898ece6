/**
 * Makes a table that words from outside may be looked up in. It has no prototype: `table["constructor"]` is undefined there, and
 * not a function every object has.
 */
export function dictionary<T extends Readonly<Record<string, unknown>>>(entries: T): Readonly<T> {
  return Object.freeze(Object.assign(Object.create(null) as T, entries));
}
