import { describe, expect, test } from "vitest";
import { formatIssue } from "../../src/scenario/issue.js";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import { memoryFiles } from "./memory-files.js";

const APP = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: canary, namespace: shop }
spec: { selector: { app: canary }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None, selector: { app: db } }
---
apiVersion: v1
kind: Service
metadata: { name: lone, namespace: shop }
spec: { clusterIP: None, selector: { app: lone } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  serviceName: db
  ordinals: { start: 3 }
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: main, image: "db:1" }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: front, namespace: shop }
spec:
  rules:
    - http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }
          - { path: /a, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: split, namespace: shop }
spec:
  rules:
    - backendRefs: [{ name: web, port: 80, weight: 9 }, { name: canary, port: 80, weight: 1 }]
`;

async function load(traffic: string, series = "", more = "") {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  startTime: 2026-01-05T08:00:00Z
  duration: 1h
  cluster: { nodePools: [{ name: general, nodes: 3, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  traffic:
    - name: shoppers
      ${traffic}
${more}`;
  const files = memoryFiles({ "s.yaml": scenario, "app.yaml": APP, "rates.csv": series });
  return loadScenario("s.yaml", { files, dataFolder: "data" });
}

async function issuesOf(traffic: string, series = "", more = ""): Promise<string[]> {
  const outcome = await load(traffic, series, more);
  return outcome.outcome === "refused" ? outcome.issues.map(formatIssue) : [];
}

const to = "to: shop/Service/web";
const expression = (text: string) => `${to}\n      rate: { expression: "${text}" }`;
const fromFile = (keys: string) => `${to}\n      rate: { series: { path: rates.csv, ${keys} } }`;

