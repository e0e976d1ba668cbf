import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAGE_PARTS } from "./interval-coverage.js";

const PAGE = readFileSync("docs/coverage.md", "utf8");

test("the published coverage of intervals is what the simulation gives: npm run studies -- coverage", () => {
  // The last line is that of bands, which a test of its own makes, for it takes minutes more.
  const rest = PAGE.slice(0, PAGE.lastIndexOf("\n", PAGE.length - 2) + 1);
  expect(rest).toBe(PAGE_PARTS.introduction() + PAGE_PARTS.means());
});

test("Student's interval of normal differences holds the truth in 94 to 96 of 100", () => {
  const rows = PAGE.match(/^\| t \| normal \|(.*)\|$/m);
  const shares = rows![1]!.split("|").map((cell) => Number.parseFloat(cell));
  expect(shares).toHaveLength(4);
  for (const share of shares) {
    expect(share).toBeGreaterThanOrEqual(94);
    expect(share).toBeLessThanOrEqual(96);
  }
});
