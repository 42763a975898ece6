/**
 * An expression as an automaton: states, and moves between them over sets of characters. Edges of words and what a look-around of one
 * character asks are kept exactly; what a longer look-around asks is left out, so that the automaton allows more than the expression.
 */
import type { AST } from "@eslint-community/regexpp";
import { CharSet } from "refa";
import { buildGraph, type Guard, type Node } from "./graph.ts";

/** A move takes any character of `mask`; `twice` says that more than one way through the expression makes the same move. */
export type Move = { mask: bigint; to: number; twice: boolean; loop: string | undefined };

export type Automaton = {
  moves: Move[][];
  start: number;
  /** Whether the expression has matched once this state is reached, whatever follows. */
  matched: boolean[];
  /** A character of the mask, a printable one where there is one. */
  sample(mask: bigint): string;
};

const mostStates = 20_000;
const mostSteps = 30_000;

/** Builds the automaton; repetitions of `longRepeat` and more count as endless. */
export function buildAutomaton(pattern: AST.Pattern, flags: AST.Flags, longRepeat: number): Automaton {
  const graph = buildGraph(pattern, flags, longRepeat);
  const { atoms, maskOf } = partition([...graph.sets, ...graph.before]);
  const before = graph.before.map(maskOf);
  const kinds = kindsOf(atoms, before);
  const moves: Move[][] = [];
  const matched: boolean[] = [];
  const ids = new Map<string, number>();
  const waiting: [Node, number][] = [];
  const idOf = (node: Node, kind: number): number => {
    const key = `${node.id}/${kind}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size;
    if (id > mostStates) throw new RangeError("it has too many states to be judged");
    ids.set(key, id);
    waiting.push([node, kind]);
    return id;
  };
  const start = idOf(graph.start, atStart);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [node, kind] = next;
    const reached = closure(node, kind, before, maskOf);
    matched.push(reached.matched);
    const found = new Map<string, Move>();
    for (const { mask, to, loop } of reached.steps) {
      for (const [bits, ofKind] of kinds) {
        const both = mask & ofKind;
        if (both === 0n) continue;
        const id = idOf(to, bits);
        const key = `${id}/${both}`;
        const same = found.get(key);
        if (same) same.twice = true;
        else found.set(key, { mask: both, to: id, twice: false, loop });
      }
    }
    moves.push([...found.values()]);
  }
  return { moves, start, matched, sample: (mask) => sampleOf(atoms, mask) };
}

/** What stands before the first character of a text. */
const atStart = -1;

type Step = { mask: bigint; to: Node; loop: string | undefined };

/** All single characters a state can take next, by way of everything that takes none. */
function closure(
  from: Node,
  kind: number,
  before: bigint[],
  maskOf: (set: CharSet) => bigint,
): { steps: Step[]; matched: boolean } {
  const steps: Step[] = [];
  const passed = new Set<Node>();
  let matched = false;
  let count = 0;
  const visit = (node: Node, allowed: bigint, free: boolean, path: Set<Node>): void => {
    count += 1;
    // An expression with very many ways to take nothing is walked once per place instead of once per way.
    const seen = count > mostSteps ? passed : path;
    if (seen.has(node)) return;
    seen.add(node);
    passed.add(node);
    if (node.accepts && free) matched = true;
    for (const { set, to, loop } of node.characters) {
      const mask = maskOf(set) & allowed;
      if (mask !== 0n) steps.push({ mask, to, loop });
    }
    for (const { to, guard } of node.empty) {
      if (guard === undefined) visit(to, allowed, free, path);
      else {
        const left = passes(guard, kind, before, maskOf, allowed);
        if (left !== undefined) visit(to, left, false, path);
      }
    }
    path.delete(node);
  };
  visit(from, -1n, true, new Set());
  return { steps, matched };
}

/** The characters a guard lets follow; undefined when it does not let through at all. */
function passes(
  guard: Guard,
  kind: number,
  before: bigint[],
  maskOf: (set: CharSet) => bigint,
  allowed: bigint,
): bigint | undefined {
  switch (guard.kind) {
    case "begin":
      return kind === atStart ? allowed : undefined;
    case "end":
      return 0n;
    case "unknown":
      return allowed;
    case "next":
      return allowed & maskOf(guard.set);
    case "previous":
      return (kind === atStart ? guard.atStart : ((kind >> guard.predicate) & 1) === 1) ? allowed : undefined;
    case "edge": {
      const word = before[guard.predicate] ?? 0n;
      const inside = kind !== atStart && ((kind >> guard.predicate) & 1) === 1;
      return inside === guard.negate ? allowed & word : allowed & ~word;
    }
  }
}

/** Splits all characters into the fewest sets such that each given set is a union of them. */
function partition(sets: CharSet[]): { atoms: CharSet[]; maskOf: (set: CharSet) => bigint } {
  const first = sets[0];
  let atoms = first ? [CharSet.all(first.maximum)] : [];
  const distinct = new Map(sets.map((set) => [set.toString(), set]));
  for (const set of distinct.values()) {
    atoms = atoms.flatMap((atom) => {
      const inside = atom.intersect(set);
      if (inside.isEmpty) return [atom];
      const outside = atom.without(set);
      return outside.isEmpty ? [atom] : [inside, outside];
    });
  }
  const masks = new Map<string, bigint>();
  const maskOf = (set: CharSet): bigint => {
    const key = set.toString();
    const known = masks.get(key);
    if (known !== undefined) return known;
    let mask = 0n;
    for (const [index, atom] of atoms.entries()) if (!atom.isDisjointWith(set)) mask |= 1n << BigInt(index);
    masks.set(key, mask);
    return mask;
  };
  return { atoms, maskOf };
}

/** The atoms by what a later look back asks of them. */
function kindsOf(atoms: CharSet[], before: bigint[]): Map<number, bigint> {
  const kinds = new Map<number, bigint>();
  for (const index of atoms.keys()) {
    const atom = 1n << BigInt(index);
    const bits = before.reduce((sum, mask, at) => ((mask & atom) === 0n ? sum : sum | (1 << at)), 0);
    kinds.set(bits, (kinds.get(bits) ?? 0n) | atom);
  }
  return kinds;
}

function sampleOf(atoms: CharSet[], mask: bigint): string {
  const ranges = atoms.filter((_, index) => (mask >> BigInt(index)) & 1n).flatMap(({ ranges }) => ranges);
  const readable = ["a", "1", " ", "!"].map((text) => text.codePointAt(0) ?? 0);
  const nice =
    readable.find((code) => ranges.some(({ min, max }) => min <= code && code <= max)) ??
    ranges
      .map(({ min, max }) => (Math.max(min, 33) <= max ? Math.max(min, 33) : min))
      .toSorted((a, b) => a - b)[0];
  return String.fromCodePoint(nice ?? 0);
}
