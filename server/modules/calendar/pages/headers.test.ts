import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { scriptPath, stylePath } from "./assets.ts";

const frontdesk = await startHarness();

async function opened() {
  const { workspace, eventType, book } = await openCalendar(frontdesk);
  const home = `/book/${workspace.slug}`;
  const patch = (front_desk: object) => workspace.call("PATCH", "/api/v1/company", { front_desk });
  return { workspace, home, path: `${home}/${eventType.slug}`, book, patch };
}

const ancestors = (policy = "") => /frame-ancestors ([^;]*)/.exec(policy)?.[1];

test("no page runs, loads or frames anything that is not ours", async () => {
  const { workspace, path } = await opened();
  const page = await frontdesk.call("GET", path);
  const policy = page.headers["content-security-policy"] ?? "";
  assert.match(
    policy,
    /default-src 'none'; script-src 'self'; style-src 'self' 'sha256-[\w+/=]+'; img-src 'self' data:;/,
  );
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(ancestors(policy), "'none'");
  assert.ok(page.headers["x-frame-options"]);
  assert.doesNotMatch(page.text, /<script(?! src=)|<[^>]+ (style|on\w+)=/);
  await workspace.call("PATCH", "/api/v1/company", {
    logo_url: "https://cdn.example.com/logo.png",
    primary_color: "#aa3300",
  });
  const branded = await frontdesk.call("GET", path);
  assert.match(
    branded.headers["content-security-policy"] ?? "",
    /img-src 'self' data: https:\/\/cdn\.example\.com;/,
  );
  assert.match(branded.text, /<meta property="og:image" content="https:\/\/cdn\.example\.com\/logo\.png">/);
  assert.match(branded.text, /--brand:#aa3300/);
  await workspace.call("PATCH", "/api/v1/company", {
    logo_url: "https://cdn.example.com;script-src/logo.png",
  });
  const odd = await frontdesk.call("GET", path);
  assert.equal(odd.headers["content-security-policy"]?.match(/script-src/g)?.length, 1);
});

test("pages may be framed by the sites on the business's list, and only when they are asked to be", async () => {
  const { home, path, patch } = await opened();
  const policyOf = async (at: string) => {
    const { headers } = await frontdesk.call("GET", at);
    return { ancestors: ancestors(headers["content-security-policy"]), legacy: headers["x-frame-options"] };
  };
  assert.equal((await policyOf(`${path}?embed=1`)).ancestors, "'none'");
  for (const wrong of [
    "example.com",
    "javascript:alert(1)",
    "https://a.example; script-src *",
    "*",
    "https:",
  ]) {
    const answer = await patch({ booking_page: { embed_origins: [wrong] } });
    assert.equal(answer.status, 400, wrong);
    assert.match(answer.text, /embed_origins/);
  }
  const origins = ["https://www.example.com/contact/", "http://localhost:8000", "https://www.example.com"];
  assert.equal((await patch({ booking_page: { embed_origins: origins } })).status, 200);
  for (const at of [home, path]) {
    assert.deepEqual(await policyOf(`${at}?embed=1`), {
      ancestors: "'self' https://www.example.com http://localhost:8000",
      legacy: undefined,
    });
    assert.equal((await policyOf(at)).ancestors, "'none'");
    assert.ok((await policyOf(at)).legacy);
  }
  assert.equal((await policyOf("/book/nobody?embed=1")).ancestors, "'none'");
  const framed = await frontdesk.call("GET", `${path}?embed=1&lang=de`);
  assert.match(framed.text, /<html[^>]* data-embed/);
  for (const [, href] of framed.text.matchAll(/(?:href|"post" action)="(\/book\/[^".]*)"/g)) {
    assert.match(href ?? "", /embed=1/, href);
  }
});

test("what never changes is kept for ever, what changes is asked for again, what is personal is not kept", async () => {
  const { path, book, workspace } = await opened();
  for (const asset of [stylePath, scriptPath]) {
    const answer = await frontdesk.call("GET", asset);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["cache-control"], "public, max-age=31536000, immutable");
  }
  const embed = await frontdesk.call("GET", "/book/embed.js");
  assert.equal(embed.headers["cross-origin-resource-policy"], "cross-origin");
  assert.equal(embed.headers["cache-control"], "public, max-age=3600");
  const page = await frontdesk.call("GET", path);
  assert.equal(page.headers["cache-control"], "private, no-cache");
  assert.equal(page.headers["vary"], "accept-language, cookie");
  assert.match(page.text, new RegExp(`<link rel="canonical" href="http://frontdesk.test${path}">`));
  assert.doesNotMatch(page.text, /noindex/);
  assert.equal((await book()).status, 201);
  const [booking] = (await workspace.call("GET", "/api/v1/scheduling-bookings")).body.data;
  const { management_token: token } = (
    await workspace.call("GET", `/api/v1/scheduling-bookings/${booking.id}`)
  ).body.data;
  for (const at of [`/book/${workspace.slug}/manage/${token}`, `${path}?start=2026-03-04T10:00:00.000Z`]) {
    const personal = await frontdesk.call("GET", at);
    assert.equal(personal.headers["cache-control"], "no-store");
    assert.match(personal.text, /<meta name="robots" content="noindex">/);
  }
});
