import { Type } from "typebox";
import type { Static } from "typebox";
import { mostColumns, oneOf, QuerySpec } from "../query/spec.ts";

export const visualizations = [
  "stat",
  "bar",
  "horizontal_bar",
  "line",
  "area",
  "donut",
  "pie",
  "table",
  "composed",
] as const;
export type Visualization = (typeof visualizations)[number];

const columnKey = () => Type.String({ minLength: 1, maxLength: 120 });

export const DisplayConfig = Type.Object(
  {
    columns: Type.Optional(
      Type.Array(
        Type.Union([
          columnKey(),
          Type.Object(
            { key: columnKey(), label: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })) },
            { additionalProperties: false },
          ),
        ]),
        {
          maxItems: mostColumns,
          description:
            "Columns of the table in a mail, instead of those of the query: names, or {key, label}.",
        },
      ),
    ),
  },
  {
    additionalProperties: true,
    description: "How the card is shown; anything besides columns is kept as it is.",
  },
);
export type DisplayConfig = Static<typeof DisplayConfig>;

export const cardFields = {
  title: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: "Heading of the card." }),
  visualization_type: oneOf(visualizations, "How it is drawn; what suits the query, unless said."),
  query_spec: QuerySpec,
  display_config: DisplayConfig,
  size: oneOf(["sm", "md", "lg"], "Width on the dashboard; md unless said."),
  position: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: "Place on the dashboard, from 0; last unless said.",
  }),
};

/** The columns a card names for its table, each with its label if it has one. */
export function columnsOf({ columns = [] }: DisplayConfig): { key: string; label?: string | undefined }[] {
  return columns.map((column) => (typeof column === "string" ? { key: column } : column));
}
