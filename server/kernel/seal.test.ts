import assert from "node:assert/strict";
import { test } from "node:test";
import { seal, sealJson, unseal, unsealJson } from "./seal.ts";

test("a sealed secret opens with its key, in its place, unchanged; otherwise not at all", () => {
  const sealed = seal("key", "row 1", "sécret");
  assert.ok(!sealed.includes("cret"));
  assert.notEqual(seal("key", "row 1", "sécret"), sealed, "the same secret never looks the same");
  assert.equal(unseal("key", "row 1", sealed), "sécret");
  assert.throws(() => unseal("another key", "row 1", sealed));
  assert.throws(() => unseal("key", "row 2", sealed));
  const [version, nonce, tag = "", text = ""] = sealed.split(".");
  const flipped = `${text[0] === "A" ? "B" : "A"}${text.slice(1)}`;
  assert.throws(() => unseal("key", "row 1", [version, nonce, tag, flipped].join(".")));
  assert.throws(() => unseal("key", "row 1", [version, nonce, tag.slice(0, 4), text].join(".")));
  assert.throws(() => unseal("key", "row 1", "plain text"));
});

test("a sealed value opens as it was", () => {
  const value = { token: "sécret", tries: 3, none: null };
  const sealed = sealJson("key", "row 1", value);
  assert.ok(!sealed.includes("token"));
  assert.deepEqual(unsealJson("key", "row 1", sealed), value);
  assert.throws(() => unsealJson("key", "row 2", sealed));
});
