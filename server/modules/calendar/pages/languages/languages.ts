/** Which language a visitor reads, and the form of dates and numbers they are used to. */
import { de } from "./de.ts";
import { en } from "./en.ts";
import type { Messages } from "./en.ts";
import { es } from "./es.ts";

export const catalogues = { en, es, de } as const satisfies Record<string, Messages>;

export type Language = keyof typeof catalogues;

export const languages = Object.keys(catalogues) as Language[];

/** `locale` may be narrower than the language (en-GB, de-AT): dates, times and money are written its way. */
export type Spoken = { language: Language; locale: string };

/** The language of a tag such as "de-AT"; undefined for one without a catalogue, or no tag at all. */
export function spokenBy(tag: string | undefined): Spoken | undefined {
  if (!tag || tag.length > 35) return undefined;
  try {
    const locale = new Intl.Locale(tag);
    const language = languages.find((one) => one === locale.language);
    return language && { language, locale: locale.baseName };
  } catch {
    return undefined;
  }
}

/** The first language of an Accept-Language header that there is a catalogue for, by the reader's own preference. */
export function acceptedLanguage(header: string | undefined): Spoken | undefined {
  const wishes = (header ?? "")
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    });
  const wanted = wishes.filter((wish) => wish.weight > 0).toSorted((a, b) => b.weight - a.weight);
  return wanted.map(({ tag }) => spokenBy(tag)).find(Boolean);
}
