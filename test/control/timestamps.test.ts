import { expect, test } from "vitest";
import { formatTimestamp, parseTimestamp } from "../../src/api/timestamp.js";
import { Timestamps } from "../../src/control/timestamps.js";

const START_MS = Date.UTC(2026, 10, 21);

test("a timestamp is read as what it says, however many were read before and whether it was", () => {
  const timestamps = new Timestamps(START_MS);
  for (let round = 0; round < 2; round++) {
    for (let second = 0; second < 5_000; second++) {
      const text = formatTimestamp(second * 1e6, START_MS);
      expect(timestamps.microsOf(text)).toBe(second * 1e6);
      expect(timestamps.microsOf(text)).toBe(parseTimestamp(text, START_MS));
    }
  }
});

test("what cannot be read is none, each time", () => {
  const timestamps = new Timestamps(START_MS);
  for (const text of ["yesterday", "yesterday", "", undefined]) {
    expect(timestamps.microsOf(text)).toBeNull();
  }
});
