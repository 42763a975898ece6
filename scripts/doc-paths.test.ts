import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenPaths } from "./doc-paths.ts";

test("the guard fires on a quoted path that does not exist, and on nothing else", () => {
  const text = "See `server/main.ts`, `server/gone.ts`, `docs/decisions/*.md` and `not/ours.ts`.";
  assert.deepEqual(
    brokenPaths(text, (path) => path === "server/main.ts"),
    ["server/gone.ts"],
  );
});
