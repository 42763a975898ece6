/** Stands in for Google's sign-in and Calendar API in tests: enough of the wire format for the official client. */
import { createHash } from "node:crypto";
import { type LoopbackReply, type LoopbackRequest, startLoopback } from "../loopback.ts";

/** An event as the API writes it. */
type StoredEvent = Record<string, unknown> & {
  id: string;
  status: string;
  start: { dateTime?: string; date?: string };
  end: { dateTime?: string; date?: string };
  /** Grows with every change of the calendar; not part of the wire format. */
  position: number;
};

type FreeBusyQuery = { timeMin: string; timeMax: string; items: { id: string }[] };
type Calendar = { id: string; summary: string; accessRole: string; primary?: boolean; timeZone: string };
export type LoopbackChannel = {
  id: string;
  token: string;
  address: string;
  resourceId: string;
  calendarId: string;
};

export type LoopbackGoogle = {
  baseUrl: string;
  requests: LoopbackRequest[];
  events: Map<string, StoredEvent>;
  channels: LoopbackChannel[];
  calendars: Calendar[];
  /** What the next request gets instead of an answer; "stored-drop" does what was asked and then hangs up. */
  failNext(reply: Mishap): void;
  /** Resolves with the next request. */
  requested(): Promise<void>;
  /** No more mishaps. */
  answerAgain(): void;
  /** The access tokens given out so far hold no more. */
  endAccessTokens(): void;
  /** The owner has withdrawn access. */
  revoke(): void;
  /** What sync tokens stood for so far is forgotten. */
  forgetSyncTokens(): void;
  /** An empty calendar, and the first tokens hold again. */
  reset(): void;
  /** Somebody changes their own calendar. */
  put(event: { id: string; start: string; end: string } & Record<string, unknown>): void;
  change(id: string, fields: Record<string, unknown>): void;
  remove(id: string): void;
  /** The person at the consent page says yes; answers the code the browser brings back. */
  consent(url: string): string;
  close(): Promise<void>;
};

type Mishap = LoopbackReply | Promise<LoopbackReply> | "stored-drop";

const json = (body: unknown, status = 200): LoopbackReply => ({ status, json: body });

export function apiError(status: number, reason: string, headers?: Record<string, string>): LoopbackReply {
  const error = { code: status, message: reason, errors: [{ domain: "global", reason, message: reason }] };
  return { status, json: { error }, ...(headers ? { headers } : {}) };
}

export async function startLoopbackGoogle(
  options: { pageSize?: number; now?: () => Date; meetingsPending?: boolean } = {},
): Promise<LoopbackGoogle> {
  const google = new Google(options);
  const server = await startLoopback((request) => google.answer(request));
  return {
    baseUrl: server.url,
    requests: google.requests,
    events: google.events,
    channels: google.channels,
    calendars: google.calendars,
    failNext: (reply) => void google.mishaps.push(reply),
    requested: () => new Promise((resolve) => google.heard.push(resolve)),
    answerAgain: () => void (google.mishaps.length = 0),
    endAccessTokens: () => google.accessTokens.clear(),
    revoke: () => {
      google.accessTokens.clear();
      google.refreshTokens.clear();
    },
    forgetSyncTokens: () => void google.generation++,
    reset: () => {
      google.mishaps.length = 0;
      google.events.clear();
      google.requests.length = 0;
      google.channels.length = 0;
      google.accessTokens.add("access-1");
      google.refreshTokens.add("refresh-1");
    },
    put: (event) => void google.put(event.id, wallOf(event)),
    change: (id, fields) => void google.put(id, fields),
    remove: (id) => void google.put(id, { status: "cancelled" }),
    consent: (url) => google.consent(url),
    close: server.close,
  };
}

function wallOf({ start, end, ...rest }: { start: string; end: string } & Record<string, unknown>) {
  const moment = (text: string) => (text.includes("T") ? { dateTime: text } : { date: text });
  return { status: "confirmed", start: moment(start), end: moment(end), ...rest };
}

class Google {
  readonly requests: LoopbackRequest[] = [];
  readonly mishaps: Mishap[] = [];
  readonly heard: (() => void)[] = [];
  readonly events = new Map<string, StoredEvent>();
  readonly channels: LoopbackChannel[] = [];
  readonly accessTokens = new Set(["access-1"]);
  readonly refreshTokens = new Set(["refresh-1"]);
  readonly calendars: Calendar[] = [
    {
      id: "owner@example.com",
      summary: "Olive",
      accessRole: "owner",
      primary: true,
      timeZone: "Europe/London",
    },
    { id: "holidays", summary: "Holidays", accessRole: "reader", timeZone: "Europe/London" },
  ];
  generation = 1;
  readonly #options: { pageSize?: number; now?: () => Date; meetingsPending?: boolean };
  readonly #challenges = new Map<string, string>();
  #position = 0;
  #issued = 1;

