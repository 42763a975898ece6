import type { Static, TObject, TSchema } from "typebox";
import type { App } from "./app.ts";
import type { Ctx } from "./context.ts";
import type { DeclaredError, OperationError } from "./errors.ts";
import type { Follower } from "./followers.ts";
import type { JobDefinition } from "./jobs.ts";
import type { RowKind } from "./row-kinds.ts";
import type { Sweep } from "./sweep.ts";

export type Effect = "read" | "write" | "destructive";

/** How a caller proves who it is; surfaces/http.ts has one authenticator for each. */
export type AuthKind =
  "workspace-key" | "agent-token" | "scoped-token" | "service-jwt" | "provider-signature" | "public";

/** What a surface does with a result or an error on its way out; no business rules. */
export type Surface = {
  readonly name: string;
  /** URL prefixes, the canonical one first. */
  readonly bases: readonly string[];
  readonly auth: AuthKind;
  readonly title: string;
  success(output: unknown, about: { operation: AnyOperation; creditsRemaining: number | undefined }): unknown;
  failure(error: OperationError): unknown;
  /** JSON Schema of the success body, given the schema of the output. */
  successSchema(output: TSchema, operation: AnyOperation): Record<string, unknown>;
  failureSchema(): Record<string, unknown>;
};

/**
 * record: one thing · list: a page · bare: the output is the whole body · empty: 204, no body · text: a sentence, as
 * text/plain · file: a download, streamed.
 */
export type Shape = "record" | "list" | "bare" | "empty" | "text" | "file";

/** What an operation of shape `file` answers. The body is read after the operation's own reads are over. */
export type FileAnswer = {
  filename: string;
  contentType: string;
  /** X-Row-Count and the like. */
  headers?: Record<string, string>;
  body: AsyncIterable<Uint8Array | string>;
};

/** A file a caller sent, on disk until the call is over. */
export type Upload = {
  path: string;
  /** As the caller named it. */
  filename: string;
  contentType: string;
  bytes: number;
};

export type PrepareCall<In extends TObject = TObject> = {
  readonly app: App;
  readonly workspaceId: string;
  readonly input: Static<In>;
  readonly upload: Upload | undefined;
};

/** What was done before a transaction. `end` clears up after it, whatever became of the call. */
export type Prepared = { readonly value: unknown; end(): Promise<void> };

/**
 * Something a caller can do. An inert object: the HTTP route, validation, OpenAPI, MCP tool, SDK method,
 * idempotency, approval, audit, credits and the authorisation tests are all derived from it.
 */
export type Operation<In extends TObject = TObject, Out extends TSchema = TSchema> = {
  readonly name: string;
  readonly surface: Surface;
  /** "POST /contacts/:id"; absent for operations that only the program itself runs. */
  readonly route?: string;
  readonly aliases?: readonly string[];
  readonly auth?: AuthKind;
  /** All of them are needed, unless `neededScopes` says which. */
  readonly scopes: readonly string[];
  /**
   * Why there are none, for callers whose credentials carry scopes. record: each record takes scopes of its own, for which the
   * operation asks. program: it tells of the program and of no record. credential: it tells a credential of itself.
   */
  readonly noScopes?: "record" | "program" | "credential";
  /**
   * For a call that needs some of `scopes` only, depending on what it asks for. None: any one of them lets in, and the operation
   * itself checks the one its record takes.
   */
  readonly neededScopes?: (input: Record<string, unknown>) => readonly string[];
  readonly effect: Effect;
  /** What the audit trail calls the thing this changes. */
  readonly noun: string;
  readonly section: string;
  readonly summary: string;
  readonly description?: string;
  readonly input: In;
  readonly output: Out;
  readonly shape?: Shape;
  /** The media types of a file; application/octet-stream if it is not said. */
  readonly fileTypes?: readonly string[];
  /**
   * Takes a file as well: as multipart/form-data, or as the whole body in one of these media types. It is put aside before the
   * call runs (nothing waits for a slow sender inside a transaction) and found in ctx.upload; the other parameters then ride in
   * the form or the query. The input has to declare content_sha256, which is filled in.
   */
  readonly upload?: { readonly types: readonly string[]; readonly maxBytes: number };
  /**
   * Work that may take long and must hold no transaction: done when the call has been let in and its input is valid, before the
   * transaction begins. What it makes is found in ctx.prepared. Not for operations that are held or run inside others.
   */
  prepare?(call: PrepareCall<In>): Promise<Prepared>;
  /** Success status when it is not the usual one (200; 201 for a create; 204 for empty). */
  readonly status?: number;
  readonly errors?: readonly DeclaredError[];
  /** The input property that is the whole body: a bare array may be sent instead of an object with that property. */
  readonly wholeBody?: string;
  /**
   * Spoken by a voice agent: takes the agent platform's envelope {call, name, args} as well as flat parameters (the input declares
   * `call: callEnvelope`), and answers text/plain. A failure's text begins with `failure`, so that no agent takes it for success.
   * `status` is what every call let in answers, for platforms that hand the agent the text of nothing but a success.
   */
  readonly voice?: { readonly failure: string; readonly status?: 200 };
  /** Needs no workspace: the input says whose it is (webhooks), or there is none (stateless). */
  readonly tenancy?: "workspace" | "none";
  /** Two operations may share a route when the body tells them apart. */
  readonly selects?: { readonly field: string };
  /** Approvals and the like cannot be held for approval themselves. */
  readonly holdable?: boolean;
  /** Credits one call costs; held before the work, settled with it. */
  readonly credits?: number;
  readonly example?: { readonly input?: Record<string, unknown>; readonly output?: unknown };
  /** In the small set of tools an agent sees without searching. */
  readonly preloaded?: boolean;
  /** For callers that post forms and expect XML (Twilio): the form as our input, our output as their document. */
  readonly formWire?: {
    read(form: Record<string, string>): Record<string, unknown>;
    present(output: unknown): string;
  };
  /** The console page that shows the record. */
  readonly portalPath?: string;
  run(ctx: Ctx, input: Static<In>): Promise<Static<Out>>;
};

export type AnyOperation = Omit<Operation, "run" | "input" | "prepare"> & {
  readonly input: TObject;
  prepare?(call: never): Promise<Prepared>;
  run(ctx: Ctx, input: never): Promise<unknown>;
};

/** Declares an operation; nothing but types happens here. */
export function operation<In extends TObject, Out extends TSchema>(
  definition: Operation<In, Out>,
): Operation<In, Out> {
  return definition;
}

/** Something that happens because an event did: a job, enqueued in the event's own transaction. */
export type Reaction = {
  readonly on: string;
  readonly job: JobDefinition;
  /** The job's payload, or undefined for an event that needs none of it. */
  payload(event: { noun: string; recordId: string | null; payload: Record<string, unknown> }): unknown;
};

/** Something that goes on after whoever set it up has left. */
export type SetUp = {
  readonly what: string;
  /** Stops what these members and keys set up, in the transaction that ends them; answers how many that were. */
  stop(ctx: Ctx, makers: readonly string[]): Promise<number>;
};

export type Module = {
  readonly name: string;
  readonly setUps?: readonly SetUp[];
  readonly operations?: readonly AnyOperation[];
  readonly jobs?: readonly JobDefinition[];
  readonly reactions?: readonly Reaction[];
  readonly sweeps?: readonly Sweep[];
  readonly followers?: readonly Follower[];
  /** What the rows of its tables are when a record they refer to is deleted. */
  readonly rows?: readonly RowKind[];
};

export function module(definition: Module): Module {
  return definition;
}
