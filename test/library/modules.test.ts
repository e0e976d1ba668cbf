import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError, loadScenario, runScenario } from "../../src/library/index.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "modules-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = (modules: readonly string[], plugin: string, args: string) => `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: own }
spec:
  duration: 10m
  cluster:
    nodePools: [{ name: general, nodes: 6, capacity: { cpu: "4", memory: 16Gi, pods: 110 } }]
  scheduler:
    modules: [${modules.join(", ")}]
    verifyEvery: 1
    config:
      profiles:
        - schedulerName: default-scheduler
          plugins: { score: { disabled: [{ name: "*" }], enabled: [{ name: ${plugin} }] } }
          ${args}
  generators:
    - name: batch
      arrivals: { poisson: { rate: 20/min } }
      count: 30
      template:
        kind: Pod
        spec: { restartPolicy: Never, containers: [{ name: c, image: i, resources: { requests: { cpu: 500m } } }] }
      vary: { run: { exponential: { mean: 5m } } }
`;

/** A module with a plugin \`Mine\` whose score is that expression of a pod and a node. */
const scoring = (expression: string, more = ""): string => `
import { definePlugin, type Node, type Pod } from "seatrial/scheduler";
${more}
export default definePlugin({
  name: "Mine",
  extensionPoints: ["score"],
  create: (args, handle) => ({
    score: (_state: unknown, pod: Pod, node: Node): number => ${expression},
  }),
});
`;

async function run(source: string, name = "mine.ts", args = "") {
  writeFileSync(join(folder, name), source);
  writeFileSync(join(folder, "scenario.yaml"), SCENARIO([`./${name}`], "Mine", args));
  const scenario = await loadScenario(join(folder, "scenario.yaml"));
  return runScenario(scenario, { out: join(folder, "out") });
}

async function problem(source: string, name?: string): Promise<string> {
  try {
    await run(source, name);
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(folder, "");
    throw error;
  }
  return "none";
}

/** Names of nodes by the pods that went there. */
function nodes(path: string): ReadonlySet<string> {
  const [, ...rows] = readFileSync(join(path, "pods.csv"), "utf8").trim().split("\n");
  return new Set(rows.map((row) => row.split(",")[3]!));
}

