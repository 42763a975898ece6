import { sql } from "kysely";
import { invalidField } from "../../../../kernel/errors.ts";
import { filteredCurrency } from "../../filtered-currency.ts";
import { readFilter } from "./filters.ts";
import type { Filter, FilterCurrency } from "./filters.ts";
import { unknown } from "./known-fields.ts";
import { readOrder } from "./order.ts";
import type { Order } from "./order.ts";
import { inScene, measurable } from "./source.ts";
import type { Aggregation, Field, Granularity, Scene, Source } from "./source.ts";
import { bucketOf } from "./time-buckets.ts";
import { defaultLimit } from "./spec.ts";
import type { QuerySpec } from "./spec.ts";

/** A column that groups, or in drilldown mode one that is shown. */
export type Column = { name: string; field: Field; granularity?: Granularity };
export type Measure = { name: string; field: Field; aggregation: Aggregation };

/** A question that was understood: every name in it is a field of the source, every value fits its field. */
export type Plan = {
  source: Source;
  scene: Scene;
  mode: "aggregate" | "drilldown";
  columns: Column[];
  measures: Measure[];
  filters: Filter[];
  order: Order[];
  limit: number;
  fill: boolean;
  /** The column that keeps the currencies of its sums apart, where the question did not ask for one. */
  currency?: Column | undefined;
};

/** Understands a question. Refuses, naming the place (after `at`), whatever the source has no answer to. */
export function planOf(source: Source, spec: QuerySpec, scene: Scene, at = ""): Plan {
  const reader = new SpecReader(source, spec, scene, at);
  const mode = spec.mode ?? "aggregate";
  const { columns, measures, currency } = mode === "aggregate" ? reader.aggregate() : reader.drilldown();
  return {
    currency,
    source,
    scene,
    mode,
    columns,
    measures,
    filters: reader.filters(),
    order: readOrder(source, spec, { mode, columns, measures }, at),
    limit: spec.limit ?? defaultLimit,
    fill: mode === "aggregate" && spec.time_dimension?.fill === true,
  };
}

type Selected = { columns: Column[]; measures: Measure[]; currency?: Column | undefined };

/** Whether a measure is an amount of money: how many have one is no amount. */
export function isMoney({ field, aggregation }: Measure): boolean {
  return field.type === "money" && aggregation !== "count";
}

/** What it takes to read all that a question touches: its rows, what it shows, and what it is narrowed and sorted by. */
export function scopesOfPlan({ source, columns, measures, filters, order }: Plan): ReadonlySet<string> {
  const sorted = order.flatMap(({ by }) => ("field" in by ? [by] : []));
  const fields = [...columns, ...measures, ...filters, ...sorted].map(({ field }) => field);
  return new Set([source.reads, ...fields.flatMap(({ reads = [] }) => reads)]);
}

class SpecReader {
  readonly #source: Source;
  readonly #spec: QuerySpec;
  readonly #scene: Scene;
  readonly #at: string;

  constructor(source: Source, spec: QuerySpec, scene: Scene, at: string) {
    this.#source = source;
    this.#spec = spec;
    this.#scene = scene;
    this.#at = at;
  }

