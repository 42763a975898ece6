/** What a tool call answers: structured content for programs, and the same as a text in which a model reads what people wrote as that. */
import { isJsonObject } from "../kernel/json-object.ts";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { OperationError } from "../kernel/errors.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import type { Outcome } from "../kernel/run.ts";
import { capability } from "./capability.ts";
import { neutral, withMarks } from "./user-content.ts";

export function succeeded(
  body: Record<string, unknown>,
  replayed = false,
  shown: Record<string, unknown> = body,
): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(shown) }],
    structuredContent: plainOf(body),
    ...(replayed ? { _meta: { "frontdesk/idempotent-replayed": true } } : {}),
  };
}

/** The answer of an operation, presented as its surface does. */
export function answered(operation: AnyOperation, presented: unknown, outcome: Outcome): CallToolResult {
  const note = outcome.held
    ? { held: true, message: "A person has to approve this first; nothing was done yet." }
    : {};
  const body = wrapped(presented);
  const schema = outcome.held ? {} : operation.surface.successSchema(operation.output, operation);
  // The capability's answers carry their marks on every way out.
  const shown = operation.surface === capability ? body : wrapped(marked(presented, schema));
  return succeeded({ ...body, ...note }, outcome.replayed, { ...shown, ...note });
}

export function failed(error: OperationError): CallToolResult {
  const body = {
    error: {
      code: error.code,
      message: error.message,
      status: error.status,
      fix: error.fix,
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
  return {
    isError: true,
    content: [{ type: "text", text: neutral(JSON.stringify(body)) }],
    structuredContent: body,
  };
}

// Names under which answers carry words of the program's, not of people: ids, states, codes, addresses of records.
const ownNames =
  /(^|_)(ids?|key|code|status|state|type|kind|slug|cursor|timezone|time_zone|currency|locale|lang|scopes?|channel|direction|source|surface|noun|action|operation|method|color|icon|e164|phone|landline|mobile|email|url|link|date|time|at|from|until)$/;
const oneWord = /^[\w.:+@/?&=%#-]{0,500}$/;
const noLetters = /^[^\p{L}]*$/u;

// One word under such a name tells nobody to do anything; whatever else no schema narrows down is marked.
function marked(presented: unknown, schema: unknown): unknown {
  return withMarks(plainOf({ presented })["presented"], schema, (name, text) => {
    const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return noLetters.test(text) || (ownNames.test(snake) && oneWord.test(text));
  });
}

function plainOf(body: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
}

function wrapped(body: unknown): Record<string, unknown> {
  return isJsonObject(body) ? body : { result: body };
}
