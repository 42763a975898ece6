/** The parts of an expression as nodes: arrows that take a character, and arrows that take none, some of them on a condition. */
import type { AST } from "@eslint-community/regexpp";
import { CharSet } from "refa";
import { Chars, toUnicodeSet } from "regexp-ast-analysis";

/** What has to hold between two characters. `predicate` is the place of a set in `Graph.before`. */
export type Guard =
  | { kind: "begin" }
  | { kind: "end" }
  | { kind: "unknown" }
  | { kind: "next"; set: CharSet }
  | { kind: "previous"; predicate: number; atStart: boolean }
  | { kind: "edge"; predicate: number; negate: boolean };

export type Node = {
  id: number;
  accepts: boolean;
  empty: { to: Node; guard?: Guard }[];
  /** `loop` is the innermost endless repetition an arrow stands in, as it is written. */
  characters: { set: CharSet; to: Node; loop: string | undefined }[];
};

export type Graph = {
  start: Node;
  /** Every set of characters an arrow or a condition names. */
  sets: CharSet[];
  /** The sets a character just taken is asked about. */
  before: CharSet[];
};

class Builder {
  readonly sets: CharSet[] = [];
  readonly before: CharSet[] = [];
  readonly #flags: AST.Flags;
  readonly #longRepeat: number;
  #count = 0;
  #loop: string | undefined;

  constructor(flags: AST.Flags, longRepeat: number) {
    this.#flags = flags;
    this.#longRepeat = longRepeat;
  }

  node(): Node {
    return { id: this.#count++, accepts: false, empty: [], characters: [] };
  }

  set(set: CharSet): CharSet {
    this.sets.push(set);
    return set;
  }

  #predicate(set: CharSet): number {
    const key = set.toString();
    const known = this.before.findIndex((one) => one.toString() === key);
    return known >= 0 ? known : this.before.push(set) - 1;
  }

  /** Appends alternatives behind `from`; answers the node behind them. */
  alternatives(alternatives: readonly AST.Alternative[], from: Node): Node {
    const end = this.node();
    for (const { elements } of alternatives) {
      let at = this.node();
      from.empty.push({ to: at });
      for (const element of elements) at = this.#element(element, at);
      at.empty.push({ to: end });
    }
    return end;
  }

  #element(element: AST.Element, from: Node): Node {
    switch (element.type) {
      case "Character":
      case "CharacterClass":
      case "CharacterSet":
      case "ExpressionCharacterClass": {
        const to = this.node();
        from.characters.push({
          set: this.set(toUnicodeSet(element, this.#flags).chars),
          to,
          loop: this.#loop,
        });
        return to;
      }
      case "Group":
      case "CapturingGroup":
        return this.alternatives(element.alternatives, from);
      case "Backreference":
        return this.#guarded(from, { kind: "unknown" });
      case "Quantifier":
        return this.#quantifier(element, from);
      case "Assertion":
        return this.#assertion(element, from);
    }
  }

  #quantifier({ element, min, max, raw }: AST.Quantifier, from: Node): Node {
    const endless = max - min >= this.#longRepeat;
    let at = from;
    for (let done = 0; done < (endless ? min - 1 : min); done += 1) at = this.#element(element, at);
    if (!endless) return this.#optional(element, max - min, at);
    const outer = this.#loop;
    this.#loop = raw;
    const head = this.node();
    at.empty.push({ to: head });
    const tail = this.#element(element, head);
    this.#loop = outer;
    tail.empty.push({ to: head });
    const end = this.node();
    if (min === 0) head.empty.push({ to: end });
    else tail.empty.push({ to: end });
    return end;
  }

  #optional(element: AST.QuantifiableElement, times: number, from: Node): Node {
    const end = this.node();
    let at = from;
    for (let done = 0; done < times; done += 1) {
      at.empty.push({ to: end });
      const inner = this.node();
      at.empty.push({ to: inner });
      at = this.#element(element, inner);
    }
    at.empty.push({ to: end });
    return end;
  }

  #guarded(from: Node, guard: Guard): Node {
    const to = this.node();
    from.empty.push({ to, guard });
    return to;
  }

  #assertion(assertion: AST.Assertion, from: Node): Node {
    switch (assertion.kind) {
      case "word": {
        const predicate = this.#predicate(Chars.word(this.#flags));
        return this.#guarded(from, { kind: "edge", predicate, negate: assertion.negate });
      }
      case "start":
        return this.#guarded(from, this.#flags.multiline ? this.#afterBreak() : { kind: "begin" });
      case "end":
        return this.#guarded(
          from,
          this.#flags.multiline ? { kind: "next", set: this.set(this.#breaks()) } : { kind: "end" },
        );
      case "lookahead":
        return this.#lookahead(assertion, from);
      case "lookbehind":
        return this.#lookbehind(assertion, from);
    }
  }

  #breaks(): CharSet {
    return Chars.lineTerminator(this.#flags);
  }

  #afterBreak(): Guard {
    return { kind: "previous", predicate: this.#predicate(this.#breaks()), atStart: true };
  }

  #lookahead(assertion: AST.LookaheadAssertion, from: Node): Node {
    const one = this.#single(assertion.alternatives, "end");
    if (one) {
      const set = this.set(assertion.negate ? one.set.negate() : one.set);
      return this.#guarded(from, { kind: "next", set });
    }
    // What it looks for is walked like a branch of the expression, one that leads to no match.
    this.alternatives(assertion.alternatives, from);
    return this.#guarded(from, { kind: "unknown" });
  }

  #lookbehind(assertion: AST.LookbehindAssertion, from: Node): Node {
    const one = this.#single(assertion.alternatives, "start");
    if (!one) return this.#guarded(from, { kind: "unknown" });
    const set = assertion.negate ? one.set.negate() : one.set;
    const atStart = assertion.negate ? !one.atEdge : one.atEdge;
    return this.#guarded(from, { kind: "previous", predicate: this.#predicate(set), atStart });
  }

  /** The set of a look-around each of whose alternatives is one character, or the edge of the text. */
  #single(
    alternatives: readonly AST.Alternative[],
    edge: "start" | "end",
  ): { set: CharSet; atEdge: boolean } | undefined {
    let set: CharSet = Chars.empty(this.#flags);
    let atEdge = false;
    for (const { elements } of alternatives) {
      const [element, ...more] = elements;
      if (!element || more.length > 0) return undefined;
      if (element.type === "Assertion" && element.kind === edge && !this.#flags.multiline) atEdge = true;
      else if (
        element.type === "Character" ||
        element.type === "CharacterClass" ||
        element.type === "CharacterSet"
      ) {
        set = set.union(toUnicodeSet(element, this.#flags).chars);
      } else return undefined;
    }
    return { set, atEdge };
  }
}

/** Draws an expression; a search that may begin anywhere begins with a loop over any character. */
export function buildGraph(pattern: AST.Pattern, flags: AST.Flags, longRepeat: number): Graph {
  const builder = new Builder(flags, longRepeat);
  const start = builder.node();
  const any = builder.set(Chars.all(flags));
  if (!flags.sticky) start.characters.push({ set: any, to: start, loop: searching });
  const end = builder.alternatives(pattern.alternatives, start);
  end.accepts = true;
  return { start, sets: builder.sets, before: builder.before };
}

/** Names the loop of a search that tries the next place of the text. */
export const searching = "the search from each place";
