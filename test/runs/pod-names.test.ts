import { describe, expect, test } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

const db = (service = "") => `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  replicas: 3
  serviceName: db
  podManagementPolicy: Parallel
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: server, image: db:v1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None${service}, selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: web:v1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

interface Parts {
  readonly traffic: string;
  readonly behavior: string;
  readonly timeline?: string;
  readonly measure?: string;
  readonly service?: string;
}

const to = (name: string, pod: string, more = "") =>
  `{ name: ${name}, to: shop/Service/${pod}, rate: 20/s${more} }`;

async function summaryOf(parts: Parts): Promise<ReadonlyMap<string, number>> {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  duration: 3m
  measure: ${parts.measure ?? "{ from: 61s }"}
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  behavior: ${parts.behavior}
  traffic: [${parts.traffic}]
  timeline: ${parts.timeline ?? "[]"}
`;
  const app = db(parts.service);
  const world = await worldOf(await loadedFromMemory({ "s.yaml": scenario, "app.yaml": app }));
  world.run();
  const rows = world.finish().figures.summary;
  return new Map(rows.map(({ metric, labels, value }) => [`${metric} ${labels}`, value]));
}

const failed = (summary: ReadonlyMap<string, number>, traffic: string) =>
  summary.get(`request_failed_ratio traffic=${traffic}`);
const attemptsFailed = (summary: ReadonlyMap<string, number>, reason: string) =>
  summary.get(`request_attempts_failed_count reason=${reason}`) ?? 0;

/** What is asked of db-1 goes wrong. */
const ERRS = "[{ match: { names: [db-1] }, errors: 1 }, {}]";

describe("requests to a pod by its name in a headless Service", () => {
  test.each(["requests", "fluid"])("go to that pod and no other, in mode %s", async (mode) => {
    const names = ["db-0", "db-1", "db-2"];
    const traffic = names.map((name) => to(name, `${name}.db`, `, mode: ${mode}`)).join(", ");
    const summary = await summaryOf({ traffic, behavior: ERRS });
    expect(names.map((name) => failed(summary, name))).toEqual([0, 1, 0]);
  });

  test("beside those to all of the Service, of which each pod gets its share", async () => {
    const traffic = [to("one", "db-1.db"), to("all", "db")].join(", ");
    const summary = await summaryOf({ traffic, behavior: ERRS });
    expect(failed(summary, "one")).toBe(1);
    // Of about 2,400 requests: five standard deviations.
    expect(Math.abs(failed(summary, "all")! - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 2400));
  });

  test.each([
    ["find no name", "", 1],
    ["find it where names of those are published", ", publishNotReadyAddresses: true", 0],
  ])("of one that is not ready %s", async (_, service, share) => {
    const behavior = "[{ match: { names: [db-1] }, ready: never }, {}]";
    const traffic = [to("zero", "db-0.db"), to("one", "db-1.db")].join(", ");
    const summary = await summaryOf({ traffic, behavior, service });
    expect([failed(summary, "zero"), failed(summary, "one")]).toEqual([0, share]);
    expect(attemptsFailed(summary, "noEndpoint") > 0).toBe(share === 1);
    expect(attemptsFailed(summary, "refused")).toBe(0);
  });

  test("of one that is gone are refused until its name is looked up again", async () => {
    const timeline = "[{ at: 62s, scale: { target: shop/StatefulSet/db, replicas: 1 } }]";
    const parts = { traffic: to("last", "db-2.db"), behavior: "[{ stop: 1s }]", timeline };
    const soon = await summaryOf({ ...parts, measure: "{ from: 70s, to: 89s }" });
    expect([failed(soon, "last"), attemptsFailed(soon, "noEndpoint")]).toEqual([1, 0]);
    expect(attemptsFailed(soon, "refused")).toBeGreaterThan(0);
    const later = await summaryOf({ ...parts, measure: "{ from: 91s }" });
    expect([failed(later, "last"), attemptsFailed(later, "refused")]).toEqual([1, 0]);
    expect(attemptsFailed(later, "noEndpoint")).toBeGreaterThan(0);
  });

  test("come back to its successor of the same name", async () => {
    const timeline = "[{ at: 62s, delete: { target: shop/Pod/db-1 } }]";
    const parts = { traffic: to("one", "db-1.db"), behavior: "[{ stop: 1s }]", timeline };
    const summary = await summaryOf({ ...parts, measure: "{ from: 121s }" });
    expect(failed(summary, "one")).toBe(0);
  });

  test("are calls that other services make", async () => {
    const calls = "calls: [[{ to: shop/Service/db-1.db }]]";
    const behavior = `[{ match: { names: [db-1] }, errors: 1 }, { match: { labels: { app: web } }, ${calls} }]`;
    const summary = await summaryOf({ traffic: to("users", "web"), behavior });
    expect(failed(summary, "users")).toBe(1);
    const well = await summaryOf({
      traffic: to("users", "web"),
      behavior: behavior.replace("db-1.db", "db-0.db"),
    });
    expect(failed(well, "users")).toBe(0);
  });

  test("get a share of what the timeline divides", async () => {
    const backends =
      "[{ to: shop/Service/db-0.db, weight: 1 }, { to: shop/Service/db-1.db, weight: 1 }]";
    const timeline = `[{ at: 60s, setTraffic: { traffic: users, backends: ${backends} } }]`;
    const summary = await summaryOf({ traffic: to("users", "db-0.db"), behavior: ERRS, timeline });
    expect(Math.abs(failed(summary, "users")! - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 4 / 2400));
    const row = "request_failed_ratio backend=shop/Service/db-1.db;traffic=users";
    expect(summary.get(row)).toBe(1);
  });
});
