import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { App } from "../kernel/app.ts";
import { conflict, missing, unavailable } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { signWebhook } from "../providers/telephony/webhook-signature.ts";
import { endCall, findCall, keepCall, keepText } from "./phones.store.ts";

type Parties = { from: string; to: string };

/**
 * Plays the phone company: posts to our own webhooks the forms that Twilio would post, signed with this
 * installation's token, through the same route a real one would take.
 */
export class PhoneCompany {
  readonly #http: FastifyInstance;
  readonly #app: App;
  readonly #origin: string;

  constructor(http: FastifyInstance, app: App) {
    this.#http = http;
    this.#app = app;
    this.#origin = app.config.publicUrl ?? "http://localhost";
  }

  /** A phone rings at the business. Answers what the webhook wants done, as TwiML. */
  async ring(parties: Parties): Promise<{ callSid: string; twiml: string }> {
    const callSid = sid("CA");
    const twiml = await this.#post("/twilio/voice", {
      CallSid: callSid,
      AccountSid: accountSid,
      ApiVersion: apiVersion,
      Direction: "inbound",
      CallStatus: "ringing",
      ...numbers(parties),
    });
    await keepCall(this.#app.database, {
      callSid,
      caller: parties.from,
      recipient: parties.to,
      outcomePath: this.#dialAction(twiml) ?? null,
      at: this.#app.clock.now(),
    });
    return { callSid, twiml };
  }

  /** The owner's phone rang out, or was picked up. Throws a 404 for an unknown call, a 409 for one that ended. */
  async endRinging(callSid: string, outcome: "missed" | "answered"): Promise<{ twiml: string }> {
    const { database } = this.#app;
    const call = await findCall(database, callSid);
    if (!call) throw missing("call", callSid);
    if (!(await endCall(database, callSid, outcome))) {
      throw conflict("This call has ended before.", { fix: "Ring again with POST /simulator/calls." });
    }
    if (call.outcomePath === null) return { twiml: "" };
    const answered = outcome === "answered";
    const twiml = await this.#post(call.outcomePath, {
      CallSid: callSid,
      AccountSid: accountSid,
      ApiVersion: apiVersion,
      Direction: "inbound",
      CallStatus: answered ? "completed" : "in-progress",
      DialCallSid: sid("CA"),
      DialCallStatus: answered ? "completed" : "no-answer",
      ...(answered ? { DialCallDuration: "42", DialBridged: "true" } : { DialBridged: "false" }),
      ...numbers({ from: call.caller, to: call.recipient }),
    });
    return { twiml };
  }

  /** Somebody sends a text to the business. */
  async text(message: Parties & { body: string }): Promise<{ messageSid: string }> {
    const at = this.#app.clock.now();
    const messageSid = sid("SM");
    const key = newId(at);
    await this.#post("/twilio/sms", {
      MessageSid: messageSid,
      SmsMessageSid: messageSid,
      SmsSid: messageSid,
      SmsStatus: "received",
      AccountSid: accountSid,
      ApiVersion: apiVersion,
      Body: message.body,
      NumMedia: "0",
      NumSegments: "1",
      ...numbers(message),
    });
    // Kept once it has arrived, under its own time, so that an answer given meanwhile stands after it.
    await keepText(this.#app.database, { key, ...message, at });
    return { messageSid };
  }

  async #post(path: string, form: Record<string, string>): Promise<string> {
    const { twilioAuthToken } = this.#app.ports.secrets;
    const { signature } = signWebhook(twilioAuthToken, { url: `${this.#origin}${path}`, form });
    const response = await this.#http.inject({
      method: "POST",
      url: path,
      headers: {
        host: new URL(this.#origin).host,
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signature,
      },
      payload: new URLSearchParams(form).toString(),
    });
    if (response.statusCode < 300) return response.body;
    throw unavailable(`The webhook ${path} answered ${response.statusCode}: ${response.body.slice(0, 300)}`, {
      fix: "See what the webhook says of it, then send the request again.",
    });
  }

  // Where <Dial> wants to hear how the call ended, as a path of ours.
  #dialAction(twiml: string): string | undefined {
    const written = /<Dial\b[^<>]*\baction="([^"]*)"/.exec(twiml)?.[1];
    if (written === undefined) return undefined;
    const { pathname, search } = new URL(written.replaceAll("&amp;", "&"), this.#origin);
    return pathname + search;
  }
}

const accountSid = `AC${"0".repeat(32)}`;
const apiVersion = "2010-04-01";

function numbers({ from, to }: Parties): Record<string, string> {
  return { From: from, To: to, Caller: from, Called: to };
}

function sid(kind: "CA" | "SM"): string {
  return `${kind}${randomUUID().replaceAll("-", "")}`;
}
