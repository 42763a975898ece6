import { type LoopbackReply, type LoopbackRequest, startLoopback } from "../loopback.ts";

/** A message as Twilio's REST API writes it. */
type Message = {
  sid: string;
  account_sid: string;
  from: string;
  to: string;
  body: string;
  status: string;
  direction: "outbound-api";
  date_created: string;
  date_updated: string;
  date_sent: string | null;
  error_code: number | null;
  error_message: string | null;
  status_callback: string | null;
};

/** What goes wrong with the next request; "stored-hang" takes the message and then never answers. */
type Mishap = LoopbackReply | "stored-hang";

/** A stand-in for api.twilio.com that keeps messages, checks the credentials and can be told to misbehave. */
export type LoopbackTwilio = {
  baseUrl: string;
  messages: Message[];
  requests: LoopbackRequest[];
  failNext(mishap: Mishap): void;
  close(): Promise<void>;
};

/** Twilio's error body for `status` and `code`. */
export function twilioError(status: number, code: number, message: string): LoopbackReply {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, json: { code, message, more_info, status } };
}

/** Starts the stand-in. New messages have `status` and, when it is not "queued", a date of sending. */
export async function startLoopbackTwilio(options: {
  accountSid: string;
  authToken: string;
  now: () => Date;
  status?: string;
  pageSize?: number;
}): Promise<LoopbackTwilio> {
  const { accountSid, authToken, pageSize = 50 } = options;
  const messages: Message[] = [];
  const requests: LoopbackRequest[] = [];
  const mishaps: Mishap[] = [];
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;

  const server = await startLoopback((request) => {
    requests.push(request);
    const mishap = mishaps.shift();
    if (mishap === "stored-hang") {
      createMessage(request.body);
      return "hang";
    }
    if (mishap !== undefined) return mishap;
    if (request.headers.authorization !== authorization) return twilioError(401, 20003, "Authenticate");
    if (request.url.pathname !== path) return twilioError(404, 20404, "The requested resource was not found");
    if (request.method === "GET") return { status: 200, json: listPage(messages, request.url, pageSize) };
    const form = new URLSearchParams(request.body);
    if (!/^\+\d{8,15}$/.test(form.get("To") ?? ""))
      return twilioError(400, 21211, "Invalid 'To' Phone Number");
    return { status: 201, json: createMessage(request.body) };
  });

  function createMessage(body: string): Message {
    const form = new URLSearchParams(body);
    const at = options.now().toUTCString().replace("GMT", "+0000");
    const status = options.status ?? "queued";
    const message: Message = {
      sid: `SM${String(messages.length + 1).padStart(32, "0")}`,
      account_sid: accountSid,
      from: form.get("From") ?? "",
      to: form.get("To") ?? "",
      body: form.get("Body") ?? "",
      status,
      direction: "outbound-api",
      date_created: at,
      date_updated: at,
      date_sent: status === "queued" ? null : at,
      error_code: null,
      error_message: null,
      status_callback: form.get("StatusCallback"),
    };
    messages.unshift(message); // newest first, as listed
    return message;
  }

  return {
    baseUrl: server.url,
    messages,
    requests,
    failNext: (mishap) => mishaps.push(mishap),
    close: server.close,
  };
}

/** One page of what matches the query, newest first, with a link to the next. */
function listPage(messages: Message[], url: URL, pageSize: number): Record<string, unknown> {
  const query = url.searchParams;
  const after = query.get("DateSent>");
  const matching = messages.filter(
    (message) =>
      (query.get("To") ?? message.to) === message.to &&
      (query.get("From") ?? message.from) === message.from &&
      (after === null || (message.date_sent !== null && Date.parse(message.date_sent) >= Date.parse(after))),
  );
  const page = Number(query.get("Page") ?? 0);
  const start = page * pageSize;
  const next = new URLSearchParams(query);
  next.set("Page", String(page + 1));
  next.set("PageToken", `PASM${start}`);
  const hasMore = matching.length > start + pageSize;
  return {
    messages: matching.slice(start, start + pageSize),
    page,
    page_size: pageSize,
    uri: `${url.pathname}${url.search}`,
    next_page_uri: hasMore ? `${url.pathname}?${next.toString()}` : null,
    previous_page_uri: null,
  };
}
