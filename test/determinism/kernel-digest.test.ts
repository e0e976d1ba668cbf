import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

function digests(seed: number): string[] {
  const script = ["--import", "tsx", "test/determinism/kernel-digest.ts", String(seed)];
  return execFileSync(process.execPath, script, { encoding: "utf8" }).trim().split("\n");
}

test("two processes with one seed have equal digests, with another seed all others", () => {
  const first = digests(1);
  expect(first.map((line) => line.replace(/[0-9a-f]{16}$/, "DIGEST"))).toEqual([
    "functions DIGEST",
    "samples DIGEST",
    expect.stringMatching(/^events \d{5,} DIGEST$/),
  ]);
  expect(digests(1)).toEqual(first);
  for (const [i, line] of digests(2).entries()) expect(line).not.toBe(first[i]);
});
