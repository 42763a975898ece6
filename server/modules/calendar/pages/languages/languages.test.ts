import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import { openCalendar } from "../../test-calendar.ts";
import { browserOf, hiddenIn } from "../testing.ts";
import { acceptedLanguage, catalogues, languages, spokenBy } from "./languages.ts";

const frontdesk = await startHarness();
const mark = "\u0001";

/** Every text of a catalogue by the path of its key; what a text is given stands in it as a mark. */
function textsOf(catalogue: object, path: string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    const here = [...path, key];
    if (typeof value === "function") {
      const marks = Array.from({ length: value.length }, () => mark);
      found.set(here.join("."), (value as (...all: string[]) => string)(...marks));
    } else if (typeof value === "string") found.set(here.join("."), value);
    else for (const [name, text] of textsOf(value as object, here)) found.set(name, text);
  }
  return found;
}

test("every language says everything, with as many names and numbers in it", () => {
  const english = textsOf(catalogues.en);
  assert.ok(english.size > 100);
  for (const language of languages) {
    const texts = textsOf(catalogues[language]);
    assert.deepEqual([...texts.keys()], [...english.keys()], language);
    for (const [key, text] of texts) {
      const wanted = english.get(key) ?? "";
      assert.equal(text === "", wanted === "", `${language} ${key}`);
      assert.equal(text.split(mark).length, wanted.split(mark).length, `${language} ${key}`);
      assert.equal(text.includes("{time}"), wanted.includes("{time}"), `${language} ${key}`);
    }
  }
});

test("nothing was left in English", () => {
  const english = textsOf(catalogues.en);
  const shared = ["outlook", "google", "hours", "minutes", "serviceTitle", "per.PER_JOB"];
  for (const language of languages.filter((one) => one !== "en")) {
    const same = [...textsOf(catalogues[language])].filter(([key, text]) => text === english.get(key));
    assert.deepEqual(
      same.map(([key]) => key).filter((key) => !shared.includes(key)),
      [],
      language,
    );
  }
});

test("nothing is translated that no page says", async () => {
  const folder = join(import.meta.dirname, "..");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.includes("test"));
  const source = (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  const unsaid = Object.keys(catalogues.en).filter(
    (key) => !new RegExp(`\\b(m|messages|catalogues\\[\\w+\\])\\??\\.${key}\\b`).test(source),
  );
  assert.deepEqual(
    unsaid.filter((key) => !["name", "morning", "afternoon", "evening"].includes(key)),
    [],
  );
});

/** What a person or their screen reader gets of a page. */
function readable(page: string): string {
  const body = page.slice(page.indexOf("<body"));
  const said = [...body.matchAll(/(?:aria-label|title|abbr|data-left|data-over)="([^"]*)"/g)].map(
    ([, text]) => text,
  );
  const title = /<title>([^<]*)/.exec(page)?.[1];
  const description = /<meta name="description" content="([^"]*)"/.exec(page)?.[1];
  return [title, description, body.replaceAll(/<[^>]*>/g, "\n"), ...said].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w\s]/g, (sign) => `\\${sign}`);
}

/** Pieces of English long enough to be told from other languages. */
function englishPieces(language: "de" | "es"): string[] {
  const own = [...textsOf(catalogues[language]).values()].join("\n");
  const pieces = [...textsOf(catalogues.en).values()].flatMap((text) => text.split(mark));
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => /[a-z]{3}/.test(piece) && !own.includes(piece));
}

for (const language of ["de", "es"] as const) {
  test(`no English on the pages in ${language}`, async () => {
    const { workspace, eventType } = await openCalendar(frontdesk, {
      name: "Xyz",
      price_min_cents: 5000,
      currency: "EUR",
      price_unit: "PER_HOUR",
      travel_minutes: 20,
      capacity: 2,
    });
    const visitor = browserOf(frontdesk, { "accept-language": language });
    const home = `/book/${workspace.slug}`;
    const path = `${home}/${eventType.slug}`;
    const pages: string[] = [];
    const see = (page: { text: string }) => pages.push(page.text);
    for (const at of [home, path, `${path}?postal_code=N1&notice=taken&tz=Asia%2FTokyo`, "/book/nobody"]) {
      see(await visitor.get(at));
    }
    const start = "2026-03-03T10:00:00.000Z";
    const details = await visitor.submit(path, { action: "hold", start, postal_code: "N1" });
    see(details);
    const form = hiddenIn(details.text);
    see(await visitor.post(path, { ...form, email: "a", phone: "1", attendees: "b", subject_line: "x" }));
    see(await visitor.post(path, form, { origin: "https://elsewhere.example" }));
    const person = { name: "Q", email: "q@example.com", postal_code: "N1" };
    const done = await visitor.submit(path, { ...form, ...person });
    see(done);
    const link = done.at.split("?")[0] ?? "";
    for (const query of [
      "",
      "?step=move",
      "?step=edit",
      "?step=cancel",
      "?notice=saved",
      "?notice=refused",
    ]) {
      see(await visitor.get(`${link}${query}`));
    }
    see(await visitor.submit(link, { action: "cancel" }));
    see(await visitor.get(`/book/${workspace.slug}/manage/nothing`));
    const pieces = englishPieces(language);
    assert.ok(pieces.length > 80);
    for (const page of pages) {
      assert.match(page, new RegExp(`<html lang="${language}`));
      const text = readable(page).replaceAll("English", "");
      const leaked = pieces.filter((piece) => new RegExp(`(?<![\\w])${escaped(piece)}(?![\\w])`).test(text));
      assert.deepEqual(leaked, [], text.slice(0, 300));
    }
  });
}

test("the language is the reader's first that there is, then English", () => {
  const cases: [string | undefined, string | undefined][] = [
    ["de-AT,de;q=0.9,en;q=0.8", "de-AT"],
    ["fr,es;q=0.5,en;q=0.9", "en"],
    ["es-419", "es-419"],
    ["de;q=0,en", "en"],
    ["*", undefined],
    ["fr-CA", undefined],
    ["", undefined],
    [undefined, undefined],
    ["x".repeat(2000), undefined],
  ];
  for (const [header, locale] of cases) assert.equal(acceptedLanguage(header)?.locale, locale, header);
  assert.equal(spokenBy("de")?.language, "de");
  assert.equal(spokenBy("../../etc"), undefined);
});

test("a language that was asked for is remembered", async () => {
  const { workspace } = await openCalendar(frontdesk);
  const visitor = browserOf(frontdesk, { "accept-language": "en" });
  const home = `/book/${workspace.slug}`;
  assert.match((await visitor.get(home)).text, /What can we do for you\?/);
  assert.match((await visitor.get(`${home}?lang=de`)).text, /Was dürfen wir für Sie tun\?/);
  assert.match((await visitor.get(home)).text, /Was dürfen wir für Sie tun\?/);
});
