import { sql } from "kysely";
import { mustHaveScopes } from "../../../../kernel/admit.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { findRow } from "../../../../kernel/crud.ts";
import { declareError, invalidField } from "../../../../kernel/errors.ts";
import { newId } from "../../../../kernel/ids.ts";
import { mustHaveRoom } from "../../../../kernel/waiting.ts";
import type { TenantTable } from "../../../../kernel/tables.ts";
import { isEmail } from "../../../../emails.ts";
import type { Card, Dashboard } from "../dashboards/dashboard.ts";
import { cardsOf } from "../dashboards/dashboards.store.ts";
import { hasRows, sceneOf } from "../query/run-query.ts";
import type { Plan } from "../query/plan.ts";
import type { Scene } from "../query/source.ts";
import { cardPlan, isPersonal, plansOf, scopesOfPlans } from "./card-rows.ts";
import "./digest.ts";
import { recipientsOf } from "./digest-request.ts";
import type { DigestRecipient, DigestRequest, DigestWords } from "./digest-request.ts";
import { checkPlaceholders } from "./placeholders.ts";
import { renderDigestJob } from "./render-digest.job.ts";

export type DigestResult = {
  email: string;
  name: string | null;
  user_id: string | null;
  success: true;
  status: "queued" | "skipped";
  skipped_reason: "empty_dashboard" | "duplicate_recipient" | null;
  digest_id: string | null;
};

export const senderNotConnected = declareError(
  "EMAIL_SENDER_NOT_CONNECTED",
  409,
  "The provider asked for has no sender connected in this workspace.",
);

/** Of one workspace. */
const mostWaiting = 500;

function waitingDigests(ctx: Ctx) {
  return sql`select id from report_digests where workspace_id = ${ctx.workspaceId} and status = 'queued'`;
}

/** Queues a dashboard as a mail to each recipient, or says why somebody gets none. Refuses what does not fit, field by field. */
export async function sendDigest(
  ctx: Ctx,
  dashboard: Dashboard,
  request: DigestRequest,
): Promise<DigestResult[]> {
  const recipients = recipientsOf(request);
  await checkRequest(ctx, request, recipients);
  const cards = await cardsOf(ctx, dashboard.id);
  const scene = await sceneOf(ctx, null);
  const plans = await plansOf(ctx, cards, scene);
  mustHaveScopes(ctx.actor, scopesOfPlans(plans));
  await mustHaveRoom(ctx, waitingDigests(ctx), {
    what: "reports to be mailed",
    most: mostWaiting,
    fix: "Wait until some of them have been mailed, then send the request again.",
  });
  const isEmpty =
    request.suppress_if_empty === false ? undefined : await emptinessOf(ctx, cards, plans, scene);
  const seen = new Set<string>();
  const results: DigestResult[] = [];
  for (const recipient of recipients) {
    const key = JSON.stringify([recipient.email.toLowerCase(), recipient.userId]);
    const twice = seen.has(key);
    seen.add(key);
    if (twice) results.push(result(recipient, { skipped_reason: "duplicate_recipient" }));
    else if (await isEmpty?.(recipient.userId ?? null))
      results.push(result(recipient, { skipped_reason: "empty_dashboard" }));
    else
      results.push(result(recipient, { digest_id: await queueDigest(ctx, dashboard, request, recipient) }));
  }
  return results;
}

function result(
  { email, name, userId }: DigestRecipient,
  outcome: { skipped_reason: DigestResult["skipped_reason"] } | { digest_id: string },
): DigestResult {
  const skipped = "skipped_reason" in outcome;
  return {
    email,
    name: name ?? null,
    user_id: userId ?? null,
    success: true,
    status: skipped ? "skipped" : "queued",
    skipped_reason: skipped ? outcome.skipped_reason : null,
    digest_id: skipped ? null : outcome.digest_id,
  };
}

async function queueDigest(
  ctx: Ctx,
  dashboard: Dashboard,
  request: DigestRequest,
  { email, name, userId }: DigestRecipient,
): Promise<string> {
  const id = newId(ctx.now);
  const words: DigestWords = {
    subject: request.subject ?? dashboard.name,
    intro_text: request.intro_text,
    outro_text: request.outro_text,
    intro_html: request.intro_html,
    outro_html: request.outro_html,
    sender_name: request.sender_name,
    contact_id: request.contact_id,
    customer_id: request.customer_id,
    deal_id: request.deal_id,
  };
  await ctx.db
    .insert("report_digests", {
      id,
      dashboard_id: dashboard.id,
      status: "queued",
      recipient_email: email,
      recipient_name: name ?? null,
      recipient_user_id: userId ?? null,
      request: JSON.stringify(words),
      sent_by_kind: ctx.actor.kind,
      sent_by: ctx.actor.id,
      email_log_id: null,
      error: null,
      created_at: ctx.now,
    })
    .execute();
  ctx.enqueue(renderDigestJob, { id });
  return id;
}

/** Tells whether a viewer's dashboard has no rows; a card that is the same for everybody is looked at once. */
async function emptinessOf(
  ctx: Ctx,
  cards: readonly Card[],
  plans: ReadonlyMap<Card, Plan>,
  scene: Scene,
): Promise<(viewerId: string | null) => Promise<boolean>> {
  const some = async (list: readonly Card[], planFor: (card: Card) => Promise<Plan | undefined>) => {
    for (const card of list) {
      const plan = await planFor(card);
      if (plan && (await hasRows(ctx, plan))) return true;
    }
    return false;
  };
  const personal = cards.filter(isPersonal);
  const same = cards.filter((card) => !isPersonal(card));
  const shared = await some(same, (card) => Promise.resolve(plans.get(card)));
  return async (viewerId) =>
    !shared && !(await some(personal, (card) => cardPlan(ctx, card, { ...scene, viewerId })));
}

async function checkRequest(
  ctx: Ctx,
  request: DigestRequest,
  recipients: readonly DigestRecipient[],
): Promise<void> {
  for (const field of ["intro_text", "outro_text", "intro_html", "outro_html"] as const) {
    checkPlaceholders(field, request[field]);
  }
  for (const [index, { email, userId }] of recipients.entries()) {
    const field = `recipients.${index}`;
    if (!isEmail(email)) throw invalidField(field, "is not an e-mail address", "Send a complete address.");
    if (userId && !(await findRow(ctx, "members", userId))) {
      throw invalidField(
        `${field}.user_id`,
        "is not a user of this workspace",
        "Take an id from GET /users.",
      );
    }
  }
  await checkRecord(ctx, "contact_id", "contacts", request.contact_id);
  await checkRecord(ctx, "customer_id", "companies", request.customer_id);
  await checkRecord(ctx, "deal_id", "opportunities", request.deal_id);
  if (request.email_config_id !== undefined) {
    throw invalidField(
      "email_config_id",
      "is not an email configuration of this workspace",
      "Leave it out to send from the installation's own address.",
    );
  }
  if (request.email_provider === "gmail") {
    throw senderNotConnected("No Gmail sender is connected in this workspace.", {
      fix: "Leave email_provider out to send from the installation's own address.",
    });
  }
}

async function checkRecord(
  ctx: Ctx,
  field: string,
  table: TenantTable,
  id: string | undefined,
): Promise<void> {
  if (id === undefined || (await findRow(ctx, table, id))) return;
  throw invalidField(
    field,
    "names no record of this workspace",
    "Send the id of one that exists, or leave it out.",
  );
}
