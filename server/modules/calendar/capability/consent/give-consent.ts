/** The verbs of a consent, from the person's question to its end. Each is one step of the states in consent.ts. */
import type { Ctx } from "../../../../kernel/context.ts";
import { declareError, invalidField } from "../../../../kernel/errors.ts";
import { isEmail } from "../../../../emails.ts";
import { parsePhone } from "../../../../phones.ts";
import { isOptedOut } from "../../../messaging/opt-outs/opt-outs.ts";
import { refuseNumber } from "../../../messaging/recipients/recipients.ts";
import { defaultNumber } from "../../../phone/numbers/numbers.store.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { agentCode, isSame, lookupOf, oneTimeCode } from "./codes.ts";
import { codeMs, codesSentAtMost, grantedMs, isOver, wrongCodesAtMost } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { countAsked, insertConsent, lockConsentsByCode, updateConsent } from "./consents.store.ts";
import { sendConsentCode, sendConsentReceipt } from "./send-codes.ts";

const dayMs = 24 * 60 * 60 * 1000;
// Five wrong codes a question: whoever guesses for one address has thirty in a million a day.
const perAddressAndDay = 6;
const perBusinessAndDay = 500;

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\s]+/gu;

const tooMany = declareError("TOO_MANY_CODES", 429, "Too many codes were asked for.");

export type Asked = { agentName: string; scopes: string[]; name: string; contact: string };

/** A person says who they are, and a one-time code goes where they say. Throws a 400 naming the field, or the 429. */
export async function askForConsent(ctx: Ctx, asked: Asked): Promise<Consent> {
  const customerName = asked.name.replaceAll(unseen, " ").trim();
  if (customerName === "" || customerName.length > 100) {
    throw invalidField(
      "name",
      "Please say your name, in 100 letters at most.",
      "Write your first and last name.",
    );
  }
  const destination = await destinationOf(ctx, asked.contact.replaceAll(unseen, " ").trim());
  const since = new Date(ctx.now.getTime() - dayMs);
  const askedHere = await countAsked(ctx, since, perAddressAndDay, destination.address);
  const askedByAll = await countAsked(ctx, since, perBusinessAndDay);
  if (askedHere >= perAddressAndDay || askedByAll >= perBusinessAndDay) {
    throw tooMany("Too many codes were asked for. Please try again tomorrow.", {
      fix: "Wait for tomorrow, or ring us.",
    });
  }
  const consent = await insertConsent(ctx, {
    agent_name: asked.agentName,
    scopes: asked.scopes,
    customer_name: customerName,
    ...destination,
  });
  ctx.enqueue(sendConsentCode, { id: consent.id, round: consent.codes_sent });
  return consent;
}

async function destinationOf(ctx: Ctx, contact: string): Promise<Pick<Consent, "channel" | "address">> {
  if (contact.includes("@")) {
    if (isEmail(contact)) return { channel: "email", address: contact.toLowerCase() };
    throw invalidField("contact", "This is not a complete e-mail address.", "Write it like ann@example.com.");
  }
  const { country, settings } = await workspaceOf(ctx);
  const phone = parsePhone(contact, country);
  if (!phone)
    throw invalidField(
      "contact",
      "This is neither an e-mail address nor a phone number.",
      "Write one of the two, such as ann@example.com or +447700900123.",
    );
  const number = await defaultNumber(ctx);
  const cannotText =
    phone.kind === "landline" ||
    !settings.messaging.enabled ||
    number?.status !== "ACTIVE" ||
    (await isOptedOut(ctx, { channel: "sms", address: phone.e164 })) ||
    (await refuseNumber(ctx, phone.e164)) !== undefined;
  // One answer for all of it: whether somebody asked for no texts is not for strangers to learn.
  if (cannotText)
    throw invalidField(
      "contact",
      "We cannot text this number. Please give an e-mail address.",
      "Write it like ann@example.com.",
    );
  return { channel: "sms", address: phone.e164 };
}

