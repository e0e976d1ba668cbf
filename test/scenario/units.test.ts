import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { parseNodeShapes } from "../../src/scenario/load/node-shape.js";
import {
  formatDuration,
  parseDuration,
  parseInstant,
  parseRate,
} from "../../src/scenario/units.js";

const read = <T>(parsed: { value: T } | { problem: string }): T | string =>
  "value" in parsed ? parsed.value : parsed.problem;

describe("durations", () => {
  it.each([
    [0, "0s"],
    [90e6, "1m30s"],
    [2 * 3600e6 + 1_500_001, "2h1s500ms1us"],
    [365 * 86_400e6, "365d"],
  ])("%d microseconds are written as %s", (micros, text) => {
    expect(formatDuration(micros)).toBe(text);
  });

  test.prop([fc.maxSafeNat()])("are read as they are written", (micros) => {
    expect(parseDuration(formatDuration(micros))).toEqual({ value: micros });
  });

  it.each([
    ["90s", 90e6],
    ["10m", 600e6],
    ["2h30m", 9000e6],
    ["7d", 7 * 86400e6],
    ["500ms", 500e3],
    ["300us", 300],
    ["300µs", 300],
    ["1.5s", 1.5e6],
    [".5h", 1800e6],
    ["0s", 0],
    [0, 0],
    ["1d1h1m1s1ms1us", 90_061_001_001],
  ])("%s", (text, micros) => {
    expect(read(parseDuration(text))).toBe(micros);
  });

  it.each([
    ["90", /unit is missing/],
    [90, /unit is missing/],
    ["-5m", /cannot be negative/],
    ["5 m", /expected a duration/],
    ["5min", /units are/],
    ["5m5m", /stands twice/],
    ["m5", /expected a duration/],
    ["", /expected a duration/],
    ["1e3s", /expected a duration|units are/],
    ["400000000d", /longer than/],
    [null, /expected a duration/],
    [["5m"], /expected a duration/],
  ])("%s is refused", (text, problem) => {
    expect(read(parseDuration(text))).toMatch(problem);
  });

  const parts = fc.record({ h: fc.nat(99), m: fc.nat(59), s: fc.nat(59), us: fc.nat(999_999) });
  test.prop([parts])("are the sum of their parts", ({ h, m, s, us }) => {
    const micros = ((h * 60 + m) * 60 + s) * 1e6 + us;
    expect(read(parseDuration(`${h}h${m}m${s}s${us}us`))).toBe(micros);
  });

  test.prop([fc.anything()])("never throw", (anything) => {
    for (const parse of [parseDuration, parseRate, parseInstant]) parse(anything);
  });
});

it.each([
  ["120/s", 120],
  ["6/min", 0.1],
  ["2/h", 2 / 3600],
  ["1.5/d", 1.5 / 86400],
])("the rate %s", (text, perSecond) => {
  expect(read(parseRate(text))).toBe(perSecond);
});

it.each(["6", 6, "6/week", "-1/s", "/s"])("the rate %s is refused", (text) => {
  expect(read(parseRate(text))).toMatch(/expected a rate/);
});

it.each([
  ["1970-01-01T00:00:01Z", 1e6],
  ["1970-01-01T01:00:00.5+01:00", 5e5],
  ["1970-01-01T00:00:00.000001Z", 1],
])("the time %s", (text, micros) => {
  expect(read(parseInstant(text))).toBe(micros);
});

it.each(["2026-01-05", "2026-01-05T08:00:00", "2026-13-05T08:00:00Z", 5])(
  "the time %s is refused",
  (text) => {
    expect(read(parseInstant(text))).toMatch(/expected a time with its zone/);
  },
);

