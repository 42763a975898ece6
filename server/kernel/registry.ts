import type { AnyOperation, AuthKind, Module, Reaction, SetUp } from "./operation.ts";
import type { Follower } from "./followers.ts";
import { requiredScopedFields, scopedFieldsOf, scopesIn } from "./guarded-fields.ts";
import type { JobDefinition } from "./jobs.ts";
import type { RowKind } from "./row-kinds.ts";
import { kernelSweeps } from "./sweep.ts";
import type { Sweep } from "./sweep.ts";
import type { SchemaNode } from "./validation.ts";
import { isReadScope } from "./read-scope.ts";

/**
 * Every operation, job and reaction of the program. Making one checks the invariants the surfaces rely on and, if any is
 * broken, fails with all of them at once.
 */
export class Registry {
  readonly operations: readonly AnyOperation[];
  readonly jobs: readonly JobDefinition[];
  readonly sweeps: readonly Sweep[];
  readonly followers: readonly Follower[];
  readonly setUps: readonly SetUp[];
  readonly #byName: Map<string, AnyOperation>;
  readonly #reactions: Map<string, Reaction[]>;
  readonly #rows: ReadonlyMap<string, RowKind>;
  readonly #scopedFields = new Map<string, Map<string, string>>();

  constructor(modules: readonly Module[], knownScopes: ReadonlySet<string>) {
    this.operations = modules.flatMap((one) => one.operations ?? []);
    this.jobs = modules.flatMap((one) => one.jobs ?? []);
    this.sweeps = [...kernelSweeps, ...modules.flatMap((one) => one.sweeps ?? [])];
    this.followers = modules.flatMap((one) => one.followers ?? []);
    this.setUps = modules.flatMap((one) => one.setUps ?? []);
    this.#byName = new Map(this.operations.map((one) => [nameOf(one), one]));
    this.#reactions = new Map();
    for (const reaction of modules.flatMap((one) => one.reactions ?? [])) {
      this.#reactions.set(reaction.on, [...(this.#reactions.get(reaction.on) ?? []), reaction]);
    }
    const rows = modules.flatMap((one) => one.rows ?? []);
    this.#rows = new Map(rows.map((kind) => [kind.table, kind]));
    for (const one of this.operations) {
      for (const [field, scope] of scopedFieldsOf(one.output)) {
        const known = this.#scopedFields.get(one.noun) ?? new Map<string, string>();
        this.#scopedFields.set(one.noun, known.set(field, scope));
      }
    }
    const violations = [
      ...duplicateNames(this.operations),
      ...duplicateRoutes(this.operations),
      ...this.operations.flatMap((one) => definitionProblems(one, knownScopes)),
      ...duplicateJobs(this.jobs),
      ...repeated(rows.map(({ table }) => table)).map((table) => `the rows of ${table} are declared twice`),
    ];
    if (violations.length > 0) throw new Error(`The registry is not sound:\n- ${violations.join("\n- ")}`);
  }

  /** `surface.name`, as the contract writes it; a bare name finds the workspace API's operation. */
  find(name: string): AnyOperation | undefined {
    return this.#byName.get(name) ?? this.#byName.get(`workspace.${name}`);
  }

  /** What the rows of a table are; undefined when no module says so. */
  rowKind(table: string): RowKind | undefined {
    return this.#rows.get(table);
  }

  /** The fields of a noun's records that take a scope of their own, with that scope. */
  scopedFields(noun: string): ReadonlyMap<string, string> {
    return this.#scopedFields.get(noun) ?? new Map();
  }

  /** Returns the fields of a noun's records that these scopes do not let read; undefined scopes read all. */
  unreadableFieldsOf(noun: string, scopes: ReadonlySet<string> | undefined): string[] {
    if (!scopes) return [];
    return [...this.scopedFields(noun)].filter(([, scope]) => !scopes.has(scope)).map(([field]) => field);
  }

  /** The same of every noun. */
  unreadableFields(scopes: ReadonlySet<string> | undefined): { noun: string; field: string }[] {
    return [...this.#scopedFields.keys()].flatMap((noun) =>
      this.unreadableFieldsOf(noun, scopes).map((field) => ({ noun, field })),
    );
  }

