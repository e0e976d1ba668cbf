import { describe, expect, it } from "vitest";
import { fc, test } from "@fast-check/vitest";
import { printable, printableLines } from "../../src/base/printable.js";

describe("a text that a terminal is to show", () => {
  it.each([
    ["plain words stay", "web-1 (2)", "web-1 (2)"],
    ["letters of any script stay", "größe → 東京 🚢", "größe → 東京 🚢"],
    ["escape codes are written out", "\u001b[2Jx", "\\u001b[2Jx"],
    ["line ends are written out", "a\nb\r\tc", "a\\nb\\r\\tc"],
    ["NUL, DEL and C1 controls are written out", "\0\u007f\u009b", "\\u0000\\u007f\\u009b"],
    ["what turns the direction of writing is written out", "a\u202eb\u2066", "a\\u202eb\\u2066"],
    ["halves of pairs are written out", "\ud800x", "\\ud800x"],
    ["pairs that mean nothing visible are written out", "\u{e0001}", "\\udb40\\udc01"],
  ])("%s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printable(shown)).toBe(shown);
  });

  test.prop([fc.json()])("JSON stays the same JSON", (json) => {
    expect(JSON.parse(printableLines(json))).toEqual(JSON.parse(json));
  });

  test.prop([fc.string({ unit: "binary" })])("nothing that moves a cursor is left", (text) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
    expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
  });
});
