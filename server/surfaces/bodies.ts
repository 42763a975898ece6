/** Bodies of requests: JSON and forms, read whole and measured before anything looks at them. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { OperationError, validationError } from "../kernel/errors.ts";
import { parseJson } from "../kernel/json-input.ts";
import { refuseNul } from "../kernel/nul-characters.ts";
import type { AnyOperation } from "../kernel/operation.ts";

export type Body = {
  json: unknown;
  form: Record<string, string> | undefined;
  raw: string;
  /** A field that came more than once in the form: only its last value is in there. */
  repeated?: string;
};

const mostFormFields = 1_000;

/** Lets a server read JSON and forms; everything else is refused by its media type. */
export function parseBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([\w.-]+\+)?json/,
    { parseAs: "string" },
    (_request, text, done) => {
      const raw = text as string;
      try {
        done(null, { json: raw === "" ? undefined : parseJson(raw), form: undefined, raw } satisfies Body);
      } catch (error) {
        done(error as Error, undefined);
      }
    },
  );
  fastify.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, text, done) => {
      try {
        done(null, formBody(text as string));
      } catch (error) {
        done(error as Error, undefined);
      }
    },
  );
}

function formBody(raw: string): Body {
  const fields = new URLSearchParams(raw);
  if (fields.size > mostFormFields) {
    throw validationError(`The form has more than ${mostFormFields} fields.`, { fix: "Send fewer fields." });
  }
  const form: Record<string, string> = Object.fromEntries(fields);
  const repeated = [...fields.keys()].find((name) => fields.getAll(name).length > 1);
  return { json: undefined, form, raw, ...(repeated === undefined ? {} : { repeated }) };
}

/** Returns the form that was posted to a page, empty when none was. Throws the 400 that names a field the database could not keep. */
export function formOf(request: FastifyRequest): Record<string, string> {
  const form = (request.body as Body | undefined)?.form ?? {};
  refuseNul(form);
  return form;
}

/**
 * Checks that an operation can read the body it is sent. Where only JSON is understood a form is no empty body: it is what curl and
 * others send when nobody names a content type. A signed form in which a field stands twice is refused, because the signature does not
 * tell which of the two values, or their one text, was signed.
 */
export function mustUnderstand(operation: AnyOperation, body: Body | undefined): void {
  if (!body?.form) return;
  if (!operation.formWire) {
    if (body.raw !== "") throw needsJson("The body came as a form (application/x-www-form-urlencoded).");
  } else if (body.repeated !== undefined) {
    const field = body.repeated.slice(0, 100);
    throw validationError(`${field}: stands more than once in the form`, {
      fix: "Send every field once.",
      details: { fields: [{ field, message: "stands more than once in the form" }] },
    });
  }
}

/** Makes the 415 that says what to send instead. */
export function needsJson(message: string): OperationError {
  return new OperationError("INVALID_BODY", 415, message, {
    fix: "Send the body as JSON, with the header content-type: application/json.",
  });
}