describe("traffic that is wrong is refused with place and what would be right", () => {
  test.each([
    ["an assignment", expression("x = 3"), /rate\.expression: .*`x = 3` is not arithmetic/],
    ["a function of mathjs' that is not arithmetic", expression("import(1)"), /may not be called/],
    ["a property", expression("t.constructor"), /not arithmetic/],
    ["an unknown name", expression("200 * x"), /`x` is unknown: expected t, pi, e, tau/],
    ["half an expression", expression("200 +"), /is no expression/],
    ["too many arguments", expression("sin(1, 2)"), /has 2 arguments: expected 1/],
    ["a rate that turns negative", expression("100 - t"), /is -1 requests a second at 1m41s/],
    ["a rate without an end", expression("1 / (t - 60)"), /is -0.01\d+ requests a second at 0s/],
    ["an endless rate", expression("t < 60 ? 1 : 1 / 0"), /is Infinity requests a second at 1m/],
    ["a rate below 0", `${to}\n      rate: -3/s`, /rate/],
    ["two rates", `${to}\n      rate: { constant: 3/s, expression: t }`, /exactly one of constant/],
    [
      "times that go back",
      `${to}\n      rate: { steps: [{ at: 5m, rate: 1/s }, { at: 1m, rate: 2/s }] }`,
      /rate\.steps: point 1 does not come after the one before/,
    ],
    [
      "a Service that there is not",
      "to: shop/Service/wep\n      rate: 1/s",
      /the nearest is `web`/,
    ],
    [
      "a pod's name in a Service with an address",
      "to: shop/Service/web-0.web\n      rate: 1/s",
      /traffic\[0\]\.to: Service `shop\/web` has an address of its own.*expected a headless one/,
    ],
    [
      "a pod's name that none has",
      "to: shop/Service/cache-0.db\n      rate: 1/s",
      /no pod is called `cache-0` in Service `shop\/db`; the nearest is `db-3.db`/,
    ],
    [
      "a pod's name in a Service without named pods",
      "to: shop/Service/lone-0.lone\n      rate: 1/s",
      /no pod has a name in Service `shop\/lone`: expected a StatefulSet with this serviceName/,
    ],
    [
      "a pod's name in a Service that there is not",
      "to: shop/Service/db-3.bd\n      rate: 1/s",
      /there is no Service `shop\/bd` in the manifests; the nearest is `db`/,
    ],
    [
      "a pod's whole name in DNS",
      "to: shop/Service/db-3.db.shop.svc.cluster.local\n      rate: 1/s",
      /nothing behind the Service: expected `shop\/Service\/db-3.db` \(found/,
    ],
    ["a Deployment", "to: shop/Deployment/web\n      rate: 1/s", /go to a Service, an Ingress/],
    [
      "what requests to a Service say",
      `${to}\n      request: { path: /a }\n      rate: 1/s`,
      /traffic\[0\]\.request: a Service takes requests whatever they say/,
    ],
    [
      "a path that is none",
      "to: shop/Ingress/front\n      request: { path: a }\n      rate: 1/s",
      /traffic\[0\]\.request\.path: expected a path that begins with `\/`/,
    ],
    [
      "a method that is none",
      "to: shop/Ingress/front\n      request: { method: get }\n      rate: 1/s",
      /traffic\[0\]\.request\.method: .*GET/,
    ],
    [
      "phases without stays",
      `${to}\n      rate: 1/s\n      arrivals: { mmpp: { factors: [1, 2, 3], stay: [1s, 2s] } }`,
      /has 3 factors and 2 stays/,
    ],
  ])("%s", async (_, traffic, message) => {
    const issues = await issuesOf(traffic);
    expect(issues.join("\n")).toMatch(message);
    expect(issues).toHaveLength(1);
  });

  test("two of one name", async () => {
    const more = "    - { name: shoppers, to: shop/Service/web, rate: 1/s }\n";
    const issues = await issuesOf(`${to}\n      rate: 1/s`, "", more);
    expect(issues.join("\n")).toMatch(/traffic\[1\]\.name: is the name of another traffic/);
  });

  test("calls of a Service that there is not", async () => {
    const more = "  behavior: [{ calls: [[{ to: shop/Service/cache }]] }]\n";
    const issues = await issuesOf(`${to}\n      rate: 1/s`, "", more);
    expect(issues.join("\n")).toMatch(
      /calls\[0\]\[0\]\.to: there is no Service `shop\/cache` in the manifests; the nearest is/,
    );
  });
});

describe("a series that is wrong is refused with its line", () => {
  const timed = fromFile("time: t, value: n");
  test.each([
    ["text", timed, "t,n\n0,5\n60,many\n", /rates\.csv:3:1: .*`many` is no number/],
    ["a negative value", timed, "t,n\n0,-5\n", /rates\.csv:2:1: .*`-5` is no number of 0 or more/],
    ["times that go back", timed, "t,n\n0,5\n60,5\n30,5\n", /rates\.csv:4:1: .*the time goes back/],
    ["a time twice", timed, "t,n\n0,5\n0,5\n", /rates\.csv:3:1: .*is that of the row before/],
    ["no time", timed, "t,n\nnoon,5\n", /rates\.csv:2:1: .*`noon` is no time/],
    ["a gap", timed, "t,n\n0,5\n60,5\n240,5\n", /rates\.csv:3:1: 2 values are missing behind it/],
    ["an empty cell", timed, "t,n\n0,5\n60,\n120,5\n", /rates\.csv:2:1: a value is missing behind/],
    [
      "an empty first cell",
      timed,
      "t,n\n0,\n60,5\n120,5\n",
      /rates\.csv:2:1: the value is missing/,
    ],
    [
      "an empty last cell",
      timed,
      "t,n\n0,5\n60,5\n120,NaN\n",
      /rates\.csv:4:1: the value is missing/,
    ],
    ["no such column", fromFile("time: t, value: count"), "t,n\n0,5\n", /no column `count`/],
    ["no times", fromFile("value: n"), "t,n\n0,5\n", /expected `time`, a column, or `every`/],
    ["no values", timed, "t,n\n", /holds no value/],
    ["an end before the run", timed, "t,n\n2020-01-01 00:00:00,5\n", /ends before the run begins/],
    ["no Prometheus answer", timed, '{"status":"error"}', /expected the answer of a Prometheus/],
  ])("%s", async (_, traffic, series, message) => {
    expect((await issuesOf(traffic, series)).join("\n")).toMatch(message);
  });
});

describe("a rate", () => {
  async function ratesAt(traffic: string, series: string, ...seconds: number[]) {
    const outcome = await load(traffic, series);
    if (outcome.outcome !== "loaded") throw new Error("was not loaded");
    const { rate } = outcome.loaded.traffic[0]!;
    return seconds.map((second) => {
      const piece = rate.pieceAt(second);
      const share = (second - rate.startOf(piece)) / (rate.endOf(piece) - rate.startOf(piece));
      const [from, end] = [rate.rateAtStart(piece), rate.rateAtEnd(piece)];
      return Number.isFinite(rate.endOf(piece)) ? from + (end - from) * share : from;
    });
  }

  test.each([
    ["per minute", "time: t, value: n, per: 1m", "t,n\n0,60\n60,120\n", [0, 59, 60], [1, 1, 2]],
    ["is 0 after its end", "time: t, value: n", "t,n\n0,5\n60,7\n", [60, 119, 121], [7, 7, 0]],
    [
      "of dates is placed by the start",
      "time: t, value: n",
      "t,n\n2026-01-05 07:59:00,1\n2026-01-05 08:00:00,2\n2026-01-05 08:01:00,3\n",
      [0, 60],
      [2, 3],
    ],
    ["holds in gaps", "time: t, value: n, gaps: hold", "t,n\n0,4\n1,4\n4,8\n", [2, 4], [4, 8]],
    [
      "is drawn through gaps",
      "time: t, value: n, gaps: linear",
      "t,n\n0,2\n1,2\n4,8\n",
      [2, 3],
      [4, 6],
    ],
    ["of rows at a step", "every: 10s, value: n, scale: 3", "n\n1\n2\n", [9, 10], [3, 6]],
    [
      "of a Prometheus answer",
      "labels: { app: web }",
      JSON.stringify({
        status: "success",
        data: {
          result: [
            {
              metric: { app: "web", pod: "a" },
              values: [
                [1767600000, "2"],
                [1767600060, "3"],
              ],
            },
            {
              metric: { app: "web", pod: "b" },
              values: [
                [1767600000, "1"],
                [1767600060, "1"],
              ],
            },
            { metric: { app: "api" }, values: [[1767600000, "100"]] },
          ],
        },
      }),
      [0, 60],
      [3, 4],
    ],
  ])("%s", async (_, keys, series, seconds, expected) => {
    expect(await ratesAt(fromFile(keys), series, ...seconds)).toEqual(expected);
  });

  test("of an expression is calculated as arithmetic is", async () => {
    const text = "max(0, 100 + 50*sin(2*pi*t/3600)) + (t >= 600 and t < 700 ? 2^3 : 0) % 5";
    const [start, later] = await ratesAt(expression(text), "", 0, 650);
    expect(start).toBe(100);
    expect(later).toBeCloseTo(100 + 50 * Math.sin((2 * Math.PI * 650) / 3600) + 3, 9);
  });
});
