export type ApprovalLevel = "full" | "with-approval" | "read-only";

/** Who asks. `scopes` undefined means the program itself, which no scope limits. */
export type Actor = {
  readonly kind:
    "user" | "api_key" | "agent" | "automation" | "system" | "provider" | "service" | "anonymous";
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string | undefined;
  readonly scopes: ReadonlySet<string> | undefined;
  readonly approvalLevel: ApprovalLevel;
  readonly ratePerSecond?: number | null;
  /** What a service token says besides who it is. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

/** The program acting on its own account in one workspace. */
export function systemActor(workspaceId: string | undefined, name = "system"): Actor {
  return { kind: "system", id: "system", name, workspaceId, scopes: undefined, approvalLevel: "full" };
}

export const anonymous: Actor = {
  kind: "anonymous",
  id: "anonymous",
  name: "anonymous",
  workspaceId: undefined,
  scopes: new Set(),
  approvalLevel: "full",
};
