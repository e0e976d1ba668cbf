import { describe, expect, test } from "vitest";
import { formatNote } from "../../src/scenario/issue.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const app = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: server, image: "${name}:v1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }] }
---
`;
const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: front }]
  rules: [{ backendRefs: [{ name: old, port: 80, weight: 90 }, { name: new, port: 80, weight: 10 }] }]
---
`;
const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  defaultBackend: { service: { name: old, port: { number: 80 } } }
  rules:
    - http: { paths: [{ path: /new, pathType: Prefix, backend: { service: { name: new, port: { name: http } } } }] }
`;

interface Parts {
  readonly to?: string;
  readonly mode?: string;
  readonly more?: string;
  readonly measure?: string;
  readonly timeline?: string;
}

const PER_SECOND = 100;

function filesOf({ to, mode, more, measure, timeline }: Parts) {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  duration: 4m
  measure: ${measure ?? "{ from: 2m }"}
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  behavior:
    - { match: { image: "new:v1" }, service: 40ms, errors: 0.25 }
    - { service: 20ms }
  traffic: [{ name: users, to: ${to ?? "HTTPRoute/shop"}, rate: ${PER_SECOND}/s, mode: ${mode ?? "requests"}${more ?? ""} }]
  timeline: ${timeline ?? "[]"}
`;
  return { "s.yaml": scenario, "app.yaml": app("old") + app("new") + ROUTE + INGRESS };
}

async function run(parts: Parts) {
  const loaded = await loadedFromMemory(filesOf(parts));
  const world = await worldOf(loaded);
  world.run();
  const summary = new Map<string, number>();
  for (const { metric, labels, value } of world.finish().figures.summary) {
    summary.set(`${metric} ${labels}`, value);
  }
  const of = (metric: string, backend: string) =>
    summary.get(`${metric} backend=default/Service/${backend};traffic=users`);
  return { summary, of, whole: (metric: string) => summary.get(`${metric} traffic=users`)! };
}

/** The share of the requests that each backend got. */
async function shares(parts: Parts): Promise<readonly [number, number]> {
  const { of, whole } = await run(parts);
  const count = whole("request_count");
  const share = (backend: string) => (of("request_count", backend) ?? 0) / count;
  return [share("old"), share("new")];
}

/** Within five standard deviations of 12,000 requests. */
function expectShare(found: number, share: number): void {
  const deviation = Math.sqrt((share * (1 - share)) / 12_000);
  expect(Math.abs(found - share)).toBeLessThanOrEqual(5 * deviation);
}

const refs = (old: number, canary: number, name = "new") =>
  `{ target: HTTPRoute/shop, patch: { spec: { rules: [{ backendRefs: [{ name: old, port: 80, weight: ${old} }, { name: ${name}, port: 80, weight: ${canary} }] }] } } }`;

