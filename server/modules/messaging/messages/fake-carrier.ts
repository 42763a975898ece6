/** A carrier for tests: it keeps what really left, and misbehaves as a test tells it. */
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundSms, SentSms, Telephony } from "../../../providers/telephony/port.ts";

/** A carrier whose misbehaviour a test scripts; `left` is what really went out. */
export class FakeCarrier implements Telephony {
  readonly name = "local";
  readonly left: OutboundSms[] = [];
  readonly asked: OutboundSms[] = [];
  onSend: (sms: OutboundSms, attempt: number) => Promise<void> | void = () => {};
  sends = 0;

  async sendSms(sms: OutboundSms): Promise<SentSms> {
    this.sends += 1;
    await this.onSend(sms, this.sends);
    this.left.push(sms);
    return { providerId: `SM-${sms.key}`, status: "queued" };
  }

  async findSms(sms: OutboundSms): Promise<SentSms | undefined> {
    this.asked.push(sms);
    return this.left.some((one) => one.key === sms.key)
      ? { providerId: `SM-${sms.key}`, status: "sent" }
      : undefined;
  }

  verifyWebhook(): boolean {
    return true;
  }
}

export function failure(fields: {
  code: string;
  retryable: boolean;
  outcomeUnknown?: boolean;
}): ProviderError {
  return new ProviderError({ provider: "fake", message: fields.code, ...fields });
}