describe("--nodes", () => {
  const one = (text: string) => parseNodeShapes([text]);
  const base = { name: "node", nodes: 3, capacity: { cpu: "4", memory: "16Gi" } };

  it.each([
    ["3x4cpu,16Gi", {}],
    ["3x4cpu,16Gi,zones=a/b/c", { zones: ["a", "b", "c"] }],
    ["3x4cpu,16Gi,nvidia.com/gpu=4", { capacity: { ...base.capacity, "nvidia.com/gpu": "4" } }],
    [
      "3x4cpu,16Gi,pods=250,ephemeral-storage=1.5Ti,hugepages-2Mi=512Mi",
      {
        capacity: {
          ...base.capacity,
          pods: "250",
          "ephemeral-storage": "1.5Ti",
          "hugepages-2Mi": "512Mi",
        },
      },
    ],
    [
      "3x4cpu,16Gi,label=disk=ssd,label=example.com/spot=",
      { labels: { disk: "ssd", "example.com/spot": "" } },
    ],
    [
      "3x4cpu,16Gi,taint=gpu:NoSchedule, taint=example.com/team=web:NoExecute",
      {
        taints: [
          { key: "gpu", effect: "NoSchedule" },
          { key: "example.com/team", value: "web", effect: "NoExecute" },
        ],
      },
    ],
  ])("%s makes a pool", (text, more) => {
    expect(read(one(text))).toEqual([{ ...base, ...more }]);
  });

  it("given several times it makes a pool each", () => {
    const pools = parseNodeShapes(["3x4cpu,16Gi", "2x8cpu,64Gi,taint=gpu:NoSchedule"]);
    expect(read(pools)).toEqual([
      base,
      {
        name: "node2",
        nodes: 2,
        capacity: { cpu: "8", memory: "64Gi" },
        taints: [{ key: "gpu", effect: "NoSchedule" }],
      },
    ]);
  });

  it.each([
    ["", "expected nodes as"],
    ["3", "`3` is no COUNTxCPUcpu: expected nodes as"],
    ["zones=a", "`zones=a` is no COUNTxCPUcpu: expected nodes as"],
    ["3x4,16Gi", "`4` is no CPU: expected `4cpu`"],
    ["3x4cores,16Gi", "`4cores` is no CPU: expected `4cpu`"],
    ["0x4cpu,16Gi", "0 nodes: expected at least 1"],
    ["3x4cpu", "the memory is missing: expected such as `3x4cpu,16Gi`"],
    ["3x0cpu,16Gi", "the CPU 0: expected more than 0"],
    ["3x-4cpu,16Gi", "the CPU -4: expected more than 0"],
    ["3x4cpu,0Gi", "the memory 0Gi: expected more than 0"],
    ["ax4cpu,1Gi", "the count `a` is no whole number"],
    ["3X4cpu,16Gi", "`X` stands between the count and the CPU: expected a small x, `3x4cpu`"],
    ["3 x 4cpu,16Gi", "there is a blank in it"],
    ["3x4cpu,16Gi,label=a", "`label=a`: the label has no value: expected label=a=VALUE"],
  ])("%s is refused: %s", (text, told) => {
    expect(read(one(text))).toContain(told);
  });

  it.each([
    ["zone=a", "`zone=a`: did you mean zones?"],
    ["zones=a//b", "`zones=a//b`: expected zones such as zones=a/b/c"],
    ["zones=a/a", "`zones=a/a`: a zone is given twice"],
    ["zones=a,zones=b", "`zones=b`: zones are given twice"],
    ["zones=a_", "`zones=a_`: the zone a_: must be empty, or consist of letters"],
    ["taint=gpu", "`taint=gpu`: expected a taint with its effect, such as"],
    ["taint=gpu:NoSchedul", "did you mean NoSchedule?"],
    ["taint=gpu:Never", "the effect Never is none of NoSchedule, PreferNoSchedule, NoExecute"],
    ["taint=a b:NoSchedule", "the key a b:"],
    ["taint=a:NoSchedule,taint=a=b:NoSchedule", "the taint a:NoSchedule is given twice"],
    ["label==x", "the key :"],
    ["label=a=b,label=a=c", "the label a is given twice"],
    ["gpu=4", "Kubernetes has no resource gpu; one of a vendor has its domain"],
    ["pod=10", "`pod=10`: did you mean pods?"],
    ["cpu=3", "cpu is given twice"],
    ["nvidia.com/gpu=half", "expected an amount of nvidia.com/gpu such as nvidia.com/gpu=4"],
    ["nvidia.com/gpu=-1", "expected an amount of nvidia.com/gpu"],
    ["nvidia.com/gpu=500m", "expected a whole number of nvidia.com/gpu"],
    ["", "expected nodes as"],
    ["zones", "did you mean zones=…?"],
  ])("3x4cpu,16Gi,%s is refused: %s", (part, told) => {
    expect(read(one(`3x4cpu,16Gi,${part}`))).toContain(told);
  });

  it.each([
    [
      "3x4cpu,16GB",
      'the memory "16GB" is not a quantity: write a number and one of the suffixes n, u, m',
    ],
    ["3xfourcpu,16Gi", 'the CPU "four" is not a quantity'],
    [
      "3x4cpu,16Gi,nvidia.com/gpu=4GB",
      '"4GB" is not a quantity: write a number and one of the suff',
    ],
  ])("%s is refused, and what may stand there is told", (text, told) => {
    expect(read(one(text))).toContain(told);
  });

  it.each(["3x4cpu,16", "3x4cpu,16m"])("%s is refused: memory without a unit is bytes", (text) => {
    expect(read(one(text))).toMatch(/has no unit: it is bytes; write 16Gi$/);
  });
});
