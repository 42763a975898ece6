import type { LocalSink } from "../local-sink.ts";
import type { Email } from "./port.ts";

/** Mail goes to `sink` and nowhere else. `from` is the sender of mails that name none. */
export function createLocalEmail(options: { sink: LocalSink; from: string; now: () => Date }): Email {
  const { sink, from: configuredFrom, now } = options;
  return {
    name: "local",
    from: configuredFrom,
    async sendEmail(email) {
      const { key, from = configuredFrom, fromName, to, text, ...rest } = email;
      if ((await sink.find(key)) === undefined) {
        const sender = fromName === undefined ? from : `${fromName} <${from}>`;
        await sink.put({ channel: "email", key, to, from: sender, body: text, ...rest, at: now() });
      }
      return { providerId: `local-${key}` };
    },
  };
}
