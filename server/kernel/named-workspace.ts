/**
 * The first wall: a statement of a workspace names it. What the store builds does; what is written by hand is held to the
 * same, here, on its way to the database, so that one which relies on the second wall alone never runs.
 */
import type { CompiledQuery } from "kysely";

// A table comes after one of these. Functions that see more than their caller are told the workspace themselves; the catalogue
// knows no workspaces.
const known = String.raw`(?!pg_|information_schema\b|only\b|lateral\b)[a-z_]\w*\b`;
const touchesTables = new RegExp(
  String.raw`\b(?:(?:into|update|table)\s+(?:only\s+)?"?${known}|(?:from|join|using)\s+(?:only\s+|lateral\s+)?"?${known}"?(?!\s*\())`,
  "i",
);
// Whoever ended the transaction, or changed the role in it, would leave the scope.
const leavesTheScope =
  /^\s*(?:begin|start|commit|end|abort|prepare|discard|reset|rollback(?!\s+to\b)|set(?!\s+local\s+(?!role|session|frontdesk|row_security)))\b|\bset_config\b/i;

/** Throws unless one of the statement's parameters is the workspace, or it is about no rows at all. */
export function mustNameItsWorkspace(query: CompiledQuery, workspaceId: string): void {
  if (query.parameters.includes(workspaceId)) return;
  if (leavesTheScope.test(query.sql)) throw new Error(`a statement may not leave its scope: ${query.sql}`);
  if (touchesTables.test(query.sql) && !addsItsJob(query, workspaceId)) {
    throw new Error(`a statement must name its workspace in a parameter: ${query.sql}`);
  }
}

// The queue's tables know no workspaces either; all the application's role may do there is to add jobs, which carry theirs.
function addsItsJob({ sql, parameters }: CompiledQuery, workspaceId: string): boolean {
  return /\binto pgboss\./i.test(sql) && JSON.stringify(parameters).includes(workspaceId);
}