  constructor(options: { pageSize?: number; now?: () => Date; meetingsPending?: boolean }) {
    this.#options = options;
  }

  answer(request: LoopbackRequest): LoopbackReply | Promise<LoopbackReply> {
    this.requests.push(request);
    this.heard.splice(0).forEach((hear) => hear());
    const mishap = this.mishaps.shift();
    if (mishap !== "stored-drop") return mishap ?? this.#carryOut(request);
    this.#carryOut(request);
    return "drop";
  }

  #carryOut(request: LoopbackRequest): LoopbackReply {
    const { pathname } = request.url;
    if (pathname === "/token") return this.#token(new URLSearchParams(request.body));
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (!this.accessTokens.has(token)) return apiError(401, "authError");
    const path = pathname
      .replace(/^\/calendar\/v3\//, "")
      .split("/")
      .map(decodeURIComponent);
    const body = request.body === "" ? {} : (JSON.parse(request.body) as Record<string, never>);
    const [noun, calendarId = "", , eventId = ""] = path;
    if (noun === "freeBusy") return this.#freeBusy(body as unknown as FreeBusyQuery);
    if (noun === "channels") return this.#stop(body);
    if (noun === "users") return this.#page(request.url, this.calendars);
    if (
      !this.calendars.some(({ id, primary }) => id === calendarId || (calendarId === "primary" && primary))
    ) {
      return apiError(404, "notFound");
    }
    if (eventId === "watch") return this.#watch(calendarId, body);
    if (eventId !== "") return this.#event(request.method, eventId, body);
    return request.method === "POST" ? this.#insert(request.url, body) : this.#list(request.url);
  }

  put(id: string, fields: Record<string, unknown>): StoredEvent {
    const at = this.#options.now?.().toISOString() ?? "2026-03-01T00:00:00Z";
    const known = this.events.get(id);
    const event = {
      iCalUID: `${id}@google.com`,
      created: at,
      ...known,
      ...fields,
      id,
      position: ++this.#position,
    } as StoredEvent;
    this.events.set(id, event);
    return event;
  }

  consent(url: string): string {
    const query = new URL(url).searchParams;
    const code = `code-${this.#challenges.size + 1}`;
    this.#challenges.set(code, query.get("code_challenge") ?? "");
    return code;
  }