describe("a module of one's own", () => {
  test("in TypeScript decides where pods go, and its sha256 stands in run.json", async () => {
    const { path } = await run(scoring('node.name === "general-3" ? 100 : 0'));
    const [first] = [...nodes(path)];
    expect(first).toBe("general-3");
    const record = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    expect(record.inputs.map(({ name }: { name: string }) => name)).toEqual([
      "mine.ts",
      "scenario.yaml",
    ]);
    expect(record.inputs[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.resolved.scheduler.modules).toEqual(["./mine.ts"]);
  });

  test("in JavaScript, as ECMAScript and as CommonJS, does the same", async () => {
    const typed = await run(scoring("Math.min(node.podCount, 100)"));
    const plain = scoring("Math.min(node.podCount, 100)")
      .replaceAll(/, type \w+/g, "")
      .replaceAll(/: (unknown|Pod|Node|number)\b/g, "");
    const module = await run(plain, "mine.mjs");
    const common = plain
      .replace(/import .*\n/, 'const { definePlugin } = require("seatrial/scheduler");\n')
      .replace("export default", "module.exports =");
    const required = await run(common, "mine.cjs");
    expect([module.digest, required.digest]).toEqual([typed.digest, typed.digest]);
  });

  test("shares nothing with the run before", async () => {
    const source = scoring("Math.min(count++, 100)", "let count = 0;").replace(
      "score: (",
      "reads: { pod: ['pod.name'], node: ['name'] }, score: (",
    );
    writeFileSync(join(folder, "count.ts"), source);
    const text = SCENARIO(["./count.ts"], "Mine", "").replace("verifyEvery: 1", "verifyEvery: 0");
    writeFileSync(join(folder, "count.yaml"), text);
    const scenario = await loadScenario(join(folder, "count.yaml"));
    const out = join(folder, "counted");
    const { digest } = await runScenario(scenario, { out });
    expect((await runScenario(scenario, { out })).digest).toBe(digest);
  });

  test("draws by the seed", async () => {
    const { path } = await run(scoring("Math.floor(handle.draw(node.name, 0) * 101)"));
    expect(nodes(path).size).toBeGreaterThan(3);
  });

  test("has exact functions in place of those that engines round in their own ways", async () => {
    const { path } = await run(scoring("Math.round(100 * Math.exp(-node.podCount))"));
    expect(nodes(path).size).toBeGreaterThan(1);
  });

  test("makes room for pods that fit nowhere, and wakes them by its events", async () => {
    const source = `
import { definePlugin, type EventToRegister, type Pod, type Preemption } from "seatrial/scheduler";
const events: readonly EventToRegister[] = [{
  resource: "AssignedPod", actions: ["Delete"], hint: (_pod, before) => (before === null ? "Skip" : "Queue"),
}];
export default definePlugin({
  name: "Mine",
  extensionPoints: ["filter", "postFilter", "score", "bind"],
  create: (_args, handle) => ({
    eventsToRegister: () => events,
    filter: (_state, _pod, node) => (node.podCount < 2 ? null : { code: "Unschedulable", reasons: ["two are enough"] }),
    postFilter(state, pod, refusals): Preemption | null {
      for (const node of handle.nodes) {
        const [victim]: readonly Pod[] = node.pods;
        if (victim === undefined || refusals.of(node)?.plugin !== "Mine") continue;
        if (handle.fitsWithout(state, pod, node, [victim])) return { nodeName: node.name, victims: [victim] };
      }
      return null;
    },
    score: () => 0,
    bind: () => ({ code: "Skip" }),
  }),
});
`;
    const enable = (point: string) => `${point}: { enabled: [{ name: Mine }] }`;
    writeFileSync(join(folder, "room.ts"), source);
    const text = SCENARIO(["./room.ts"], "Mine", "").replace(
      "plugins: { score",
      `plugins: { ${enable("filter")}, postFilter: { disabled: [{ name: "*" }], enabled: [{ name: Mine }] }, bind: { disabled: [{ name: "*" }], enabled: [{ name: Mine }, { name: DefaultBinder }] }, score`,
    );
    writeFileSync(join(folder, "room.yaml"), text);
    const scenario = await loadScenario(join(folder, "room.yaml"));
    const { metrics } = await runScenario(scenario, { out: join(folder, "room") });
    const of = (name: string) => metrics.find(({ metric }) => metric === name)?.value;
    expect(of("pods_created_count")).toBe(30);
    expect(of("pods_bound_count")).toBe(30);
    expect(of("pods_preempted_count")).toBeGreaterThan(5);
  });

  test("gets its arguments from pluginConfig", async () => {
    const args = "pluginConfig: [{ name: Mine, args: { favourite: general-5 } }]";
    const { path } = await run(scoring("node.name === args.favourite ? 100 : 0"), "mine.ts", args);
    expect([...nodes(path)][0]).toBe("general-5");
  });
});

describe("what a module does wrong is told with plugin, pod and time", () => {
  test.each([
    ["Date.now()", "Date.now() % 100", "threw Error: Date is not there for plugins"],
    ["new Date()", "new Date().getSeconds()", "threw Error: Date is not there for plugins"],
    ["Math.random()", "Math.floor(Math.random() * 100)", "Math.random is not there for plugins"],
    ["setTimeout", "(setTimeout(() => 0, 1), 5)", "setTimeout is not there for plugins"],
    ["queueMicrotask", "(queueMicrotask(() => 0), 5)", "queueMicrotask is not there for plugins"],
    ["performance", "performance.now()", "performance is not there for plugins"],
    ["process", "process.uptime()", "process is not there for plugins"],
    ["globalThis.Date", "globalThis.Date.now()", "Date is not there for plugins"],
    ["eval", "eval('1')", "threw EvalError"],
    ["a promise", "(async () => 5)()", "gave an object: expected a whole number from 0 to 100"],
    ["NaN", "NaN", "gave NaN: expected a whole number from 0 to 100"],
    ["101", "101", "gave 101: expected a whole number from 0 to 100"],
    ["-1", "-1", "gave -1: expected a whole number from 0 to 100"],
    ["a text", '"5"', 'gave "5": expected a whole number from 0 to 100'],
    [
      "a property of nothing",
      "node.nothing.at",
      "threw TypeError: Cannot read properties of undefined",
    ],
  ])("%s", async (_, expression, message) => {
    const told = await problem(scoring(expression));
    expect(told).toMatch(
      /^\/mine\.ts: plugin Mine: score of pod default\/batch-0 on node general-\d /,
    );
    expect(told).toContain(message);
    expect(told).toMatch(/, at \d+\.\d{6} s$/);
  });

  test("a declaration that does not hold, by the first decision that differs", async () => {
    const source = scoring("Math.min(node.podCount * 10, 100)").replace(
      "score: (",
      "reads: { pod: [], node: ['name'] }, score: (",
    );
    const told = await problem(source);
    expect(told).toContain("/mine.ts: a plugin of these modules reads more than its `reads` says");
    expect(told).toMatch(/at \d+\.\d{6} s: the fast form differs/);
  });

  test.each([
    ["a syntax error", "export default {", "/mine.ts:1:17: "],
    [
      "an import of Node",
      'import fs from "node:fs"; export default fs;',
      'cannot import "node:fs": only seatrial/scheduler',
    ],
    ["nothing exported", "export const a = 1;", "expected `export default definePlugin("],
    [
      "a clock while it is loaded",
      "const at = Date.now(); export default at;",
      "while it is loaded: Date is not there",
    ],
    [
      "a name that is taken",
      scoring("5").replace('"Mine"', '"NodeName"'),
      "there is a plugin NodeName already",
    ],
    [
      "another name than the configuration has",
      scoring("5").replace('"Mine"', '"Mein"'),
      'did you mean "Mein"?',
    ],
    [
      "an unknown point",
      scoring("5").replace('["score"]', '["scores"]'),
      'extensionPoints: "scores" is none of',
    ],
    [
      "no method for a point",
      scoring("5").replace("score: (", "score2: ("),
      "create gave undefined: expected a method `score`",
    ],
  ])("%s", async (_, source, message) => {
    expect(await problem(source)).toContain(message);
  });

  test("a file that is no module", async () => {
    expect(await problem("a", "mine.py")).toContain("expected a module: a file that ends in .ts");
  });

  test("a file that is not there, at its place in the scenario", async () => {
    writeFileSync(join(folder, "gone.yaml"), SCENARIO(["./gone.ts"], "Mine", ""));
    const load = loadScenario(join(folder, "gone.yaml"));
    await expect(load).rejects.toThrow(
      /gone\.yaml:10:15: spec\.scheduler\.modules\[0\]: there is no such file/,
    );
  });
});
