/**
 * How much longer an expression can take than its text is long. It backtracks for ever (exponential) where one loop can read the same
 * text in two ways, and far (polynomial) where two loops, one after the other, can share a text between them in many ways; a search
 * that begins anew at each place is a loop like any other (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular
 * Expression Matchers", 2016).
 */
import { RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";
import type { AST } from "@eslint-community/regexpp";
import { type Automaton, buildAutomaton, type Move } from "./automaton.ts";
import { components } from "./components.ts";

/** Where and how an expression is slow, and a text that shows it: `pump` any number of times behind `prefix`. */
export type Finding = {
  kind: "exponential" | "polynomial" | "look-behind" | "unknown";
  loops: string[];
  prefix: string;
  pump: string;
};

const parser = new RegExpParser();
const mostWork = 2_000_000;

/** What is slow about an expression, at most one finding of each pair of loops. `longRepeat` is the count from which a repetition is taken for endless. */
export function findAmbiguity(source: string, flags: string, longRepeat = 250): Finding[] {
  const unicode = { unicode: flags.includes("u"), unicodeSets: flags.includes("v") };
  const pattern = parser.parsePattern(source, undefined, undefined, unicode);
  const findings = lookBehinds(pattern);
  try {
    const automaton = buildAutomaton(pattern, parser.parseFlags(flags), longRepeat);
    return [...findings, ...new Search(automaton).run()];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [...findings, { kind: "unknown", loops: [error.message], prefix: "", pump: "" }];
  }
}

// Looking back without end is done anew at each place, and the automaton leaves it out.
function lookBehinds(pattern: AST.Pattern): Finding[] {
  const found: Finding[] = [];
  const inside: AST.LookbehindAssertion[] = [];
  visitRegExpAST(pattern, {
    onAssertionEnter(node) {
      if (node.kind === "lookbehind") inside.push(node);
    },
    onAssertionLeave(node) {
      if (node.kind === "lookbehind") inside.pop();
    },
    onQuantifierEnter({ max, raw }) {
      if (inside.length > 0 && max === Number.POSITIVE_INFINITY)
        found.push({ kind: "look-behind", loops: [raw], prefix: "", pump: "" });
    },
  });
  return found;
}

type Pair = [number, number];
const nowhere: Pair = [0, 0];

class Search {
  readonly #automaton: Automaton;
  readonly #components: number[][];
  readonly #componentOf: number[];
  #work = 0;

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    const all = automaton.moves.map((_, state) => state);
    this.#components = components(all, (state) => this.#moves(state).map(({ to }) => to));
    this.#componentOf = [];
    for (const [index, states] of this.#components.entries())
      for (const state of states) this.#componentOf[state] = index;
  }

  run(): Finding[] {
    const loops = this.#components.filter((states) => states.some((state) => this.#within(state).length > 0));
    const findings: Finding[] = [];
    for (const loop of loops) {
      const twoWays = this.#readsTwoWays(loop);
      if (twoWays) findings.push(twoWays);
    }
    for (const first of loops) {
      for (const second of loops) {
        if (first === second) continue;
        const shared = this.#shares(first, second);
        if (shared) findings.push(shared);
      }
    }
    return findings;
  }

  #moves(state: number): Move[] {
    return this.#automaton.moves[state] ?? [];
  }

  #within(state: number): Move[] {
    const here = this.#componentOf[state];
    return this.#moves(state).filter(({ to }) => this.#componentOf[to] === here);
  }

  // A loop that can stop with a match never has to try its other ways.
  #stops(states: number[]): boolean {
    return states.some((state) => this.#automaton.matched[state]);
  }

  #spend(): void {
    this.#work += 1;
    if (this.#work > mostWork) throw new RangeError("it has too many ways to be judged");
  }

  #readsTwoWays(loop: number[]): Finding | undefined {
    if (this.#stops(loop)) return undefined;
    for (const state of loop) {
      const twice = this.#within(state).find((move) => move.twice);
      if (twice) return this.#finding("exponential", [twice.loop], state, this.#automaton.sample(twice.mask));
    }
    const pairKey = (a: number, b: number) => a * this.#automaton.moves.length + b;
    const edges = new Map<number, number[]>();
    const names = new Map<number, Pair>();
    const waiting = loop.map((state): Pair => [state, state]);
    for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
      const [a, b] = pair;
      const key = pairKey(a, b);
      if (edges.has(key)) continue;
      names.set(key, pair);
      const out: number[] = [];
      edges.set(key, out);
      for (const left of this.#within(a)) {
        for (const right of this.#within(b)) {
          this.#spend();
          if ((left.mask & right.mask) === 0n) continue;
          out.push(pairKey(left.to, right.to));
          waiting.push([left.to, right.to]);
        }
      }
    }
    for (const together of components([...edges.keys()], (key) => edges.get(key) ?? [])) {
      const pairs = together.map((key) => names.get(key) ?? nowhere);
      const same = pairs.find(([a, b]) => a === b);
      if (same === undefined || pairs.every(([a, b]) => a === b)) continue;
      const pump = this.#wordAround(same[0], together, names, edges, pairKey);
      return this.#finding("exponential", this.#loopsOf(loop), same[0], pump);
    }
    return undefined;
  }

  // A word that leads from a state back to it in two ways: through some pair of different states.
  #wordAround(
    state: number,
    together: number[],
    names: Map<number, Pair>,
    edges: Map<number, number[]>,
    pairKey: (a: number, b: number) => number,
  ): string {
    const inside = new Set(together);
    const path = (from: number, isGoal: (key: number) => boolean): number[] => {
      const cameFrom = new Map<number, number | undefined>([[from, undefined]]);
      const waiting = [from];
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
        for (const next of edges.get(key) ?? []) {
          if (!inside.has(next)) continue;
          if (isGoal(next)) {
            const keys = [next];
            for (let at: number | undefined = key; at !== undefined; at = cameFrom.get(at)) keys.unshift(at);
            return keys;
          }
          if (!cameFrom.has(next)) {
            cameFrom.set(next, key);
            waiting.push(next);
          }
        }
      }
      return [from];
    };
    const home = pairKey(state, state);
    const out = path(home, (key) => {
      const [a, b] = names.get(key) ?? nowhere;
      return a !== b;
    });
    const back = path(out.at(-1) ?? home, (key) => key === home);
    const keys = [...out, ...back.slice(1)];
    let word = "";
    for (const [index, key] of keys.slice(0, -1).entries()) {
      const [a, b] = names.get(key) ?? nowhere;
      const [c, d] = names.get(keys[index + 1] ?? key) ?? nowhere;
      const mask = this.#maskBetween(a, c) & this.#maskBetween(b, d);
      word += this.#automaton.sample(mask);
    }
    return word;
  }

  #maskBetween(from: number, to: number): bigint {
    return this.#moves(from).reduce((mask, move) => (move.to === to ? mask | move.mask : mask), 0n);
  }

  #shares(first: number[], second: number[]): Finding | undefined {
    const masks = [first, second].map((loop) =>
      loop.flatMap((state) => this.#within(state)).reduce((mask, move) => mask | move.mask, 0n),
    );
    if (((masks[0] ?? 0n) & (masks[1] ?? 0n)) === 0n) return undefined;
    const between = this.#between(first, second);
    if (between.size === 0 || this.#stops(second)) return undefined;
    for (const p of first) {
      for (const q of second) {
        const pump = this.#sharedWord(p, q, between);
        if (pump !== undefined)
          return this.#finding("polynomial", [...this.#loopsOf(first), ...this.#loopsOf(second)], p, pump);
      }
    }
    return undefined;
  }

  /** States on some way from one loop to the other; empty when there is none. */
  #between(first: number[], second: number[]): Set<number> {
    const ahead = this.#reachable(first, (state) => this.#moves(state).map(({ to }) => to));
    if (!second.some((state) => ahead.has(state))) return new Set();
    const incoming = new Map<number, number[]>();
    for (const state of ahead)
      for (const { to } of this.#moves(state)) incoming.set(to, [...(incoming.get(to) ?? []), state]);
    const back = this.#reachable(second, (state) => incoming.get(state) ?? []);
    return new Set([...ahead].filter((state) => back.has(state)));
  }

  #reachable(from: number[], next: (state: number) => number[]): Set<number> {
    const reached = new Set(from);
    const waiting = [...from];
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      for (const to of next(state)) {
        if (reached.has(to)) continue;
        reached.add(to);
        waiting.push(to);
      }
    }
    return reached;
  }

  /** A word that leads from p to p, from p to q and from q to q, so that it can stand on either side of the change. */
  #sharedWord(p: number, q: number, between: Set<number>): string | undefined {
    type Triple = { p: number; m: number; q: number; word: string };
    const size = this.#automaton.moves.length;
    const seen = new Set<number>();
    const waiting: Triple[] = [{ p, m: p, q, word: "" }];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for (const left of this.#within(next.p)) {
        for (const right of this.#within(next.q)) {
          const ends = left.mask & right.mask;
          if (ends === 0n) continue;
          for (const middle of this.#moves(next.m)) {
            this.#spend();
            const all = ends & middle.mask;
            if (all === 0n || !between.has(middle.to)) continue;
            const key = (left.to * size + middle.to) * size + right.to;
            if (seen.has(key)) continue;
            seen.add(key);
            const word = next.word + this.#automaton.sample(all);
            if (left.to === p && middle.to === q && right.to === q) return word;
            waiting.push({ p: left.to, m: middle.to, q: right.to, word });
          }
        }
      }
    }
    return undefined;
  }

  #loopsOf(loop: number[]): string[] {
    const names = loop.flatMap((state) => this.#within(state).map((move) => move.loop));
    return [...new Set(names.filter((name) => name !== undefined))].slice(0, 2);
  }

  #finding(kind: Finding["kind"], loops: (string | undefined)[], state: number, pump: string): Finding {
    const named = loops.filter((loop) => loop !== undefined);
    return { kind, loops: named, prefix: this.#wordTo(state), pump };
  }

  #wordTo(goal: number): string {
    const { start } = this.#automaton;
    const words = new Map([[start, ""]]);
    const waiting = [start];
    for (let state = waiting.shift(); state !== undefined; state = waiting.shift()) {
      const word = words.get(state) ?? "";
      if (state === goal) return word;
      for (const { mask, to } of this.#moves(state)) {
        if (words.has(to)) continue;
        words.set(to, word + this.#automaton.sample(mask));
        waiting.push(to);
      }
    }
    return "";
  }
}