  #token(form: URLSearchParams): LoopbackReply {
    if (form.get("client_id") !== "client" || form.get("client_secret") !== "secret") {
      return json({ error: "invalid_client" }, 401);
    }
    const challenge = this.#challenges.get(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    const proven = challenge === createHash("sha256").update(verifier).digest("base64url");
    const isRefresh = form.get("grant_type") === "refresh_token";
    const granted = isRefresh ? this.refreshTokens.has(form.get("refresh_token") ?? "") : proven;
    if (!granted) return json({ error: "invalid_grant", error_description: "Token has been revoked." }, 400);
    const access = `access-${++this.#issued}`;
    this.accessTokens.add(access);
    const about = { access_token: access, expires_in: 3599, token_type: "Bearer", scope: "calendar" };
    if (isRefresh) return json(about);
    this.#challenges.delete(form.get("code") ?? "");
    this.refreshTokens.add("refresh-1");
    return json({ ...about, refresh_token: "refresh-1" });
  }

  #freeBusy(body: FreeBusyQuery): LoopbackReply {
    const range = { from: Date.parse(body.timeMin), to: Date.parse(body.timeMax) };
    if (range.to - range.from > 60 * 86_400_000) return apiError(400, "timeRangeTooLong");
    const calendars = Object.fromEntries(
      body.items.map(({ id }) => {
        const known = id === "primary" || this.calendars.some((calendar) => calendar.id === id);
        const busy = [...this.events.values()]
          .filter((event) => event.status !== "cancelled" && event["transparency"] !== "transparent")
          .map(({ start, end }) => ({ start: momentOf(start), end: momentOf(end) }))
          .filter(({ start, end }) => start < range.to && end > range.from)
          .map(({ start, end }) => ({
            start: new Date(Math.max(start, range.from)).toISOString(),
            end: new Date(Math.min(end, range.to)).toISOString(),
          }));
        return [id, known ? { busy } : { errors: [{ domain: "global", reason: "notFound" }], busy: [] }];
      }),
    );
    return json({ kind: "calendar#freeBusy", ...body, calendars });
  }

  #insert(url: URL, body: Record<string, never>): LoopbackReply {
    const id = String(body["id"] ?? `google${this.#position + 1}`);
    if (!/^[a-v0-9]{5,1024}$/.test(id)) return apiError(400, "invalid");
    if (body["id"] !== undefined && body["iCalUID"] !== undefined) return apiError(400, "invalid");
    if (this.events.has(id)) return apiError(409, "duplicate");
    return json(shown(this.put(id, { status: "confirmed", ...this.#meeting(url, body) })));
  }

  /** A call is only made for those who say that they understand conferences. */
  #meeting(url: URL, { conferenceData, ...rest }: Record<string, unknown>): Record<string, unknown> {
    const request = (conferenceData as { createRequest?: { requestId: string } } | undefined)?.createRequest;
    if (!request || url.searchParams.get("conferenceDataVersion") !== "1") return rest;
    if (this.#options.meetingsPending) {
      const createRequest = { ...request, status: { statusCode: "pending" } };
      return { ...rest, conferenceData: { createRequest } };
    }
    const uri = `https://meet.google.com/${request.requestId.slice(0, 10)}`;
    const entryPoints = [{ entryPointType: "video", uri }];
    return { ...rest, hangoutLink: uri, conferenceData: { entryPoints, createRequest: request } };
  }

  #event(method: string, id: string, body: Record<string, never>): LoopbackReply {
    const event = this.events.get(id);
    if (!event) return apiError(404, "notFound");
    if (method === "GET") return json(shown(event));
    if (method === "DELETE") {
      if (event.status === "cancelled") return apiError(410, "deleted");
      this.put(id, { status: "cancelled" });
      return { status: 204, text: "" };
    }
    return json(shown(this.put(id, body)));
  }

  #list(url: URL): LoopbackReply {
    const query = url.searchParams;
    const token = query.get("syncToken");
    if (token !== null && (query.has("timeMin") || query.has("timeMax"))) return apiError(400, "badRequest");
    const [generation, since] = (token ?? "").split(":").map(Number);
    if (token !== null && generation !== this.generation) return apiError(410, "fullSyncRequired");
    const from = Date.parse(query.get("timeMin") ?? "1970-01-01T00:00:00Z");
    const to = Date.parse(query.get("timeMax") ?? "2999-01-01T00:00:00Z");
    const events = [...this.events.values()].filter((event) =>
      token === null
        ? event.status !== "cancelled" && momentOf(event.start) < to && momentOf(event.end) > from
        : event.position > (since ?? 0),
    );
    const page = this.#page(url, events.map(shown));
    if (typeof page === "string") return page;
    const listed = page.json as { nextPageToken?: string };
    const last = listed.nextPageToken === undefined;
    const next = last ? { nextSyncToken: `${this.generation}:${this.#position}` } : {};
    return json({ ...listed, ...next, timeZone: "Europe/London" });
  }

  #page(url: URL, items: unknown[]): LoopbackReply {
    const size = this.#options.pageSize ?? Number(url.searchParams.get("maxResults") ?? 250);
    const start = Number(url.searchParams.get("pageToken") ?? 0);
    const more = items.length > start + size ? { nextPageToken: String(start + size) } : {};
    return json({ items: items.slice(start, start + size), ...more });
  }

  #watch(calendarId: string, body: Record<string, never>): LoopbackReply {
    const channel = body as unknown as LoopbackChannel;
    if (!channel.address.startsWith("https://")) return apiError(400, "push.webhookUrlNotHttps");
    if (this.channels.some(({ id }) => id === channel.id)) return apiError(400, "channelIdNotUnique");
    const kept = { ...channel, resourceId: `resource-${calendarId}`, calendarId };
    this.channels.push(kept);
    const now = this.#options.now?.() ?? new Date("2026-03-02T09:00:00Z");
    const expiration = String(now.getTime() + 7 * 86_400_000);
    return json({ kind: "api#channel", id: kept.id, resourceId: kept.resourceId, expiration });
  }

  #stop(body: Record<string, never>): LoopbackReply {
    const at = this.channels.findIndex(
      ({ id, resourceId }) => id === body["id"] && resourceId === body["resourceId"],
    );
    if (at < 0) return apiError(404, "notFound");
    this.channels.splice(at, 1);
    return { status: 204, text: "" };
  }
}

function momentOf({ dateTime, date }: StoredEvent["start"]): number {
  return Date.parse(dateTime ?? `${date}T00:00:00Z`);
}

function shown({ position: _unseen, ...event }: StoredEvent): Record<string, unknown> {
  return { kind: "calendar#event", ...event };
}
