import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";

describe("intervals", () => {
  const merges: [string, Interval[], Interval[]][] = [
    ["nothing", [], []],
    ["empty and backward ones go", [[3, 3], [5, 4]], []], // prettier-ignore
    ["out of order", [[5, 6], [1, 2]], [[1, 2], [5, 6]]], // prettier-ignore
    ["touching", [[1, 2], [2, 3]], [[1, 3]]], // prettier-ignore
    ["inside", [[1, 9], [2, 3], [8, 10]], [[1, 10]]], // prettier-ignore
  ];
  for (const [name, input, expected] of merges) {
    it(`merge: ${name}`, () => assert.deepEqual(mergeIntervals(input), expected));
  }

  it("merge leaves its input alone", () => {
    const input: Interval[] = [[5, 6], [1, 5]]; // prettier-ignore
    mergeIntervals(input);
    assert.deepEqual(input, [[5, 6], [1, 5]]); // prettier-ignore
  });

  const pairs: [string, Interval[], Interval[], Interval[]][] = [
    ["apart", [[1, 2]], [[2, 3]], [[1, 2]]],
    ["a hole", [[0, 10]], [[3, 5]], [[0, 3], [5, 10]]], // prettier-ignore
    ["all", [[3, 5]], [[0, 10]], []],
    ["one over two", [[0, 4], [6, 9]], [[3, 7]], [[0, 3], [7, 9]]], // prettier-ignore
    ["two in one", [[0, 9]], [[1, 2], [8, 12]], [[0, 1], [2, 8]]], // prettier-ignore
    ["nothing taken", [[0, 9]], [], [[0, 9]]],
  ];
  for (const [name, a, b, left] of pairs) {
    it(`subtract: ${name}`, () => assert.deepEqual(subtractIntervals(a, b), left));
  }

  it("agree with sets of numbers", () => {
    const list = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 8 });
    const cells = (intervals: readonly Interval[]) =>
      Array.from({ length: 31 }, (_, at) => intervals.some(([start, end]) => start <= at && at < end));
    fc.assert(
      fc.property(list, list, (rawA, rawB) => {
        const [a, b] = [mergeIntervals(rawA), mergeIntervals(rawB)];
        const [inA, inB] = [cells(rawA), cells(rawB)];
        const left = subtractIntervals(a, b);
        assert.deepEqual(cells(a), inA);
        assert.deepEqual(
          cells(left),
          inA.map((yes, at) => yes && !inB[at]!),
        );
        for (const result of [a, left]) assert.deepEqual(mergeIntervals(result), result);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