describe("requests through an HTTPRoute", () => {
  test.each<[string, Parts, number, number]>([
    ["are shared out by its weights", {}, 0.9, 0.1],
    ["follow a patch of them", { timeline: `[{ at: 1m, patch: ${refs(50, 50)} }]` }, 0.5, 0.5],
    [
      "do not before it",
      { timeline: `[{ at: 1m, patch: ${refs(50, 50)} }]`, measure: "{ to: 1m }" },
      0.9,
      0.1,
    ],
    ["go nowhere by a weight of 0", { timeline: `[{ at: 1m, patch: ${refs(7, 0)} }]` }, 1, 0],
    [
      "go where a step sends them, whatever is said of the route later",
      {
        timeline: `[{ at: 1m, setTraffic: { traffic: users, backends: [{ to: Service/new, weight: 1 }] } }, { at: 90s, patch: ${refs(50, 50)} }]`,
      },
      0,
      1,
    ],
  ])("%s", async (_, parts, old, canary) => {
    for (const mode of ["requests", "fluid"]) {
      const found = await shares({ ...parts, mode });
      expectShare(found[0], old);
      expectShare(found[1], canary);
    }
  });

  test.each(["requests", "fluid"])("have figures of each backend, in mode %s", async (mode) => {
    const { of, whole } = await run({ mode, timeline: `[{ at: 1m, patch: ${refs(50, 50)} }]` });
    expect(of("request_failed_ratio", "old")).toBe(0);
    expect(Math.abs(of("request_failed_ratio", "new")! - 0.25)).toBeLessThan(0.03);
    expect(of("request_latency_p50_seconds", "old")).toBeCloseTo(0.02, 3);
    expect(of("request_latency_p50_seconds", "new")).toBeCloseTo(0.04, 3);
    for (const metric of ["request_count", "request_failed_count", "request_attempts_count"]) {
      expect(of(metric, "old")! + of(metric, "new")!).toBeCloseTo(whole(metric), 6);
    }
  });

  test.each(["requests", "fluid"])(
    "fail by the share of a backend that is not there, in mode %s",
    async (mode) => {
      const parts = { mode, timeline: `[{ at: 1m, patch: ${refs(75, 25, "gone")} }]` };
      const { of, whole, summary } = await run(parts);
      expectShare(whole("request_failed_ratio"), 0.25);
      expect(of("request_failed_ratio", "gone")).toBe(1);
      const reason = "reason=noBackend";
      const failed = summary.get(`request_attempts_failed_count ${reason};traffic=users`);
      expect(failed).toBeCloseTo(whole("request_failed_count"), 6);
      const row = `backend=default/Service/gone;${reason};traffic=users`;
      expect(summary.get(`request_attempts_failed_count ${row}`)).toBe(failed);
    },
  );

  test.each(["requests", "fluid"])("fail when it is deleted, in mode %s", async (mode) => {
    const parts = { mode, timeline: "[{ at: 1m, delete: { target: HTTPRoute/shop } }]" };
    const { whole, summary } = await run(parts);
    expect(whole("request_failed_ratio")).toBe(1);
    expect(summary.get("request_attempts_failed_count reason=noRoute;traffic=users")).toBeCloseTo(
      whole("request_count"),
      6,
    );
  });

  test("fail by the share of a Service that is deleted, until it is there again", async () => {
    const timeline = `[{ at: 1m, delete: { target: Service/new } }]`;
    expectShare((await run({ timeline })).whole("request_failed_ratio"), 0.1);
    const again =
      "{ at: 110s, apply: { apiVersion: v1, kind: Service, metadata: { name: new }, spec: { selector: { app: new }, ports: [{ port: 80 }] } } }";
    const back = await run({ timeline: `[{ at: 1m, delete: { target: Service/new } }, ${again}]` });
    expectShare(back.whole("request_failed_ratio"), 0.025);
  });
});

describe("requests through an Ingress", () => {
  test.each<[string, Parts, number, number]>([
    ["go by their path", { more: ", request: { path: /new/x }" }, 0, 1],
    ["go to the default backend otherwise", {}, 1, 0],
    [
      "follow a patch",
      {
        timeline:
          "[{ at: 1m, patch: { target: Ingress/shop, patch: { spec: { defaultBackend: { service: { name: new } } } } } }]",
      },
      0,
      1,
    ],
  ])("%s", async (_, parts, old, canary) => {
    expect(await shares({ to: "Ingress/shop", ...parts })).toEqual([old, canary]);
  });
});

describe("what a route lacks at the start is told", () => {
  const notesOf = async (parts: Parts, change: (app: string) => string) => {
    const files = filesOf(parts);
    const loaded = await loadedFromMemory({ ...files, "app.yaml": change(files["app.yaml"]) });
    return loaded.notes.map(formatNote);
  };
  test.each<[string, Parts, (app: string) => string, RegExp | null]>([
    [
      "a Service",
      {},
      (all) => all.replace("{ name: old, port: 80, weight: 90 }", "{ name: odl, port: 80 }"),
      /traffic\[0\]\.to: .*they fail \(500\): there is no Service `default\/odl`.*nearest is `old`/,
    ],
    [
      "a port",
      {},
      (all) => all.replace("{ name: old, port: 80,", "{ name: old, port: 81,"),
      /Service `default\/old` has no such port/,
    ],
    [
      "a rule",
      { to: "Ingress/shop" },
      (all) => all.replace(/ {2}defaultBackend.*\n/, ""),
      /has no rule for such requests: they fail \(404\)/,
    ],
    ["nothing", {}, (all) => all, null],
  ])("%s", async (_, parts, change, told) => {
    const notes = await notesOf(parts, change);
    expect(notes).toEqual(told === null ? [] : [expect.stringMatching(told)]);
  });
});
