/** What every method of the client does: build the request, make it safe to repeat, repeat it, read the answer. */

export type FrontdeskOptions = {
  /** Where Frontdesk answers: https://desk.example.com. In a page served by it, leave it out. */
  baseUrl?: string;
  /** A workspace key (fd_live_…), a private token (fd_org_…) or a service JWT; a function is asked before every call. */
  apiKey?: string | (() => string | Promise<string>);
  fetch?: typeof globalThis.fetch;
  /** How often a call that met 429, 503 or a broken connection is tried again; 3 by default. */
  retries?: number;
  /** One attempt may take this long; 30 s by default. */
  timeoutMs?: number;
};

export type CallOptions = {
  /** By default every write gets a random one, so that trying again does nothing twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/** What the generated client knows of an operation. */
export type Shape = {
  name: string;
  method: string;
  path: string;
  inQuery?: true;
  isWrite?: true;
  /** A file is answered as the Response itself, so that it can be saved while it arrives. */
  answers: "data" | "page" | "whole" | "nothing" | "file";
};

export type Page<Row> = {
  data: Row[];
  pagination: { limit: number; has_more: boolean; next_cursor: string | null; prev_cursor: string | null };
};

/** An error answer; `code` is stable, `fix` says how to repair the call. */
export class FrontdeskError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fix: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  /** Finds the call in the server's log. */
  readonly corrId: string | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    more: { fix?: unknown; details?: unknown; corrId?: string | null } = {},
  ) {
    super(message);
    this.name = "FrontdeskError";
    this.code = code;
    this.status = status;
    this.fix = typeof more.fix === "string" ? more.fix : undefined;
    this.details = isObject(more.details) ? more.details : undefined;
    this.corrId = more.corrId ?? undefined;
  }
}

/** The key needs approval: nothing was done yet, and a person decides. */
export class HeldForApproval extends Error {
  readonly approvalId: string;

  constructor(approvalId: string) {
    super(`Held for approval ${approvalId}.`);
    this.name = "HeldForApproval";
    this.approvalId = approvalId;
  }
}

const firstWaitMs = 250;
const longestWaitMs = 30_000;

export class Transport {
  readonly #options: FrontdeskOptions;

  constructor(options: FrontdeskOptions = {}) {
    this.#options = options;
  }

  /** Calls an operation. Throws FrontdeskError for an error answer and HeldForApproval for a held write. */
  async send<Output>(shape: Shape, input: object, options: CallOptions = {}): Promise<Output> {
    const { url, rest } = addressOf(this.#options.baseUrl ?? "", shape, input as Record<string, unknown>);
    const headers: Record<string, string> = { accept: "application/json" };
    const body = shape.inQuery || Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest);
    if (body !== undefined) headers["content-type"] = "application/json";
    if (shape.isWrite) headers["idempotency-key"] = options.idempotencyKey ?? crypto.randomUUID();
    if (shape.answers === "file") headers["accept"] = "*/*";
    const response = await this.#persist({ method: shape.method, headers, body }, url, options.signal);
    if (shape.answers === "file" && response.status === 200) return response as Output;
    const text = await response.text();
    const answer: unknown = text === "" ? undefined : parse(text);
    if (!response.ok) throw errorOf(response, answer);
    if (response.status === 202) {
      const held = isObject(answer) && isObject(answer["data"]) ? answer["data"] : answer;
      if (isObject(held) && typeof held["approval_id"] === "string")
        throw new HeldForApproval(held["approval_id"]);
    }
    if (shape.answers === "data") return (answer as { data: Output }).data;
    return (shape.answers === "nothing" ? undefined : answer) as Output;
  }

  async #persist(
    init: { method: string; headers: Record<string, string>; body: string | undefined },
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { fetch = globalThis.fetch, retries = 3, timeoutMs = 30_000, apiKey } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const key = typeof apiKey === "function" ? await apiKey() : apiKey;
      const headers = key ? { ...init.headers, authorization: `Bearer ${key}` } : init.headers;
      // A download may take longer than it may take to begin.
      const patience = init.headers["accept"] === "*/*" ? beginsWithin(timeoutMs) : lasts(timeoutMs);
      const either = signal ? AbortSignal.any([signal, patience.signal]) : patience.signal;
      const { body, method } = init;
      const request = { method, headers, signal: either, ...(body === undefined ? {} : { body }) };
      let response: Response | undefined;
      try {
        response = await fetch(url, request);
        patience.begun();
        if (attempt >= retries || !(await worthAnother(response))) return response;
      } catch (error) {
        if (signal?.aborted || attempt >= retries) throw error;
      }
      await pause(waitMs(response, attempt), signal);
    }
  }
}

type Patience = { signal: AbortSignal; begun(): void };

function lasts(ms: number): Patience {
  return { signal: AbortSignal.timeout(ms), begun: () => {} };
}

function beginsWithin(ms: number): Patience {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("No answer in time.", "TimeoutError")),
    ms,
  );
  return { signal: controller.signal, begun: () => clearTimeout(timer) };
}

/** Every row of a list, page after page: for await (const row of each((page) => desk.listContacts(page), {})). */
export async function* each<Row, Input extends object>(
  list: (input: Input & { cursor?: string }) => Promise<Page<Row>>,
  input: Input,
): AsyncGenerator<Row> {
  let cursor: string | null | undefined;
  do {
    const page = await list(cursor ? { ...input, cursor } : input);
    yield* page.data;
    cursor = page.pagination.has_more ? page.pagination.next_cursor : null;
  } while (cursor);
}

function addressOf(baseUrl: string, shape: Shape, input: Record<string, unknown>) {
  const rest = { ...input };
  const path = shape.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    if (value === undefined || value === "") throw new TypeError(`${shape.name} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  if (shape.inQuery) {
    for (const [name, value] of Object.entries(rest)) {
      if (value !== undefined && value !== null) query.set(name, String(value));
    }
  }
  const search = query.size > 0 ? `?${query}` : "";
  return { url: `${baseUrl.replace(/(?<!\/)\/+$/, "")}${path}${search}`, rest };
}

// 409 IDEMPOTENCY_IN_PROGRESS is the first attempt of this very call, still at work.
async function worthAnother(response: Response): Promise<boolean> {
  if (response.status === 429 || response.status === 503) return true;
  return response.status === 409 && (await response.clone().text()).includes("IDEMPOTENCY_IN_PROGRESS");
}

function waitMs(response: Response | undefined, attempt: number): number {
  const asked = Number(response?.headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(asked)) return Math.min(asked * 1000, longestWaitMs);
  return Math.min(firstWaitMs * 2 ** attempt, longestWaitMs) * (0.5 + Math.random() / 2);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function errorOf(response: Response, answer: unknown): FrontdeskError {
  const corrId = response.headers.get("x-corr-id");
  const body = isObject(answer) ? answer : {};
  const error = body["error"];
  if (isObject(error)) {
    const { code, message, fix, details } = error;
    return new FrontdeskError(String(code), response.status, String(message), { fix, details, corrId });
  }
  const { message, ok: _ok, error: code, ...details } = body;
  const text = typeof message === "string" ? message : `The server answered ${response.status}.`;
  return new FrontdeskError(typeof code === "string" ? code : "UNKNOWN", response.status, text, {
    details,
    corrId,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
