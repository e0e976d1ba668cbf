import { describe, expect, it } from "vitest";
import { notesOf } from "../../src/experiment/run-notes.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const NODES = "cluster: { nodePools: [{ name: a, nodes: 1, capacity: { cpu: 4, memory: 8Gi } }] }";
const scenario = (spec: string): string =>
  `apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec:\n  ${NODES}\n${spec}`;
const TRACE =
  "  traces: [{ format: csv, path: p.csv, lifetime: none, columns: { arrival: { from: at, unit: s }, cpu: { from: cpu, unit: cores } } }]\n";

async function notesAfter(spec: string, more: Readonly<Record<string, string>> = {}) {
  const loaded = await loadedFromMemory({ "s.yaml": scenario(spec), ...more });
  const world = await worldOf(loaded);
  world.run();
  return notesOf(loaded, { endMicros: world.now, facts: world.finish().facts });
}

describe("the notes of a run tell", () => {
  it("of pods of a trace that arrive after its end", async () => {
    const spec = `  duration: 1m\n${TRACE}`;
    const notes = await notesAfter(spec, { "p.csv": "at,cpu\n0,3\n60,1\n61,1\n3600,1\n" });
    expect(notes).toContain("trace: 2 pods would have arrived after the end of the run");
  });

  it("of a trace whose window leaves none of its pods", async () => {
    const spec = `  until: idle\n${TRACE.replace("path:", "window: { from: 1h }, path:")}`;
    const notes = await notesAfter(spec, { "p.csv": "at,cpu\n0,3\n60,1\n" });
    expect(notes.join("\n")).toContain("nothing is left of trace trace: its window, sample and");
    expect(notes.join("\n")).not.toContain("nothing contends");
  });

  it("that it was idle before anything was measured", async () => {
    const spec = `  until: idle\n  measure: { from: 1h }\n${TRACE}`;
    const notes = await notesAfter(spec, { "p.csv": "at,cpu\n0,3\n" });
    expect(notes[0]).toMatch(/^spec\.measure\.from: the run was idle at .*, before 1h: nothing/);
  });

  it.each([
    ["itself", true],
    ["another one", false],
  ])("of a service that calls %s: %o", async (_, isTold) => {
    const of = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: c, image: c }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
`;
    const to = isTold ? "web" : "db";
    const spec = `  duration: 1m
  manifests: [app.yaml]
  behavior: [{ match: { labels: { app: web } }, calls: [[{ to: Service/${to} }]] }, {}]
  traffic: [{ name: t, to: default/Service/web, rate: 5/s }]
`;
    const notes = await notesAfter(spec, { "app.yaml": `${of("web")}---\n${of("db")}` });
    const told = notes.filter((note) => note.includes("call each other in a circle"));
    expect(told.length).toBe(isTold ? 1 : 0);
    if (isTold)
      expect(told[0]).toMatch(/^spec\.behavior\[\]\.calls: .* \d+ calls failed for being/);
  });

  it.each(["requests", "fluid"])(
    "of a pod's name that no pod ever had, and no other, in mode %s",
    async (mode) => {
      const app = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  replicas: 2
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: c, image: c }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }] }
`;
      const to = (pod: string) =>
        `{ name: ${pod}, to: shop/Service/${pod}.db, rate: 5/s, mode: ${mode} }`;
      const spec = `  duration: 3m
  manifests: [app.yaml]
  behavior: [{}]
  traffic: [${["db-0", "db-1", "db-9"].map(to).join(", ")}]
`;
      const notes = await notesAfter(spec, { "app.yaml": app });
      expect(notes.filter((note) => note.includes("all requests failed"))).toEqual([
        "shop/db-9.db: all requests failed: no pod with the name db-9 was ever ready behind the Service db",
      ]);
    },
  );

  it("where mode `fluid` is not held to single requests", async () => {
    const app = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: c, resources: { limits: { cpu: "1" } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
    const rate =
      "{ steps: [{ at: 0s, rate: 50/s }, { at: 2m, rate: 97/s }, { at: 4m, rate: 5/s }] }";
    const spec = (cpu: string) =>
      `  duration: 6m\n  manifests: [app.yaml]\n  behavior: [{ start: 0s, cpu: { perRequest: ${cpu} } }]\n` +
      `  traffic: [{ name: t, to: default/Service/web, mode: fluid, rate: ${rate} }]\n`;
    const notes = (
      await notesAfter(spec("{ uniform: { min: 5ms, max: 15ms } }"), { "app.yaml": app })
    ).join("\n");
    expect(notes).toMatch(
      /not held to single requests for service that is not exponential, .* and CPU limits, which throttle/,
    );
    expect(notes).toContain(
      "default/web: its pods had loads for which `fluid` is not held to single requests: 2m above 0.9, 2m below 0.1",
    );
    const free = app.replace(', resources: { limits: { cpu: "1" } }', "");
    const calm = await notesAfter(spec("{ exponential: { mean: 10ms } }").replace(rate, "100/s"), {
      "app.yaml": free,
    });
    expect(calm.join("\n")).not.toContain("fluid");
  });
});
