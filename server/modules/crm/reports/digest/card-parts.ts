/** A card in the three forms a mail needs: HTML, plain text and, for charts, a picture. */
import { escapeHtml } from "../../../../surfaces/html-page.ts";
import { isMoney } from "../query/plan.ts";
import type { Measure, Plan } from "../query/plan.ts";
import type { ReportRow } from "../query/spec.ts";
import type { AnsweredCard } from "./card-rows.ts";
import { chartDataOf } from "./chart-data.ts";
import type { ChartData } from "./chart-data.ts";
import { heightOf } from "./chart-option.ts";
import type { Chart } from "./chart-option.ts";
import { addsUp, currenciesOf, currencyColumn, showAmount, showFigure } from "./money.ts";
import { columnLabel, showNumber } from "./show-value.ts";
import { tableView } from "./table-view.ts";
import type { TableView } from "./table-view.ts";

export const contentWidth = 592;
const wordsInAlt = 12;

/** A card as it is written down; `chart` is to be drawn and shown under `cid`. */
export type CardPart = {
  title: string;
  stat: boolean;
  html: string;
  text: string;
  chart?: { cid: string; drawing: Chart } | undefined;
};

const noData = `<p style="margin:0;color:#616e7c">Nothing to show yet.</p>`;

/** `number` tells the pictures of a mail apart. */
export function cardPart({ card, kind, answer }: AnsweredCard, number: number): CardPart {
  const about = { title: card.title, stat: kind === "stat" };
  if (!answer) {
    const text = "This card can no longer be answered: a field it asks for is gone.";
    return { ...about, html: `<p style="margin:0;color:#616e7c">${text}</p>`, text };
  }
  const { plan, rows } = answer;
  if (kind === "stat") return { ...about, ...statPart(plan, rows) };
  if (kind === "table") return { ...about, ...tablePart(tableView(card, plan, rows)) };
  const data = chartDataOf(plan, rows);
  if (!data.series.some(({ values }) => values.some((value) => value !== null && value !== 0))) {
    return { ...about, html: noData, text: "Nothing to show yet." };
  }
  const cid = `card-${number}@report`;
  const drawing = { kind, data, width: contentWidth, height: heightOf(kind, data) };
  const told = dataInWords(data);
  const alt = escapeHtml(
    `${card.title}: ${told.slice(0, wordsInAlt).join("; ")}${told.length > wordsInAlt ? "; …" : ""}`,
  );
  const size = `width="${drawing.width}" height="${drawing.height}"`;
  const style = "display:block;width:100%;max-width:592px;height:auto;border:0";
  return {
    ...about,
    html: `<img src="cid:${cid}" ${size} alt="${alt}" style="${style}">`,
    text: told.join("\n"),
    chart: { cid, drawing },
  };
}

/** A chart as sentences: "New: 1,200", with the series' name where there are several. */
function dataInWords({ categories, series }: ChartData): string[] {
  return categories.map((category, index) => {
    const values = series
      .filter(({ values: own }) => own[index] !== null)
      .map(
        ({ name, values: own, currencies }) =>
          `${series.length > 1 ? `${name} ` : ""}${showFigure(own[index] ?? 0, currencies?.[index])}`,
      );
    return `${category || "All"}: ${values.join(", ")}`;
  });
}

function statPart(plan: Plan, rows: readonly ReportRow[]): { html: string; text: string } {
  const numbers = plan.measures.map((measure) => ({
    label: columnLabel(measure),
    shown: figuresOf(plan, measure, rows).join(" · "),
  }));
  const [first, ...others] = numbers;
  const small = others.map(({ label, shown }) => `${label}: ${shown}`).join(" · ");
  return {
    html: `<p style="margin:0;font-size:28px;line-height:36px;font-weight:700;color:#1f2933">${escapeHtml(first?.shown ?? "–")}</p>${
      small ? `<p style="margin:4px 0 0;font-size:13px;color:#616e7c">${escapeHtml(small)}</p>` : ""
    }`,
    text: numbers.map(({ label, shown }) => (numbers.length > 1 ? `${label}: ${shown}` : shown)).join("\n"),
  };
}

/** What a measure comes to: one figure, or one for each currency. */
function figuresOf(plan: Plan, measure: Measure, rows: readonly ReportRow[]): string[] {
  const column = currencyColumn(plan);
  const apart = column !== undefined && !addsUp(measure);
  const currencies = apart ? currenciesOf(plan, rows) : [undefined];
  return currencies.map((currency) => {
    const values = rows
      .filter((row) => currency === undefined || column === undefined || row[column] === currency)
      .map((row) => row[measure.name])
      .filter((value) => typeof value === "number");
    const adds = measure.aggregation === "sum" || measure.aggregation === "count";
    const value = adds ? values.reduce((sum, one) => sum + one, 0) : values[0];
    if (value === undefined) return "–";
    return isMoney(measure) ? showAmount(value, currency) : showNumber(value);
  });
}

function tablePart({ headings, rows, numeric, more }: TableView): { html: string; text: string } {
  if (rows.length === 0) return { html: noData, text: "Nothing to show yet." };
  const cell = (tag: "th" | "td", text: string, column: number) => {
    const align = numeric[column] ? "right" : "left";
    const look =
      tag === "th"
        ? "padding:8px;border-bottom:2px solid #cbd2d9;color:#616e7c;font-weight:600"
        : "padding:8px;border-bottom:1px solid #e4e7eb;color:#1f2933";
    const scope = tag === "th" ? ' scope="col"' : "";
    return `<${tag}${scope} align="${align}" style="${look};text-align:${align};vertical-align:top">${escapeHtml(text)}</${tag}>`;
  };
  const line = (tag: "th" | "td", cells: string[]) =>
    `<tr>${cells.map((text, column) => cell(tag, text, column)).join("")}</tr>`;
  const rest = more > 0 ? `and ${more} more` : "";
  return {
    html: `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px;line-height:20px">
<thead>${line("th", headings)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table>${
      rest ? `<p style="margin:8px 0 0;font-size:13px;color:#616e7c">${rest}</p>` : ""
    }`,
    text: [headings, ...rows]
      .map((row) => row.join(" | "))
      .concat(rest || [])
      .join("\n"),
  };
}
