import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAGE_PARTS } from "./interval-coverage.js";

test("the published coverage of bands is what the simulation gives: npm run studies -- coverage", () => {
  const page = readFileSync("docs/coverage.md", "utf8");
  expect(page.slice(page.lastIndexOf("\n", page.length - 2) + 1)).toBe(PAGE_PARTS.bands());
});
