/** What agents and the people behind them are shown, looked at alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, unauthorized } from "../../../kernel/errors.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import { userContent } from "../../../surfaces/user-content.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { consentNeeded } from "./agent-actor.ts";
import { capabilitiesJson, capabilitiesPage } from "./capabilities-page.ts";
import type { CapabilitiesView } from "./capabilities-page.ts";
import { agentCode, asAgentCode, idOfLink, isSame, linkOf, lookupOf, oneTimeCode } from "./consent/codes.ts";
import { isOver, shownAgentName, shownScopes } from "./consent/consent.ts";
import type { Consent } from "./consent/consent.ts";
import { consentPage, questionPage } from "./consent/consent-page.ts";
import { createBooking } from "./create-booking.ts";
import { listServices } from "./list-services.ts";
import { agentManifest, inputSchemaOf, offeredCapabilities } from "./manifest.ts";
import type { PublicProvider } from "./provider.ts";
import { future, orSlotTaken } from "./wanted-time.ts";

const now = new Date("2026-03-02T09:30:00Z");
const app = {
  baseUrl: "https://desk.example",
  clock: { now: () => now },
  registry: { operations: [createBooking, listServices, { route: "GET /contacts" }, {}] },
  ports: { secrets: { consent: "a secret of this installation" } },
} as unknown as App;

const acme: PublicProvider = {
  id: "p1",
  slug: "acme",
  name: "Acme",
  timeZone: "Europe/London",
  description: undefined,
  industry: undefined,
  trustedIssuers: [],
};

type Doc = Record<string, never> & {
  site: Record<string, string>;
  auth: Record<string, unknown>;
  capabilities: Record<string, never>[];
  providers: { provider_id: string; manifest_url: string; capabilities: { url: string }[] }[];
};
const manifest = (only?: PublicProvider, all = [acme, { ...acme, slug: "bolt" }]) =>
  agentManifest(app, all, only) as unknown as Doc;

test("what can be called, where, with which scope, and whether it takes a token", () => {
  const offered = offeredCapabilities(app);
  assert.deepEqual(
    offered.map(({ name, scope, needsKey, path }) => [name, scope, needsKey, path]),
    [
      [
        "booking.create_booking",
        "scheduling.write",
        true,
        "/providers/:provider_id/capabilities/booking.create_booking",
      ],
      [
        "booking.list_services",
        "scheduling.read",
        false,
        "/providers/:provider_id/capabilities/booking.list_services",
      ],
    ],
  );
  const [create, list] = manifest().capabilities as unknown as Record<string, unknown>[];
  assert.deepEqual([create?.["auth"], list?.["auth"]], ["bearer", "none"]);
  assert.equal(
    create?.["url"],
    "https://desk.example/providers/{provider_id}/capabilities/booking.create_booking",
  );
  const output = (one: Record<string, unknown> | undefined) =>
    (one?.["output_schema"] as { properties: Record<string, { enum?: string[] }> } | undefined)?.properties ??
    {};
  assert.ok("available_alternatives" in output(create));
  assert.equal("available_alternatives" in output(list), false);
  const errors = output(create)["error"]?.enum ?? [];
  assert.ok(errors.includes("slot_taken") && errors.includes("invalid_input"));
  assert.equal(new Set(errors).size, errors.length);
  const input = inputSchemaOf(createBooking) as { properties: object; required: string[] };
  assert.equal("provider_id" in input.properties, false);
  assert.ok(!input.required.includes("provider_id") && input.required.includes("start_at"));
});

test("a manifest is the same for an hour, and good for a day", () => {
  const { generated_at, expires_at } = manifest() as unknown as Record<string, string>;
  assert.deepEqual([generated_at, expires_at], ["2026-03-02T09:00:00.000Z", "2026-03-03T09:00:00.000Z"]);
});

test("the installation's manifest names every business, a business's own itself alone", () => {
  const whole = manifest();
  assert.deepEqual(
    whole.providers.map((one) => one.provider_id),
    ["acme", "bolt"],
  );
  assert.equal(whole.site["page_url"], "https://desk.example/capabilities");
  assert.equal(
    whole.providers[1]?.manifest_url,
    "https://desk.example/providers/bolt/.well-known/agent-actions.json",
  );
  assert.match(whole.providers[1]?.capabilities[0]?.url ?? "", /\/providers\/bolt\//);
  assert.equal(whole.auth["token_url"], "https://desk.example/providers/{provider_id}/aam/token");
  assert.deepEqual(whole.auth["required_for"], ["booking.create_booking"]);
  assert.equal("trusted_issuers" in whole.auth, false);
  const own = manifest(acme);
  assert.deepEqual(
    own.providers.map((one) => one.provider_id),
    ["acme"],
  );
  assert.equal(own.site["page_url"], "https://desk.example/book/acme");
  assert.equal("category" in own.site || "description" in own.site, false);
  assert.deepEqual(own.auth["accepted_identity_proofs"], ["per_site_consent", "business_api_key"]);
  const told = manifest({
    ...acme,
    industry: "Plumbing",
    description: "We mend",
    trustedIssuers: ["https://id.example"],
  });
  assert.deepEqual(
    [told.site["category"], told.site["description"]],
    [userContent("Plumbing"), userContent("We mend")],
  );
  assert.deepEqual(told.auth["trusted_issuers"], ["https://id.example"]);
  assert.deepEqual(told.auth["accepted_identity_proofs"], [
    "per_site_consent",
    "business_api_key",
    "aam_id_credential",
  ]);
});

test("the page of what agents can do, for people and for programs", () => {
  const run = {
    provider: "acme",
    capability: "booking.create_booking",
    test: "happy_path",
    passed: true,
    duration_ms: 12,
    detail: null,
    ran_at: now,
  };
  const view = (more: Partial<CapabilitiesView> = {}): CapabilitiesView => ({
    offered: offeredCapabilities(app),
    providers: [],
    runs: [],
    signedWith: ["k1", "k2"],
    ...more,
  });
  const empty = capabilitiesPage(view());
  assert.match(empty, /No business here.*None yet/s);
  assert.match(empty, /<td>scheduling\.read \(open\)<\/td>/);
  assert.match(empty, /<td>scheduling\.write<\/td>/);
  const runs = [run, { ...run, passed: false }, { ...run, passed: false, detail: "late" }];
  const full = capabilitiesPage(view({ providers: [acme], runs }));
  assert.doesNotMatch(full, /No business here|None yet/);
  assert.deepEqual(
    [...full.matchAll(/<td>(pass|fail[^<]*)</g)].map(([, said]) => said),
    ["pass", "fail", "fail: late"],
  );
  assert.match(full, /<td>12 ms<\/td><td>2026-03-02 09:30 UTC<\/td>/);
  const json = capabilitiesJson(view({ runs: [run] })) as {
    conformance_runs: object[];
    capabilities: { path: string }[];
  };
  assert.deepEqual(json.conformance_runs, [{ ...run, ran_at: now.toISOString() }]);
  assert.equal(json.capabilities[1]?.path, "/providers/{provider_id}/capabilities/booking.list_services");
});

test("codes differ by consent, round and installation, and look as people can read them aloud", () => {
  const elsewhere = { ports: { secrets: { consent: "another" } } } as unknown as App;
  const codes = Array.from({ length: 200 }, (_, index) => oneTimeCode(app, "c1", index));
  assert.ok(codes.every((code) => /^\d{6}$/.test(code)));
  assert.ok(new Set(codes).size > 190);
  assert.equal(oneTimeCode(app, "c1", 3), codes[3]);
  assert.notEqual(oneTimeCode(app, "c2", 3), codes[3]);
  assert.notEqual(oneTimeCode(elsewhere, "c1", 3), codes[3]);
  const agents = Array.from({ length: 200 }, (_, index) => agentCode(app, `c${index}`));
  assert.ok(agents.every((code) => /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/.test(code)));
  assert.equal(new Set(agents.join("").replaceAll("-", "")).size, 32, "every sign is used");
  assert.equal(idOfLink(app, linkOf(app, "c1")), "c1");
  assert.equal(idOfLink(app, linkOf(elsewhere, "c1")), undefined);
  for (const odd of ["", "c1", "c1.", `${linkOf(app, "c1")}x`]) assert.equal(idOfLink(app, odd), undefined);
  assert.equal(isSame("a", "a"), true);
  assert.equal(isSame("a", "ab"), false);
});

test("an agent's code is read however it is written, and found by its first half", () => {
  for (const text of ["ABCD-EFGH", "abcd efgh", " ABCDEFGH ", "AB CD–EF—GH"]) {
    assert.equal(asAgentCode(text), "ABCD-EFGH", text);
  }
  for (const odd of ["ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFG0", "ABCD-EFGI", ""]) {
    assert.equal(asAgentCode(odd), undefined, odd);
  }
  assert.equal(lookupOf(app, "w1", "ABCD-EFGH"), lookupOf(app, "w1", "ABCD-ZZZZ"));
  assert.notEqual(lookupOf(app, "w1", "ABCD-EFGH"), lookupOf(app, "w1", "ABCE-EFGH"));
  assert.notEqual(lookupOf(app, "w1", "ABCD-EFGH"), lookupOf(app, "w2", "ABCD-EFGH"));
});

test("an agent's name is short and makes no link; scopes are those there are", () => {
  assert.equal(shownAgentName("  Claude\n(beta) "), "Claude beta");
  assert.equal(shownAgentName("www.evil.example/x"), "www evil example x");
  assert.equal(shownAgentName("x".repeat(60)), "x".repeat(40));
  assert.equal(shownAgentName("v1.2"), "v1.2");
  for (const nothing of [undefined, 7, "", "<>"]) assert.equal(shownAgentName(nothing), "an assistant");
  assert.deepEqual(shownScopes("scheduling.read"), ["scheduling.read"]);
  assert.deepEqual(shownScopes("scheduling.write+other,scheduling.read"), [
    "scheduling.read",
    "scheduling.write",
  ]);
  assert.deepEqual(shownScopes("other"), ["scheduling.read", "scheduling.write"]);
  assert.deepEqual(shownScopes(undefined), ["scheduling.read", "scheduling.write"]);
});

const consent = {
  id: "c1",
  state: "asked",
  agent_name: "Claude",
  customer_name: "Ada",
  channel: "email",
  address: "ada@example.com",
  codes_sent: 1,
  expires_at: new Date(now.getTime() + 1),
} as unknown as Consent;

test("each state of a consent has its page, and what is over is over", () => {
  const page = (more: Partial<Consent> = {}, notice?: string) =>
    consentPage(acme, { ...consent, ...more }, { now, code: "ABCD-EFGH", notice });
  const actions = (text: string) =>
    [...text.matchAll(/name="action" value="(\w+)"/g)].map(([, action]) => action);
  assert.deepEqual(actions(page()), ["confirm", "again"]);
  assert.deepEqual(actions(page({ codes_sent: 2 })), ["confirm", "again"]);
  assert.deepEqual(actions(page({ codes_sent: 3 })), ["confirm"]);
  assert.match(page(), /six digits to a…@example\.com\./);
  assert.match(page({ channel: "sms", address: "+447700900321" }), /six digits to …321\./);
  assert.doesNotMatch(page(), /ABCD-EFGH|role="status"/);
  assert.match(page({}, "sent again"), /role="status"[^>]*>sent again/);
  assert.deepEqual(actions(page({ state: "confirmed" })), ["revoke"]);
  assert.match(page({ state: "confirmed" }), /class="code">ABCD-EFGH</);
  assert.deepEqual(actions(page({ state: "granted" })), ["revoke"]);
  assert.match(page({ state: "granted" }), /may book with Acme for Ada until/);
  assert.doesNotMatch(page({ state: "granted" }), /ABCD-EFGH/);
  assert.match(page({ state: "revoked" }), /<title>Taken back/);
  for (const state of ["asked", "confirmed", "granted"] as const) {
    const over = page({ state, expires_at: now });
    assert.match(over, /<title>This request is over/, state);
    assert.deepEqual(actions(over), [], state);
  }
  assert.match(page({ state: "failed" }), /<title>This request is over/);
  assert.equal(isOver(consent, now), false);
  assert.equal(isOver({ ...consent, expires_at: now }, now), true);
});

test("the question says who asks for what; a mistake is told with what was typed", () => {
  const asked = { agentName: "Claude", scopes: ["scheduling.read", "odd"] };
  const plain = questionPage(acme, asked);
  assert.doesNotMatch(plain, /role="alert"/);
  assert.match(plain, /<li>see what can be booked and when<\/li><li>odd<\/li>/);
  assert.match(plain, /name="scope" value="scheduling.read odd"/);
  const again = questionPage(acme, asked, { name: "Ada", contact: "x", problem: "no" });
  assert.match(again, /role="alert"[^>]*>no<.*value="Ada".*value="x"/s);
});

test("a write that nobody has allowed is told where the person says yes", () => {
  const call = { url: "https://desk.example/providers/a%20b/capabilities/x", address: "::1" };
  const told = (more: object, error: unknown = unauthorized("Bad token.", { fix: "Do it." })) =>
    consentNeeded(app, { ...call, bearer: undefined, body: undefined, ...more }, error) as OperationError;
  const first = told({ body: JSON.stringify({ agent_vendor: "Claude" }) });
  const url = new URL(String(first.details?.["consent_url"]));
  assert.deepEqual([url.pathname, url.searchParams.get("agent")], ["/providers/a%20b/aam/consent", "Claude"]);
  assert.match(first.message, /has to allow this first/);
  assert.match(told({ bearer: "t" }).message, /^Bad token\. Ask the person/);
  for (const body of [undefined, "{", "null", "7"]) {
    const asks = new URL(String(told({ body }).details?.["consent_url"]));
    assert.equal(asks.searchParams.get("agent"), "an assistant", body);
  }
  const other = conflict("no", { fix: "Do it." });
  assert.equal(told({}, other), other);
  const plain = new Error("broken");
  assert.equal(told({}, plain), plain);
  assert.match(
    String(told({ url: "https://desk.example/x" }).details?.["consent_url"]),
    /\/providers\/\/aam/,
  );
});

test("a start is strictly in the future, and only a time that is taken is told with others", async () => {
  const ctx = { now } as Ctx;
  assert.throws(() => future(ctx, now.toISOString()), { code: "PAST_TIME" });
  assert.equal(future(ctx, "2026-03-02T09:30:00.001Z").getTime(), now.getTime() + 1);
  const slot = { starts_at: "2026-03-04T10:00:00.000Z", ends_at: "2026-03-04T11:00:00.000Z", time: "10:00" };
  const taken = Promise.reject(slotUnavailable("no", { fix: "Do it.", details: { alternatives: [slot] } }));
  await assert.rejects(orSlotTaken(taken), ({ code, details }: OperationError) => {
    assert.equal(code, "SLOT_TAKEN");
    assert.deepEqual(details, {
      available_alternatives: [{ start_at: slot.starts_at, end_at: slot.ends_at }],
    });
    return true;
  });
  await assert.rejects(orSlotTaken(Promise.reject(conflict("over", { fix: "Do it." }))), {
    code: "CONFLICT",
  });
  await assert.rejects(orSlotTaken(Promise.reject(new Error("broken"))), /broken/);
});
