import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { FigureInput } from "../../src/analysis/figures/figure.js";
import { makeFigure } from "../../src/analysis/figures/figure-kinds.js";
import { paretoFront } from "../../src/analysis/figures/kinds/pareto.js";
import { meanCurve } from "../../src/analysis/figures/mean-curve.js";
import { dataText, specText, svgOf, textWidths } from "../../src/analysis/figures/render.js";
import { variantsOf } from "../../src/analysis/results/variants.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import { type FigureRequest, figureRequest } from "../../src/scenario/schema/figures.js";
import { madeRuns } from "./made-runs.js";

function made(...given: Parameters<typeof madeRuns>): FigureInput {
  const variants = variantsOf(madeRuns(...given));
  return { variants, level: 0.95, streams: new RandomStreams(1) };
}

const TWO = { "policy=pack": { wait: 4, nodes: 3 }, "policy=spread": { wait: 9, nodes: 5 } };
const SIZES = Object.fromEntries([10, 100, 1000].map((n) => [`nodes=${n}`, { wait: n, nodes: n }]));

const KINDS: readonly FigureRequest[] = [
  { kind: "bars", metric: ["pod_wait_mean_seconds", "nodes_used_mean_count"] },
  { kind: "box", metric: "pod_wait_mean_seconds" },
  { kind: "timeseries", metric: "pods_pending_count" },
  { kind: "ecdf" },
  { kind: "heatmap" },
  { kind: "gantt" },
  { kind: "pareto" },
  { kind: "demand" },
];

describe("every kind of figure", () => {
  test.each(KINDS)(
    "$kind is the same bytes each time, whatever was drawn before",
    async (request) => {
      const input = made(TWO);
      const draw = async () => {
        const figure = makeFigure({ ...input, streams: new RandomStreams(1) }, request);
        const svg = await svgOf(figure, textWidths());
        return [svg, dataText(figure), specText(figure, "x.csv")];
      };
      const first = await draw();
      await svgOf(makeFigure(input, { kind: "heatmap" }), textWidths());
      expect(await draw()).toEqual(first);
      expect(first[0]).toMatch(/^<svg[^>]* width="\d/);
    },
  );

  test("is refused keys that it does not know", () => {
    expect(() => makeFigure(made(TWO), { kind: "gantt", metric: "pod_wait_mean_seconds" })).toThrow(
      "figures of the kind gantt take no metric: it is for bars, box, timeseries",
    );
  });

  test("fits a column of a paper: no picture is wider than 360 pixels", async () => {
    const input = made(TWO);
    for (const request of KINDS) {
      const svg = await svgOf(makeFigure(input, request), textWidths());
      const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1]);
      expect(width, request.kind).toBeLessThan(360);
    }
  });

  test("shows names as text, never as markup", async () => {
    const input = made({
      "policy=<b>&\"'": { wait: 1, nodes: 1 },
      "policy=x": { wait: 2, nodes: 2 },
    });
    const request = figureRequest.parse({ kind: "bars", title: "<script>alert(1)</script>" });
    const svg = await svgOf(makeFigure(input, request), textWidths());
    expect(svg).not.toMatch(/<(?:script|b)\b/);
    expect(svg).toContain("&lt;b&gt;");
    expect(svg).toContain("&lt;script&gt;");
  });
});

