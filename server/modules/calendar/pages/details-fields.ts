/** The fields of the booker's details as HTML: each with its label, its hint, and what is wrong with it. */
import { Markup, attributes, markup } from "../../../surfaces/markup.ts";
import { fields, trapName } from "./details-form.ts";
import type { DetailName, Details, Mistakes } from "./details-form.ts";
import { notice } from "./layout.ts";
import type { Messages } from "./languages/en.ts";

type Look = {
  type?: string;
  autocomplete?: string;
  required?: boolean;
  rows?: number;
  inputmode?: string;
};

const looks: Record<DetailName, Look> = {
  name: { autocomplete: "name", required: true },
  email: { type: "email", autocomplete: "email", required: true, inputmode: "email" },
  phone: { type: "tel", autocomplete: "tel", inputmode: "tel" },
  address: { autocomplete: "street-address", rows: 2 },
  postalCode: { autocomplete: "postal-code", required: true },
  notes: { rows: 3 },
  attendees: { rows: 2 },
};

/** How many fields are wrong, for those who do not see the page at once. */
export function mistakesNotice(m: Messages, mistakes: Mistakes): Markup {
  const count = Object.keys(mistakes).length;
  return count === 0 ? markup`` : notice(m.mistakes.summary(count), "bad");
}

/** The named fields with what was typed. The first wrong one gets the focus. */
export function detailFields(
  m: Messages,
  names: readonly DetailName[],
  details: Details,
  mistakes: Mistakes,
): Markup {
  const firstWrong = names.find((name) => mistakes[name]);
  return markup`${names.map((name) => field(m, name, details[name], mistakes[name], name === firstWrong))}`;
}

function field(
  m: Messages,
  key: DetailName,
  value: string,
  mistake: string | undefined,
  isFirstWrong: boolean,
): Markup {
  const { name, maxLength } = fields[key];
  const { rows, required = false, type = "text", ...rest } = looks[key];
  const hint = (m.hints as Partial<Record<DetailName, string>>)[key];
  const describedBy = [mistake && `${name}-mistake`, hint && `${name}-hint`].filter(Boolean).join(" ");
  const shared = attributes({
    id: name,
    name,
    maxlength: maxLength,
    required,
    ...rest,
    "aria-invalid": mistake ? "true" : undefined,
    "aria-describedby": describedBy || undefined,
    autofocus: isFirstWrong,
  });
  return markup`<div class="field">
<label for="${name}">${m.fields[key]}${!required && markup` <small>${m.optional}</small>`}</label>
${rows ? markup`<textarea${shared} rows="${rows}">\n${value}</textarea>` : markup`<input type="${type}"${shared}${attributes({ value })}>`}
${mistake && markup`<p class="mistake" id="${name}-mistake">${mistake}</p>`}
${hint && markup`<p class="hint" id="${name}-hint">${hint}</p>`}
</div>
`;
}

/** The field for programs: out of sight, out of the tab order, and said to be left empty. */
export function trapField(m: Messages): Markup {
  return markup`<div class="trap" aria-hidden="true"><label for="${trapName}">${m.leaveEmpty}</label><input id="${trapName}" name="${trapName}" tabindex="-1" autocomplete="off"></div>`;
}
