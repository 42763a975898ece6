import { missing } from "../../../../kernel/errors.ts";
import type { Actor } from "../../../../kernel/actor.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { findRow } from "../../../../kernel/crud.ts";
import { job } from "../../../../kernel/jobs.ts";
import type { JobCtx } from "../../../../kernel/jobs.ts";
import type { Attachment } from "../../../../providers/local-sink.ts";
import { actorToday } from "../../../../makers.ts";
import { queueEmail } from "../../../messaging/email/queue-email.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import type { Dashboard } from "../dashboards/dashboard.ts";
import { cardsOf } from "../dashboards/dashboards.store.ts";
import { todayIn } from "../query/moments.ts";
import { answerCards } from "./card-rows.ts";
import type { AnsweredCard } from "./card-rows.ts";
import { cardPart } from "./card-parts.ts";
import type { CardPart } from "./card-parts.ts";
import { composeDigest } from "./compose-digest.ts";
import type { Digest } from "./digest.ts";
import type { Values } from "./placeholders.ts";
import { showDay } from "./show-value.ts";

type Material = { digest: Digest; values: Values; cards: AnsweredCard[] };

/** Reads what the recipient is to see, draws it outside any transaction, and hands the mail over. */
export const renderDigestJob = job<{ id: string }>({
  name: "render-report-digest",
  concurrency: 1,
  async run(run, { id }) {
    const material = await run.transaction((ctx) => gather(ctx, id));
    if (!material) return;
    const parts = material.cards.map(cardPart);
    const attachments = await drawn(parts);
    await handOver(run, material, parts, attachments);
  },
});

/** Undefined for a digest that was mailed already, or whose dashboard is gone. */
async function gather(ctx: Ctx, id: string): Promise<Material | undefined> {
  const digest = (await findRow(ctx, "report_digests", id)) as Digest | undefined;
  if (digest?.status !== "queued") return undefined;
  const dashboard = (await findRow(ctx, "report_dashboards", digest.dashboard_id)) as Dashboard | undefined;
  if (!dashboard) throw missing("report dashboard", digest.dashboard_id);
  const sender = await senderOf(ctx, digest);
  if (!sender) {
    const error = "whoever had it mailed may do nothing here any more";
    await ctx.db.update("report_digests").set({ status: "failed", error }).where("id", "=", id).execute();
    return undefined;
  }
  const { name, timeZone: zone } = await workspaceOf(ctx);
  const today = todayIn(zone, ctx.now);
  const scene = {
    workspaceId: ctx.workspaceId,
    zone,
    today,
    viewerId: digest.recipient_user_id,
    scopes: sender.scopes,
  };
  return {
    digest,
    values: {
      company_name: name,
      dashboard_name: dashboard.name,
      date: showDay(today),
      recipient_name: digest.recipient_name ?? "there",
      recipient_email: digest.recipient_email,
      sender_name: digest.request.sender_name ?? "",
    },
    cards: await answerCards(ctx, await cardsOf(ctx, dashboard.id), scene),
  };
}

// Of those asked for before it was noted who did, nobody knows.
async function senderOf(ctx: Ctx, digest: Digest): Promise<Pick<Actor, "scopes"> | undefined> {
  const { sent_by: id, sent_by_kind: kind } = digest;
  return id === null || kind === null ? { scopes: undefined } : actorToday(ctx, { kind, id });
}

async function drawn(parts: readonly CardPart[]): Promise<Attachment[]> {
  const charts = parts.flatMap(({ chart }) => (chart ? [chart] : []));
  if (charts.length === 0) return [];
  const { drawChart } = await import("./draw-chart.ts");
  const pictures: Attachment[] = [];
  for (const { cid, drawing } of charts) {
    const content = await drawChart(drawing);
    pictures.push({ filename: `${cid.split("@")[0]}.png`, contentType: "image/png", content, cid });
  }
  return pictures;
}

// Whoever locks the digest while it waits mails it; a second run after a crash finds it mailed.
async function handOver(
  run: JobCtx,
  { digest, values }: Material,
  parts: readonly CardPart[],
  attachments: readonly Attachment[],
): Promise<void> {
  const { request: words } = digest;
  const mail = composeDigest(words, values, parts);
  await run.transaction(async (ctx) => {
    const current = (await findRow(ctx, "report_digests", digest.id, { lock: true })) as Digest | undefined;
    if (current?.status !== "queued") return;
    const emailLogId = await queueEmail(ctx, {
      emailType: "report_digest",
      to: digest.recipient_email,
      toName: digest.recipient_name ?? undefined,
      subject: words.subject,
      text: mail.text,
      html: mail.html,
      attachments,
      contactId: words.contact_id,
      companyId: words.customer_id,
      opportunityId: words.deal_id,
    });
    await ctx.db
      .update("report_digests")
      .set({ status: "mailed", email_log_id: emailLogId })
      .where("id", "=", digest.id)
      .execute();
  });
}
