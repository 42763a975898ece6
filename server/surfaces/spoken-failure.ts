/** How an operation a voice agent speaks for tells of what did not succeed. */
import type { OperationError } from "../kernel/errors.ts";
import type { AnyOperation } from "../kernel/operation.ts";

type Voice = NonNullable<AnyOperation["voice"]>;

/** What the agent is told: first that it did not work, then why and what would help. */
export function spokenFailure(voice: Voice, error: OperationError): string {
  return [voice.failure, error.message, error.fix].filter(Boolean).join(" ");
}

// Whom a credential keeps out, and who calls too often, is told by the status as well, whatever the operation says.
const keptOut: readonly number[] = [401, 403, 429];

/** The status an error answers with there. */
export function spokenStatus(voice: Voice, status: number): number {
  return keptOut.includes(status) ? status : (voice.status ?? status);
}
