import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactSum } from "../../src/record/exact-sum.js";
import { NodeSpread } from "../../src/record/node-spread.js";

const amount = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
const micros = fc.integer({ min: 0, max: 2 ** 42 });

describe("an exact sum", () => {
  it("adds products of integers as big integers do", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, micros)), (terms) => {
        const sum = new ExactSum();
        let truth = 0n;
        for (const [a, b] of terms) {
          sum.addProduct(a, b);
          truth += BigInt(a) * BigInt(b);
        }
        expect(sum.value()).toBe(Number(truth));
      }),
    );
  });

  it("loses nothing in the difference of two large sums", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, micros)), amount, micros, (terms, a, b) => {
        const sum = new ExactSum();
        for (const [x, y] of terms) sum.addProduct(x, y);
        const earlier = new ExactSum();
        earlier.copyFrom(sum);
        sum.addProduct(a, b);
        expect(sum.minus(earlier)).toBe(Number(BigInt(a) * BigInt(b)));
      }),
    );
  });

  it("keeps a month of bytes × microseconds, where one double does not", () => {
    const sum = new ExactSum();
    let naive = 0;
    const bytes = 2 ** 47 + 1;
    for (let i = 0; i < 1000; i += 1) {
      sum.addProduct(bytes, 2_592_000_001);
      naive += bytes * 2_592_000_001;
    }
    const truth = BigInt(bytes) * 2_592_000_001n * 1000n;
    expect(sum.value()).toBe(Number(truth));
    expect(naive).not.toBe(Number(truth));
  });
});

describe("the spread over nodes", () => {
  it("is the standard deviation of the population", () => {
    const spread = new NodeSpread();
    for (const requested of [2, 4, 4, 4, 5, 5, 7, 9]) {
      spread.change(-1, NodeSpread.scaled(requested, 1));
    }
    expect(spread.deviation()).toBe(2);
  });

  it("is exactly 0 for equal nodes, and again after any changes were taken back", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000 }), { minLength: 1 }), (requests) => {
        const spread = new NodeSpread();
        const third = NodeSpread.scaled(1, 3);
        for (let i = 0; i < 7; i += 1) spread.change(-1, third);
        for (const requested of requests) spread.change(third, NodeSpread.scaled(requested, 7));
        for (const requested of requests) spread.change(NodeSpread.scaled(requested, 7), third);
        expect(spread.deviation()).toBe(0);
      }),
    );
  });
});