  aggregate(): Selected {
    for (const name of ["drilldown_dimension", "drilldown_value"] as const) {
      if (this.#spec[name] !== undefined) {
        throw invalidField(`${this.#at}${name}`, "needs mode drilldown", 'Send mode: "drilldown" with it.');
      }
    }
    const time = this.#time();
    const dimensions = this.#columns((field) => field.dimension === true, "dimension");
    const measures = this.#measures();
    const currency = this.#currency(dimensions, measures);
    const columns = [...(time ? [time] : []), ...dimensions, ...(currency ? [currency] : [])];
    const names = [...columns, ...measures].map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw invalidField(`${this.#at}measures`, `two columns are called ${twice}`, "Give one an alias.");
    }
    return { columns, measures, currency };
  }

  drilldown(): Selected {
    if ((this.#spec.measures?.length ?? 0) > 0) {
      throw invalidField(
        `${this.#at}measures`,
        "are for aggregate mode; a drilldown shows rows",
        "Name the columns in dimensions.",
      );
    }
    const named = this.#columns(() => true, "column");
    const { scopes } = this.#scene;
    // Nobody asked for these by name: those the caller may not read are passed over.
    const columns = this.#source.columns
      .map((name) => ({ name, field: this.#field(name, "dimensions") }))
      .filter(({ field: { reads = [] } }) => !scopes || reads.every((scope) => scopes.has(scope)));
    return { columns: named.length > 0 ? named : columns, measures: [] };
  }

  /** Amounts of different currencies are never one number: whoever measures money is told of each currency by itself. */
  #currency(dimensions: Column[], measures: Measure[]): Column | undefined {
    const field = this.#source.fields.find(({ name }) => name === this.#source.currency);
    if (!field || !measures.some(isMoney) || dimensions.some((one) => one.field === field)) return undefined;
    return { name: field.name, field };
  }

  filters(): Filter[] {
    const { filters = [], time_dimension: time } = this.#spec;
    const read = filters.map((filter, index) => {
      const path = `${this.#at}filters.${index}`;
      const field = this.#field(filter.field, `${path}.field`);
      this.#notVirtual(field, `${path}.field`);
      return readFilter(field, filter, path, this.#scene, (at) => this.#filterCurrency(at));
    });
    const drilled = this.#drilled();
    if (drilled) read.push(drilled);
    if (!time) return read;
    const field = this.#timeField();
    return [...read, readFilter(field, { field: field.name, operator: "is_not_null" }, "", this.#scene)];
  }

  /** What numbers in filters on money are in: what the question says about the currency itself, if it says anything. */
  #filterCurrency(at: string): FilterCurrency | undefined {
    const { filters = [], drilldown_dimension: drilled, drilldown_value: value } = this.#spec;
    const field = this.#source.fields.find(({ name }) => name === this.#source.currency);
    if (!field) return undefined;
    const named = filters
      .filter((one) => one.field === field.name && (one.operator === "eq" || one.operator === "in"))
      .flatMap((one) => (one.operator === "in" ? (one.values ?? one.value) : one.value) ?? []);
    if (drilled === field.name && value) named.push(value);
    return { field, code: filteredCurrency(named, at) };
  }

  // The bar of a chart somebody clicked on: the rows that are in it.
  #drilled(): Filter | undefined {
    const { drilldown_dimension: name, drilldown_value: value, time_dimension: time } = this.#spec;
    const [at, valueAt] = [`${this.#at}drilldown_dimension`, `${this.#at}drilldown_value`];
    if (name === undefined) {
      if (value === undefined || value === null) return undefined;
      throw invalidField(valueAt, "needs a drilldown_dimension", "Say which field has this value.");
    }
    const field = this.#field(name, at);
    this.#notVirtual(field, at);
    if (value === undefined || value === null)
      return readFilter(field, { field: name, operator: "is_null" }, at, this.#scene);
    if (time?.field === name) {
      const bucket = bucketOf(field, time.granularity, this.#scene);
      return { field, operator: "eq", negated: false, matches: sql<boolean>`${bucket} = ${value}` };
    }
    const typed = typedText(field, value);
    try {
      const spec = { field: name, operator: "eq", value: typed } as const;
      return readFilter(field, spec, at, this.#scene, (path) => this.#filterCurrency(path));
    } catch {
      throw invalidField(
        valueAt,
        `is no value of ${name} (${field.type})`,
        "Send a value as it stands in the report's answer.",
      );
    }
  }

  #columns(fits: (field: Field) => boolean, kind: string): Column[] {
    const names = this.#spec.dimensions ?? [];
    return names.map((name, index) => {
      const path = `${this.#at}dimensions.${index}`;
      const field = this.#source.fields.find((one) => one.name === name);
      if (!field || !fits(field)) throw unknown(path, name, kind, this.#source.fields.filter(fits));
      if (names.indexOf(name) !== index) throw invalidField(path, `${name} is listed twice`, "Send it once.");
      return { name, field };
    });
  }

  #measures(): Measure[] {
    const wanted = this.#spec.measures?.length ? this.#spec.measures : [{ field: "id" }];
    return wanted.map(({ field: name, aggregation, alias }, index) => {
      const path = `${this.#at}measures.${index}`;
      const field = this.#source.fields.find((one) => one.name === name);
      if (!field?.measure)
        throw unknown(`${path}.field`, name, "measure", this.#source.fields.filter(measurable));
      const how = aggregation ?? field.measure[0] ?? "count";
      if (!field.measure.includes(how)) {
        throw invalidField(
          `${path}.aggregation`,
          `${how} does not apply to ${name}`,
          `Use one of ${field.measure.join(", ")}.`,
        );
      }
      return { name: alias ?? `${how}_${name}`, field, aggregation: how };
    });
  }

  #time(): Column | undefined {
    const time = this.#spec.time_dimension;
    if (!time) return undefined;
    return { name: time.field, field: this.#timeField(), granularity: time.granularity ?? "month" };
  }

  #timeField(): Field {
    const name = this.#spec.time_dimension?.field ?? "";
    const field = this.#source.fields.find((one) => one.name === name);
    if (field?.time) return field;
    const times = this.#source.fields.filter((one) => one.time);
    throw unknown(`${this.#at}time_dimension.field`, name, "time", times);
  }

  #field(name: string, path: string): Field {
    const field = this.#source.fields.find((one) => one.name === name);
    return field ?? fail(unknown(path, name, "field", this.#source.fields));
  }

  #notVirtual(field: Field, path: string): void {
    if (!field.virtual) return;
    throw invalidField(
      path,
      `${field.name} is virtual: it can be shown, but neither filtered nor sorted by`,
      "Use one of the fields it is made of.",
    );
  }
}

function fail(error: Error): never {
  throw error;
}

/** A drilldown's value comes as text, whatever the field holds. */
function typedText({ type }: Field, text: string): string | number | boolean {
  if ((type === "number" || type === "money") && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** A column's expression: its field, or the period it falls into. */
export function columnSql({ field, granularity }: Column, scene: Scene) {
  return granularity ? bucketOf(field, granularity, scene) : inScene(field.sql, scene);
}
