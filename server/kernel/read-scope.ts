/** Whether a scope lets only read. */
export function isReadScope(scope: string): boolean {
  return /[:.]read$|^READ_/.test(scope);
}
