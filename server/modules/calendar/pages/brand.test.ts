import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { brandOf, contrast } from "./brand.ts";

const rgb = (color: string) =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as [number, number, number];

test("whatever colour a business has, its pages can be read", async () => {
  const style = await readFile(join(import.meta.dirname, "assets/booking.css"), "utf8");
  const surfaces = (name: string) =>
    [...style.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6})`, "g"))].map(([, color]) => color ?? "");
  const [light, dark] = [0, 1].map((mode) =>
    ["page", "card", "tint"].map((name) => surfaces(name)[mode] ?? ""),
  );
  assert.equal(
    [...(light ?? []), ...(dark ?? [])].every((color) => /^#/.test(color)),
    true,
  );
  for (const color of [
    "#1f5f8b",
    "#ffff99",
    "#ffffff",
    "#000000",
    "#ff0000",
    "#808080",
    "#00ff00",
    "#777777",
  ]) {
    const { fill, onFill, lightText, darkText } = brandOf(color);
    assert.equal(fill, color);
    assert.ok(contrast(rgb(fill), rgb(onFill)) >= 4.5, `${onFill} on ${fill}`);
    for (const surface of light ?? [])
      assert.ok(contrast(rgb(lightText), rgb(surface)) >= 4.5, `${color} ${surface}`);
    for (const surface of dark ?? [])
      assert.ok(contrast(rgb(darkText), rgb(surface)) >= 4.5, `${color} ${surface}`);
  }
});

test("what is no colour is the usual one, and nothing else gets into the style", () => {
  for (const odd of [undefined, "", "red", "#fff", "#12345g", "#123456;}body{display:none"]) {
    assert.deepEqual(brandOf(odd), brandOf("#1f5f8b"));
  }
});
