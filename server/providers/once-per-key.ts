/**
 * Runs `send` at most once per key within this process: a second call with the same key, concurrent or later,
 * gets the first one's result. A failed send is forgotten, so that it can be retried. Only the latest
 * `capacity` keys are remembered; across restarts the caller's own record and the provider's lookup take over.
 */
export function oncePerKey<Result>(
  capacity = 1000,
): (key: string, send: () => Promise<Result>) => Promise<Result> {
  const results = new Map<string, Promise<Result>>();
  return (key, send) => {
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = send();
    results.set(key, result);
    result.catch(() => results.delete(key));
    const oldest = results.size > capacity ? results.keys().next().value : undefined;
    if (oldest !== undefined) results.delete(oldest);
    return result;
  };
}
