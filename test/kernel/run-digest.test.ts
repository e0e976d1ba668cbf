import fc from "fast-check";
import { expect, test } from "vitest";
import { RunDigest } from "../../src/kernel/run-digest.js";

type Part = number | string;

function digestOf(parts: readonly Part[]): string {
  const digest = new RunDigest();
  for (const part of parts) {
    if (typeof part === "number") digest.fold(part);
    else digest.foldString(part);
  }
  return digest.hex();
}

const part = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.string());

test("is 16 hexadecimal digits, and always the same for the same parts", () => {
  expect(digestOf([])).toMatch(/^[0-9a-f]{16}$/);
  expect(digestOf([1, 2 ** 40, 0.5, "pod"])).toBe(digestOf([1, 2 ** 40, 0.5, "pod"]));
});

test("changes when any part changes, or when two neighbours change places", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), fc.nat(), part, (parts, where, other) => {
      const at = where % parts.length;
      fc.pre(!Object.is(parts[at], other) && !(parts[at] === 0 && other === 0));
      expect(digestOf(parts.with(at, other))).not.toBe(digestOf(parts));
      const swapped = parts.toSpliced(at, 1).toSpliced(0, 0, parts[at]!);
      if (JSON.stringify(swapped) !== JSON.stringify(parts)) {
        expect(digestOf(swapped)).not.toBe(digestOf(parts));
      }
    }),
    { numRuns: 1000 },
  );
});

test("tells near neighbours apart: no collision among 200,000 short sequences", () => {
  const seen = new Set<string>();
  for (let a = 0; a < 200; a++) {
    for (let b = 0; b < 200; b++) {
      for (let c = 0; c < 5; c++) seen.add(digestOf([a, b * 65_536, c]));
    }
  }
  expect(seen.size).toBe(200_000);
});

test("a single flipped bit flips about half of the digits' bits", () => {
  const bits = (hex: string) => BigInt(`0x${hex}`);
  let flipped = 0;
  const count = 32 * 20;
  for (let word = 0; word < 20; word++) {
    for (let bit = 0; bit < 32; bit++) {
      let difference = bits(digestOf([word, 7])) ^ bits(digestOf([(word ^ (1 << bit)) | 0, 7]));
      for (; difference > 0n; difference >>= 1n) flipped += Number(difference & 1n);
    }
  }
  expect(Math.abs(flipped / count - 32)).toBeLessThan(1);
});
