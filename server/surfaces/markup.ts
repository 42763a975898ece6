/** HTML as a value of its own: what goes into a template is escaped unless it is markup already. */
import { escapeHtml } from "./html-page.ts";

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type MarkupValue = Markup | string | number | false | null | undefined | readonly MarkupValue[];

/** markup`<p>${text}</p>`: text is escaped, markup and lists of it go in as they are, false and undefined leave nothing. */
export function markup(parts: TemplateStringsArray, ...values: MarkupValue[]): Markup {
  let text = parts[0] ?? "";
  values.forEach((value, index) => (text += written(value) + (parts[index + 1] ?? "")));
  return new Markup(text);
}

function written(value: MarkupValue): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(written).join("");
  return escapeHtml(String(value));
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes with a space before each: true is the bare name, false and undefined are left out. */
export function attributes(all: Attributes): Markup {
  const shown = Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return "";
    return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
  });
  return new Markup(shown.join(""));
}