  reactionsTo(event: string): readonly Reaction[] {
    return this.#reactions.get(event) ?? [];
  }
}

/** The output's declared field scopes that nobody knows, and fields that could not be left out of an answer. */
function fieldProblems(one: AnyOperation, knownScopes: ReadonlySet<string>): string[] {
  const unknown = scopesIn(one.output).filter((scope) => !knownScopes.has(scope));
  const needed = requiredScopedFields(one.output);
  return [
    ...unknown.map((scope) => `${one.name}: a field of its output takes the unknown scope ${scope}`),
    ...needed.map((field) => `${one.name}: ${field} takes a scope of its own and has to be optional`),
  ];
}

export function nameOf(operation: AnyOperation): string {
  return `${operation.surface.name}.${operation.name}`;
}

/** Names of the path parameters of a route, in order. */
export function pathParameters(route: string): string[] {
  return [...route.matchAll(/:([A-Za-z_]\w*)/g)].map((match) => match[1] ?? "");
}

function duplicateNames(operations: readonly AnyOperation[]): string[] {
  return repeated(operations.map(nameOf)).map((name) => `two operations are called ${name}`);
}

function duplicateJobs(jobs: readonly JobDefinition[]): string[] {
  return repeated(jobs.map((one) => one.name)).map((name) => `two jobs are called ${name}`);
}

function duplicateRoutes(operations: readonly AnyOperation[]): string[] {
  const byRoute = new Map<string, AnyOperation[]>();
  for (const one of operations) {
    for (const route of [one.route, ...(one.aliases ?? [])]) {
      if (!route) continue;
      const key = `${one.surface.bases[0]} ${route.replaceAll(/:\w+/g, ":*")}`;
      byRoute.set(key, [...(byRoute.get(key) ?? []), one]);
    }
  }
  return [...byRoute].flatMap(([route, sharing]) => {
    const undecided = sharing.filter((one) => !one.selects);
    return undecided.length > 1
      ? [`${undecided.map((one) => one.name).join(" and ")} share the route ${route}`]
      : [];
  });
}

function definitionProblems(one: AnyOperation, knownScopes: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const input = one.input as unknown as SchemaNode;
  if (input.type !== "object" || input.anyOf) problems.push(`${one.name}: the input must be a plain object`);
  for (const scope of one.scopes) {
    if (!knownScopes.has(scope)) problems.push(`${one.name}: unknown scope ${scope}`);
  }
  if (one.scopes.length === 0 && one.route && carriesScopes(one) && !one.noScopes) {
    problems.push(
      `${one.name}: any credential may call it; it needs a scope, or noScopes to say why it needs none`,
    );
  }
  if (one.noScopes && one.scopes.length > 0)
    problems.push(`${one.name}: it has scopes and says why it has none`);
  if (one.effect !== "read" && one.scopes.length > 0 && one.scopes.every(isReadScope)) {
    problems.push(
      `${one.name}: a write on ${one.scopes.join(" and ")}; it needs a scope that is not for reading`,
    );
  }
  if (one.effect !== "read" && one.noun === "") problems.push(`${one.name}: a write needs an audit noun`);
  // What is prepared is prepared for the call that is made now, as the caller's own.
  if (one.prepare && (one.effect === "read" || one.holdable !== false || one.tenancy === "none")) {
    problems.push(`${one.name}: only a write in a workspace that is never held can be prepared`);
  }
  const parameters = pathParameters(one.route ?? "");
  for (const name of parameters) {
    if (!input.properties?.[name]) problems.push(`${one.name}: :${name} is not in the input`);
  }
  // An alias may call a parameter something else; its place says which one it is.
  for (const alias of one.aliases ?? []) {
    if (pathParameters(alias).length !== parameters.length) {
      problems.push(`${one.name}: the alias ${alias} has other parameters than the route`);
    }
  }
  return [...problems, ...fieldProblems(one, knownScopes)];
}

const scopedAuth: ReadonlySet<AuthKind> = new Set(["workspace-key", "agent-token", "scoped-token"]);

function carriesScopes(one: AnyOperation): boolean {
  return scopedAuth.has(one.auth ?? one.surface.auth);
}

function repeated(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
