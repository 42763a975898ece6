/** What a person is sent about a consent. The codes are derived when they are sent, and are kept nowhere. */
import type { Ctx } from "../../../../kernel/context.ts";
import { job } from "../../../../kernel/jobs.ts";
import type { JobCtx } from "../../../../kernel/jobs.ts";
import { ProviderError } from "../../../../providers/errors.ts";
import { refuseUnproven } from "../../../messaging/recipients/recipients.ts";
import { defaultNumber } from "../../../phone/numbers/numbers.store.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { formatDate } from "../../slots/wall-clock.ts";
import { linkOf, oneTimeCode } from "./codes.ts";
import { codeMinutes, isOver } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { findConsent } from "./consents.store.ts";

type Letter = {
  key: string;
  consent: Consent;
  business: string;
  from: string | undefined;
  subject: string;
  mail: string;
  text: string;
};

export const sendConsentCode = job<{ id: string; round: number }>({
  name: "send-consent-code",
  retryLimit: 3,
  retryDelaySeconds: 5,
  run: (one, { id, round }) => deliver(one, (ctx) => codeLetter(ctx, id, round)),
});

export const sendConsentReceipt = job<{ id: string }>({
  name: "send-consent-receipt",
  retryLimit: 10,
  retryDelaySeconds: 15,
  run: (one, { id }) => deliver(one, (ctx) => receiptLetter(ctx, id)),
});

async function codeLetter(ctx: Ctx, id: string, round: number): Promise<Letter | undefined> {
  const consent = await findConsent(ctx, id);
  // A later code has made this one worthless.
  if (consent?.state !== "asked" || consent.codes_sent !== round || isOver(consent, ctx.now))
    return undefined;
  const key = `consent:${id}:${round}`;
  const refusal = await refuseUnproven(ctx, { key, channel: consent.channel, to: consent.address });
  if (refusal) {
    ctx.log.info({ consent: id, reason: refusal.reason }, "a consent's code is not sent");
    return undefined;
  }
  const { name: business } = await workspaceOf(ctx);
  const code = oneTimeCode(ctx.app, id, round);
  // Nobody has shown yet that this is theirs: not a word of whoever asked stands in it.
  return {
    key,
    consent,
    business,
    from: (await defaultNumber(ctx))?.e164,
    subject: `Your code for ${business}`,
    mail: `An AI assistant would like to book and cancel appointments with ${business} in your name.

Your code: ${code}

Type it into the page you have open. It works for ${codeMinutes} minutes. Give it to nobody, and to no assistant either: the page gives you another one for that.

If you did not ask for this, do nothing. Without the code nothing happens.`,
    text: `${business}: ${code} is your code to let an AI assistant book for you. Type it into the page you have open, give it to nobody. Not you? Do nothing.`,
  };
}

async function receiptLetter(ctx: Ctx, id: string): Promise<Letter | undefined> {
  const consent = await findConsent(ctx, id);
  if (consent?.state !== "granted") return undefined;
  const { name: business, timeZone } = await workspaceOf(ctx);
  // By its id: a business may change its slug, and the link has to work as long as the consent does.
  const link = `${ctx.app.baseUrl}/providers/${ctx.workspaceId}/aam/consent/${linkOf(ctx.app, id)}`;
  const until = formatDate(consent.expires_at.getTime(), timeZone);
  return {
    key: `consent:${id}:granted`,
    consent,
    business,
    from: (await defaultNumber(ctx))?.e164,
    subject: `“${consent.agent_name}” may book with ${business} for you`,
    mail: `You let an assistant that calls itself “${consent.agent_name}” book and cancel appointments with ${business} in your name until ${until}.

To see it or take it back: ${link}

${business}`,
    text: `${business}: “${consent.agent_name}” may book for you until ${until}. Take it back: ${link}`,
  };
}

async function deliver(one: JobCtx, write: (ctx: Ctx) => Promise<Letter | undefined>): Promise<void> {
  const letter = await one.transaction(write);
  if (!letter) return;
  const { consent, business, from, subject, mail, text } = letter;
  const about = { key: letter.key, workspaceId: one.workspaceId };
  const { email, telephony } = one.app.ports;
  try {
    if (consent.channel === "email") {
      await email.sendEmail({ ...about, to: consent.address, fromName: business, subject, text: mail });
    } else if (from !== undefined) {
      await telephony.sendSms({ ...about, from, to: consent.address, body: text });
    }
  } catch (error) {
    // The person sees that nothing comes and asks for another code.
    if (error instanceof ProviderError && !error.retryable) {
      one.log.warn({ error: error.message, consent: consent.id }, "a consent's message could not be sent");
      return;
    }
    throw error;
  }
}