describe("what figures show", () => {
  const rowsOf = (request: FigureRequest, input = made(TWO)) =>
    makeFigure(input, request).data.rows;

  test("bars: the mean over seeds with Student's t interval; none where seeds change nothing", () => {
    const figure = makeFigure(made(TWO), KINDS[0]!);
    const half = (4.302652729749464 * 1) / Math.sqrt(3);
    const [wait, , nodes] = figure.data.rows;
    expect(wait?.slice(0, 3)).toEqual(["pod wait mean (s)", "pack", 6]);
    expect(wait?.[3]).toBeCloseTo(6 - half, 10);
    expect(wait?.[4]).toBeCloseTo(6 + half, 10);
    expect(nodes).toEqual(["nodes used mean (count)", "pack", 3, Number.NaN, Number.NaN, 3]);
    expect(figure.notes.join()).toContain("deterministic, one observation");
  });

  test("timeseries: means of the seeds at the ends of the intervals", () => {
    const rows = rowsOf({ kind: "timeseries" });
    expect(rows.slice(0, 4).map((row) => row.slice(1, 4))).toEqual([
      ["pack", 15, 2],
      ["pack", 30, 3],
      ["pack", 45, 4],
      ["pack", 60, 5],
    ]);
  });

  test("timeseries: a band ends at 0, for there are no fewer pods", () => {
    const lower = rowsOf({ kind: "timeseries" }).map((row) => row[4]);
    expect(Math.min(...(lower as number[]))).toBe(0);
  });

  test("ecdf: pods that were never bound count, so that the curve ends at three of four", () => {
    const rows = rowsOf({ kind: "ecdf" }).filter(([, variant]) => variant === "pack");
    expect(rows[0]?.slice(2, 4)).toEqual([0, 0]);
    expect(rows.at(-1)?.slice(2, 4)).toEqual([30, 0.75]);
  });

  test("heatmap: allocation is requested time over allocatable time, cut at the ends of pods", () => {
    const rows = rowsOf({ kind: "heatmap" });
    const n0 = rows.filter(([node]) => node === "n-0").map((row) => row[4]);
    // One second a part: [1, 11) holds 2 of 4 cores, [11, 21) holds 3, [21, 31) holds 2.
    expect([n0[0], n0[1], n0[11], n0[21], n0[31]]).toEqual([0, 0.5, 0.75, 0.5, 0]);
    const n1 = rows.filter(([node]) => node === "n-1").map((row) => row[4]);
    expect([n1[29], n1[30], n1[59]]).toEqual([0, 0.5, 0.5]);
  });

  test("gantt: pods that overlap on a node lie in lanes of their own, and a running one lasts to the end", () => {
    const rows = rowsOf({ kind: "gantt" });
    expect(rows.map(([node, pod, kind, from, until]) => [node, pod, kind, from, until])).toEqual([
      ["n-0", "default/a-0", "default/a", 1, 31],
      ["n-0", "default/a-1", "default/a", 11, 21],
      ["n-1", "shop/web-7d9-x", "shop/Deployment/web", 30, 60],
    ]);
    expect(Number(rows[0]![6])).toBeLessThanOrEqual(Number(rows[1]![5]));
  });

  test("demand: the value when each per cent of demand was first reached", () => {
    const rows = rowsOf({ kind: "demand" }).filter(([, variant]) => variant === "pack");
    const at = (demand: number) => rows.find((row) => row[2] === demand)?.slice(3, 6);
    expect(at(0.35)?.[0]).toBeCloseTo(0.02, 10);
    expect(at(0.36)?.[0]).toBeCloseTo(0.22, 10);
    expect(at(1.3)).toEqual([0.6 + 0.02, 0.6 + 0.01, 0.6 + 0.03].map((x) => expect.closeTo(x, 10)));
  });

  test("scaling: the numbers of an axis, rising, on logarithmic axes", () => {
    const figure = makeFigure(made(SIZES), { kind: "scaling" });
    expect(figure.data.rows.map((row) => [row[2], row[3]])).toEqual([
      [10, 12],
      [100, 102],
      [1000, 1002],
    ]);
    expect(JSON.stringify(figure.spec).match(/"type":"log"/g)?.length).toBeGreaterThan(1);
  });
});

describe("what cannot be drawn is named", () => {
  test.each<[string, FigureRequest, RegExp]>([
    [
      "a metric that no run has",
      { kind: "bars", metric: "nonsense" },
      /no run has a value of nonsense/,
    ],
    [
      "a series that is not there",
      { kind: "timeseries", metric: "allocation_ratio" },
      /there are allocation_ratio\{resource=cpu\}/,
    ],
    [
      "a variant that is not there",
      { kind: "bars", variants: ["policy=none"] },
      /no variant is policy=none: there are policy=pack, policy=spread/,
    ],
    ["a seed that is not there", { kind: "gantt", seed: 9 }, /has no seed 9: there are 1, 2, 3/],
    [
      "an axis that is not there",
      { kind: "bars", panel: "load" },
      /there is no axis load for panels/,
    ],
    ["an axis without numbers", { kind: "scaling" }, /no axis has numbers/],
    [
      "another distribution than of waits",
      { kind: "ecdf", metric: "cost_dollars" },
      /expected pod_wait_seconds or pod_startup_seconds/,
    ],
  ])("%s", (_, request, message) => {
    expect(() => makeFigure(made(TWO), request)).toThrow(message);
  });
});

describe("the front of Pareto", () => {
  const points = fc.array(
    fc.record({ x: fc.integer({ min: 0, max: 5 }), y: fc.integer({ min: 0, max: 5 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  property.prop([points])("holds exactly the points that no other beats", (all) => {
    const front = new Set(paretoFront(all, { x: "lower", y: "higher" }));
    for (const point of all) {
      const isBeaten = all.some(
        (other) =>
          other.x <= point.x && other.y >= point.y && (other.x < point.x || other.y > point.y),
      );
      expect(front.has(point)).toBe(!isBeaten);
    }
  });
});

describe("a band", () => {
  test("is nowhere narrower than Student's interval for one point", () => {
    const curves = [1, 2, 3, 4, 5].map((seed) => [0, 1, 2].map((i) => seed * (i + 1) + (seed % 2)));
    const options = { level: 0.95, streams: new RandomStreams(1), name: "x" };
    for (const [i, point] of meanCurve([0, 1, 2], curves, options).entries()) {
      const values = curves.map((curve) => curve[i]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / 5;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
      const half = 2.7764451051977943 * Math.sqrt(variance / 5);
      expect(point.upper).toBeGreaterThanOrEqual(mean + half - 1e-9);
    }
  });
});
