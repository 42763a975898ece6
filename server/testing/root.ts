/** Where the project is. */
export const root = new URL("../..", import.meta.url).pathname;

/** What a program of ours started by a test needs of this one's environment: little, so that nothing of a developer's shell leaks in. */
export const programEnvironment: Record<string, string> = Object.fromEntries(
  ["PATH", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);
