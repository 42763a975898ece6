/** The cards of a dashboard: added, changed, removed and put in order, with no gap in their positions. */
import { Type } from "typebox";
import { invalidField } from "../../../../kernel/errors.ts";
import { recordDeleted, recordUpdated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { reportScopes } from "../scopes.ts";
import { CardRecord, checkCard, plainQuery, presentCard, suitingVisualization } from "./card.ts";
import { cardFields } from "./card-fields.ts";
import { id } from "./dashboard-operations.ts";
import {
  arrangeCards,
  cardsOf,
  dashboardFull,
  insertCards,
  lockedCard,
  mostCards,
  readableDashboard,
  withAt,
} from "./dashboards.store.ts";

const about = {
  surface: workspaceApi,
  section: "Reports",
  scopes: reportScopes.write,
  noun: "report_card",
} as const;

const { title, ...others } = cardFields;
const optionalFields = {
  visualization_type: Type.Optional(others.visualization_type),
  query_spec: Type.Optional(others.query_spec),
  display_config: Type.Optional(others.display_config),
  size: Type.Optional(others.size),
  position: Type.Optional(others.position),
};

export const createReportCard = operation({
  ...about,
  name: "create_report_card",
  route: "POST /report-dashboards/:id/cards",
  effect: "write",
  summary: "Add a number, a chart or a table to a dashboard.",
  description:
    "query_spec is checked as a report query is, so a card that was accepted can be drawn. Without one the card counts the deals.",
  input: Type.Object({ id, title, ...optionalFields }, { additionalProperties: false }),
  output: CardRecord,
  errors: [dashboardFull],
  example: {
    input: {
      title: "Open deals by stage",
      visualization_type: "bar",
      query_spec: {
        source: "deals",
        measures: [{ field: "id", aggregation: "count" }],
        dimensions: ["stage_name"],
        filters: [{ field: "status", operator: "eq", value: "open" }],
      },
    },
  },
  async run(ctx, { id: dashboardId, position, ...fields }) {
    const dashboard = await readableDashboard(ctx, dashboardId, { lock: true });
    const spec = fields.query_spec ?? plainQuery;
    const display = fields.display_config ?? {};
    await checkCard(ctx, spec, display);
    const present = (await cardsOf(ctx, dashboard.id)).map((card) => card.id);
    if (present.length >= mostCards) {
      throw dashboardFull(`This dashboard has ${mostCards} cards already.`, {
        fix: "Use another dashboard.",
      });
    }
    const wanted = {
      title: fields.title.trim(),
      visualization_type: fields.visualization_type ?? suitingVisualization(spec),
      query_spec: spec,
      display_config: display,
      size: fields.size ?? ("md" as const),
    };
    const [card] = await insertCards(ctx, dashboard.id, [wanted], present.length);
    if (!card) throw new Error("the card was not inserted");
    const place = Math.min(position ?? present.length, present.length);
    await arrangeCards(ctx, dashboard.id, withAt(present, card.id, place));
    return presentCard({ ...card, position: place });
  },
});

export const updateReportCard = operation({
  ...about,
  name: "update_report_card",
  route: "PATCH /report-cards/:id",
  effect: "write",
  summary: "Change a card; what is not sent stays.",
  input: Type.Object({ id, title: Type.Optional(title), ...optionalFields }, { additionalProperties: false }),
  output: CardRecord,
  example: { input: { title: "Deals by stage", visualization_type: "donut" } },
  async run(ctx, { id: cardId, position, query_spec: spec, display_config: display, ...plain }) {
    const before = await lockedCard(ctx, cardId);
    if (spec || display) {
      await checkCard(ctx, spec ?? before.query_spec, display ?? before.display_config);
    }
    const ids = (await cardsOf(ctx, before.dashboard_id)).map((card) => card.id);
    if (position !== undefined) {
      await arrangeCards(ctx, before.dashboard_id, withAt(ids, cardId, position));
    }
    const after = await ctx.db
      .update("report_cards")
      .set({
        ...plain,
        ...(plain.title === undefined ? {} : { title: plain.title.trim() }),
        ...(spec ? { query_spec: JSON.stringify(spec) } : {}),
        ...(display ? { display_config: JSON.stringify(display) } : {}),
        updated_at: ctx.now,
      })
      .where("id", "=", cardId)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "report_card", before, after);
    return presentCard(after);
  },
});

export const deleteReportCard = operation({
  ...about,
  name: "delete_report_card",
  route: "DELETE /report-cards/:id",
  effect: "destructive",
  shape: "empty",
  summary: "Remove a card from its dashboard.",
  input: Type.Object({ id }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, input) {
    const card = await lockedCard(ctx, input.id);
    await ctx.db.remove("report_cards").where("id", "=", card.id).execute();
    const left = (await cardsOf(ctx, card.dashboard_id)).map((one) => one.id);
    await arrangeCards(ctx, card.dashboard_id, left);
    recordDeleted(ctx, "report_card", card);
    return null;
  },
});

export const reorderReportCards = operation({
  ...about,
  name: "reorder_report_cards",
  route: "PUT /report-dashboards/:id/reorder",
  effect: "write",
  summary: "Put all cards of a dashboard in order.",
  input: Type.Object(
    {
      id,
      card_ids: Type.Array(Type.String({ format: "uuid" }), {
        maxItems: mostCards,
        description: "Every card of the dashboard once, in the new order.",
      }),
    },
    { additionalProperties: false },
  ),
  output: Type.Array(CardRecord),
  async run(ctx, { id: dashboardId, card_ids: wanted }) {
    const dashboard = await readableDashboard(ctx, dashboardId, { lock: true });
    const before = (await cardsOf(ctx, dashboard.id)).map((card) => card.id);
    const missingIds = before.filter((one) => !wanted.includes(one));
    const strange = wanted.findIndex((one, index) => !before.includes(one) || wanted.indexOf(one) !== index);
    if (strange >= 0) {
      throw invalidField(`card_ids.${strange}`, "is no card of this dashboard, or is named twice", namesAll);
    }
    if (missingIds.length > 0) {
      throw invalidField("card_ids", `leaves out ${missingIds.join(", ")}`, namesAll);
    }
    await arrangeCards(ctx, dashboard.id, wanted);
    ctx.changed({
      noun: "report_dashboard",
      id: dashboard.id,
      before: { card_ids: before },
      after: { card_ids: wanted },
    });
    return (await cardsOf(ctx, dashboard.id)).map(presentCard);
  },
});

const namesAll = "Name every card of the dashboard once; GET /report-dashboards/:id lists them.";
