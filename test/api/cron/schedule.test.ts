import { describe, expect, it, test } from "vitest";
import { CronSyntax } from "../../../src/api/cron/cron-fields.js";
import { parseSchedule } from "../../../src/api/cron/schedule.js";
import { TimeZone } from "../../../src/api/cron/time-zone.js";

const micros = (text: string): number => Date.parse(text) * 1000;
const textOf = (time: number | null): string | null =>
  time === null ? null : new Date(time / 1000).toISOString().slice(0, 19);

function times(line: string, from: string, count: number, zone = "UTC"): (string | null)[] {
  const schedule = parseSchedule(line, TimeZone.named(zone)!);
  if (schedule instanceof CronSyntax) throw new Error(schedule.message);
  const found: (string | null)[] = [];
  let at: number | null = micros(from);
  for (let i = 0; i < count && at !== null; i++) {
    at = schedule.next(at);
    found.push(textOf(at));
  }
  return found;
}

describe("a cron line", () => {
  test.each([
    ["*/15 * * * *", "2026-03-01T10:01:00Z", ["2026-03-01T10:15:00", "2026-03-01T10:30:00"]],
    ["5/20 * * * *", "2026-03-01T10:01:00Z", ["2026-03-01T10:05:00", "2026-03-01T10:25:00"]],
    ["0 12 ? * MON-wed", "2026-03-01T10:00:00Z", ["2026-03-02T12:00:00", "2026-03-03T12:00:00"]],
    // Both days restricted: either is enough.
    ["0 0 13 * 5", "2026-03-01T00:00:00Z", ["2026-03-06T00:00:00", "2026-03-13T00:00:00"]],
    // A step of one leaves the star a star, a longer one does not.
    ["0 0 */1 * 5", "2026-03-01T00:00:00Z", ["2026-03-06T00:00:00", "2026-03-13T00:00:00"]],
    ["0 0 */20 * 5", "2026-03-02T00:00:00Z", ["2026-03-06T00:00:00", "2026-03-13T00:00:00"]],
    ["@weekly", "2026-03-02T00:00:00Z", ["2026-03-08T00:00:00", "2026-03-15T00:00:00"]],
    ["@every 1h30m", "2026-03-02T00:00:10Z", ["2026-03-02T01:30:10", "2026-03-02T03:00:10"]],
    ["@every 100ms", "2026-03-02T00:00:10Z", ["2026-03-02T00:00:11", "2026-03-02T00:00:12"]],
    ["0 0 29 2 *", "2026-03-01T00:00:00Z", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]],
    ["59 23 31 2 *", "2026-03-01T00:00:00Z", [null]],
    [
      "TZ=Asia/Tokyo 0 9 * * *",
      "2026-03-01T00:00:00Z",
      ["2026-03-02T00:00:00", "2026-03-03T00:00:00"],
    ],
  ])("%s", (line, from, expected) => {
    expect(times(line, from, expected.length)).toEqual(expected);
  });

  test.each([
    ["", "empty spec string"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["x * * * *", "failed to parse int from x"],
    ["@reboot", "unrecognized descriptor: @reboot"],
    ["@every soon", "failed to parse duration @every soon"],
  ])("that reads %j is refused", (line, message) => {
    expect(parseSchedule(line, TimeZone.utc)).toEqual(new CronSyntax(message));
  });
});

describe("when clocks change", () => {
  it("a time that is left out is no time", () => {
    // In Berlin 02:00 to 03:00 of 29 March 2026 do not exist.
    expect(times("30 2 * * *", "2026-03-28T00:00:00Z", 2, "Europe/Berlin")).toEqual([
      "2026-03-28T01:30:00",
      "2026-03-30T00:30:00",
    ]);
  });

  it("a time that comes twice counts twice", () => {
    // There 02:00 to 03:00 of 25 October 2026 come twice.
    expect(times("30 2 * * *", "2026-10-24T12:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-10-25T00:30:00",
      "2026-10-25T01:30:00",
      "2026-10-26T01:30:00",
    ]);
  });

  it("minutes go on in their order", () => {
    const found = times("*/20 * * * *", "2026-10-24T23:50:00Z", 9, "Europe/Berlin");
    expect(found).toEqual(found.toSorted());
    expect(new Set(found).size).toBe(9);
  });

  it.each(["europe/berlin", "Mars/Olympus", "../etc"])("%s is no zone", (name) => {
    expect(TimeZone.named(name)).toBeNull();
  });
});
