import type { Attachment, LocalSink } from "../local-sink.ts";
import type { CalendarPart, Email } from "./port.ts";

/** Mail goes to `sink` and nowhere else. `from` is the sender of mails that name none. */
export function createLocalEmail(options: { sink: LocalSink; from: string; now: () => Date }): Email {
  const { sink, from: configuredFrom, now } = options;
  return {
    name: "local",
    from: configuredFrom,
    async sendEmail(email) {
      const { key, from = configuredFrom, fromName, to, text, calendar, ...rest } = email;
      if ((await sink.find(key)) === undefined) {
        const sender = fromName === undefined ? from : `${fromName} <${from}>`;
        const attachments = [...(calendar ? [calendarFile(calendar)] : []), ...(rest.attachments ?? [])];
        const files = attachments.length > 0 ? { attachments } : {};
        await sink.put({ channel: "email", key, to, from: sender, body: text, ...rest, ...files, at: now() });
      }
      return { providerId: `local-${key}` };
    },
  };
}

function calendarFile({ method, filename, content }: CalendarPart): Attachment {
  const contentType = `text/calendar; charset=utf-8; method=${method}`;
  return { filename, contentType, content: new TextEncoder().encode(content) };
}