/** Another one-time code, and the ones before stop working. Answers whether one was sent. */
export async function sendAnotherCode(ctx: Ctx, consent: Consent): Promise<boolean> {
  if (consent.state !== "asked" || consent.codes_sent >= codesSentAtMost) return false;
  const { codes_sent: round } = await updateConsent(ctx, consent.id, {
    codes_sent: consent.codes_sent + 1,
    expires_at: new Date(ctx.now.getTime() + codeMs),
  });
  ctx.enqueue(sendConsentCode, { id: consent.id, round });
  return true;
}

/** The person shows the one-time code: the consent is theirs, and there is a code for the agent. A wrong one is counted. */
export async function confirmConsent(ctx: Ctx, consent: Consent, given: string): Promise<Consent> {
  if (consent.state !== "asked" || isOver(consent, ctx.now)) return consent;
  const expected = oneTimeCode(ctx.app, consent.id, consent.codes_sent);
  if (!isSame(given.replaceAll(/\s/g, ""), expected)) return countWrong(ctx, consent);
  return updateConsent(ctx, consent.id, {
    state: "confirmed",
    wrong_codes: 0,
    code_lookup: lookupOf(ctx.app, ctx.workspaceId, agentCode(ctx.app, consent.id)),
    expires_at: new Date(ctx.now.getTime() + codeMs),
  });
}

async function countWrong(ctx: Ctx, consent: Consent): Promise<Consent> {
  const wrong = consent.wrong_codes + 1;
  return updateConsent(ctx, consent.id, {
    wrong_codes: wrong,
    ...(wrong >= wrongCodesAtMost ? { state: "failed" as const, code_lookup: null } : {}),
  });
}

export type Granted = { consent: Consent; secret: string };

/**
 * The agent's code, once, for a token. Answers undefined for a code that is wrong, used or over; the counting of wrong ones has
 * to be committed all the same, so nothing is thrown.
 */
export async function exchangeCode(ctx: Ctx, code: string): Promise<Granted | undefined> {
  const candidates = await lockConsentsByCode(ctx, lookupOf(ctx.app, ctx.workspaceId, code));
  let found: Consent | undefined;
  for (const consent of candidates.filter((one) => !isOver(one, ctx.now))) {
    if (isSame(code, agentCode(ctx.app, consent.id))) found = consent;
    else await countWrong(ctx, consent);
  }
  return found && grant(ctx, found);
}

async function grant(ctx: Ctx, consent: Consent): Promise<Granted> {
  const expiresAt = new Date(ctx.now.getTime() + grantedMs);
  const { id, secret } = await ctx.app.credentials.issueIn(ctx.db, {
    kind: "consent",
    name: consent.agent_name,
    scopes: consent.scopes,
    approvalLevel: "full",
    expiresAt,
    ratePerSecond: 10,
  });
  const granted = await updateConsent(ctx, consent.id, {
    state: "granted",
    code_lookup: null,
    api_key_id: id,
    granted_at: ctx.now,
    expires_at: expiresAt,
  });
  ctx.changed({ noun: "agent_consent", id: consent.id, action: "granted", after: recorded(granted) });
  ctx.enqueue(sendConsentReceipt, { id: consent.id });
  return { consent: granted, secret };
}

/** Takes a consent back, whatever state it is in; the agent's token ends with it. Again changes nothing. */
export async function revokeConsent(ctx: Ctx, consent: Consent, by: "person" | "business"): Promise<Consent> {
  if (consent.state === "revoked") return consent;
  const revoked = await updateConsent(ctx, consent.id, {
    state: "revoked",
    code_lookup: null,
    revoked_at: ctx.now,
    revoked_by: by,
  });
  if (consent.api_key_id) await ctx.app.credentials.revokeIn(ctx.db, consent.api_key_id, ctx.now);
  ctx.changed({
    noun: "agent_consent",
    id: consent.id,
    action: "revoked",
    before: recorded(consent),
    after: recorded(revoked),
  });
  return revoked;
}

function recorded({ code_lookup: _secret, ...consent }: Consent): Record<string, unknown> {
  return consent;
}
