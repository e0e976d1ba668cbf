import { describe, expect, it } from "vitest";
import { loadedFrom, loadedFromMemory } from "../runs/built-world.js";
import { deploymentOf, scenarioOf, summaryOf } from "./told.js";

const told = async (folder: string) =>
  summaryOf(await loadedFrom([`test/field/${folder}/scenario.yaml`]));

const toldOf = async (timeline: readonly string[], app: string, options = {}) =>
  summaryOf(await loadedFromMemory({ "s.yaml": scenarioOf(timeline, options), "app.yaml": app }));

const budget = (name: string, spec: string, app = "web") => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name} }
spec: { ${spec}, selector: { matchLabels: { app: ${app} } } }
`;

describe("what never ended stands in the summary", () => {
  it("a drain that a budget never allows", async () => {
    const { text, figureOf } = await told("33-drain-hangs");
    expect(text).toMatch(
      /30m drain Node\/n-0 not ended: default\/web-\S+ stays, its eviction was refused 300 times by budget default\/web/,
    );
    expect(figureOf("evictions_refused_count")).toBe(300);
    expect(figureOf("evictions_refused_count", "budget=default/web")).toBe(300);
    expect(figureOf("timeline_steps_unfinished_end_count", "operation=drain")).toBe(1);
  });

  it("a rolling update without room, with its deadline", async () => {
    const { text, figureOf } = await told("02-anti-affinity-rollout");
    expect(text).toMatch(
      /default\/Deployment\/web [\d. ]+ms not finished, its deadline of 10m passed at 15m /,
    );
    expect(figureOf("rollouts_unfinished_end_count", "target=default/Deployment/web")).toBe(1);
  });

  it("and the same that may do without surge says how long it took", async () => {
    const { text, figureOf } = await summaryOf(
      await loadedFrom(["test/field/02-anti-affinity-rollout/s-surge0.yaml"]),
    );
    expect(text).not.toContain("not finished");
    expect(figureOf("rollouts_unfinished_end_count")).toBe(0);
  });

  it("a Deployment that never had room", async () => {
    const { text } = await toldOf([], deploymentOf("big", { cpu: "5" }));
    expect(text).toMatch(/default\/Deployment\/big .* not finished, its deadline of 10m passed at/);
  });

  it("one with a deadline of its own that has not passed says no more than that", async () => {
    const spec = "  progressDeadlineSeconds: 3000\n";
    const { text } = await toldOf([], deploymentOf("big", { cpu: "5", spec }));
    expect(text).toMatch(/default\/Deployment\/big .* not finished Events/);
  });

  it("a rollback without room", async () => {
    const { text } = await toldOf(
      [
        '{ at: 5m, setImage: { target: Deployment/web, container: c, image: "app:v2" } }',
        "{ at: 10m, cordon: { node: n-0 } }",
        "{ at: 10m, cordon: { node: n-1 } }",
        "{ at: 11m, rollout: { target: Deployment/web, action: undo } }",
      ],
      deploymentOf("web", { cpu: "3", replicas: 1 }),
      { nodes: 2 },
    );
    expect(text).toContain("rollback not finished, its deadline of 10m passed at 21m");
  });

  it("a rollout that was paused on its way", async () => {
    const { text } = await toldOf(
      [
        "{ at: 5m, rollout: { target: Deployment/web, action: pause } }",
        '{ at: 6m, setImage: { target: Deployment/web, container: c, image: "app:v2" } }',
      ],
      deploymentOf("web"),
    );
    expect(text).toContain("not finished, paused");
  });

  it("a drain whose pod is held by a finalizer", async () => {
    const app = `apiVersion: v1
kind: Pod
metadata: { name: held, finalizers: [example.com/wait] }
spec: { nodeName: n-0, containers: [{ name: c, image: x }] }
`;
    const { text } = await toldOf(["{ at: 5m, drain: { node: n-0 } }"], app);
    expect(text).toContain("30m drain Node/n-0 not ended: default/held is being deleted");
  });

  it("a deletion that a finalizer holds", async () => {
    const { text, figureOf } = await toldOf(
      ["{ at: 5m, delete: { target: Deployment/web } }"],
      deploymentOf("web", { metadata: ", finalizers: [example.com/wait]" }),
    );
    expect(text).toContain(
      "30m delete default/Deployment/web not ended: it is still there, held by its finalizers: example.com/wait",
    );
    expect(figureOf("timeline_steps_unfinished_end_count")).toBe(1);
  });

  it("and a drain and a deletion that ended leave no such line", async () => {
    const { text, figureOf } = await toldOf(
      ["{ at: 5m, drain: { node: n-0 } }", "{ at: 10m, delete: { target: Deployment/web } }"],
      deploymentOf("web"),
    );
    expect(text).toContain("drained: 1 pod evicted");
    expect(text).not.toMatch(/not ended|failed:|not finished/);
    expect(figureOf("timeline_steps_unfinished_end_count")).toBe(0);
    expect(figureOf("timeline_steps_failed_count")).toBe(0);
  });
});

describe("what failed stands in the summary", () => {
  it("a drain of pods that two budgets cover", async () => {
    const { text, figureOf } = await told("35-two-pdbs");
    expect(text).toMatch(
      /5m drain Node\/n-0 failed: 2 pods not evicted: default\/web-\S+, default\/web-\S+ \(2 budgets cover it, and an eviction goes by one at most: default\/a, default\/b\)/,
    );
    expect(figureOf("timeline_steps_failed_count", "operation=drain")).toBe(1);
    expect(figureOf("evictions_refused_count", "budget=default/a,default/b")).toBe(2);
  });

  it("a drain of which one pod fails and another waits", async () => {
    const app = [
      deploymentOf("web", { replicas: 1 }),
      budget("a", "maxUnavailable: 1"),
      budget("b", "maxUnavailable: 1"),
      `---\n${deploymentOf("api", { replicas: 1 })}`,
      budget("c", "minAvailable: 1", "api"),
    ].join("");
    const { text } = await toldOf(["{ at: 5m, drain: { node: n-0 } }"], app, { nodes: 1 });
    expect(text).toMatch(
      /not ended: default\/api-\S+ stays, its eviction was refused 300 times by budget default\/c; failed: 1 pod not evicted: default\/web-\S+ \(2 budgets/,
    );
  });

  const GONE = [
    "{ at: 1m, delete: { target: Deployment/web } }",
    "{ at: 1m, removeNodes: { nodes: [n-0] } }",
  ];
  const NOT_FOUND = 'failed: deployments.apps "web" not found';
  it.each([
    {
      step: '{ at: 5m, setImage: { target: Deployment/web, container: c, image: "x" } }',
      line: `setImage default/Deployment/web ${NOT_FOUND}`,
    },
    {
      step: "{ at: 5m, scale: { target: Deployment/web, replicas: 2 } }",
      line: `scale default/Deployment/web ${NOT_FOUND}`,
    },
    {
      step: "{ at: 5m, rollout: { target: Deployment/web, action: restart } }",
      line: `rollout restart default/Deployment/web ${NOT_FOUND}`,
    },
    {
      step: "{ at: 5m, delete: { target: Deployment/web } }",
      line: `delete default/Deployment/web ${NOT_FOUND}`,
    },
    {
      step: "{ at: 5m, drain: { node: n-0 } }",
      line: 'drain Node/n-0 failed: nodes "n-0" not found',
    },
    {
      step: "{ at: 5m, cordon: { node: n-0 } }",
      line: 'cordon Node/n-0 failed: nodes "n-0" not found',
    },
  ])("a step that is refused: $line", async ({ step, line }) => {
    const { text, figureOf } = await toldOf([...GONE, step], deploymentOf("web"));
    expect(text).toContain(`5m ${line}`);
    expect(figureOf("timeline_steps_failed_count")).toBe(1);
  });

  it("a step that the API server refuses for what it would write", async () => {
    const { text } = await toldOf(
      ["{ at: 5m, patch: { target: Deployment/web, patch: { spec: { replicas: -1 } } } }"],
      deploymentOf("web"),
    );
    expect(text).toContain('5m patch default/Deployment/web failed: Deployment "web" is invalid');
  });

  it("even after more steps than the table has lines", async () => {
    const { text } = await toldOf(
      [
        "{ at: 1m, every: 30s, label: { target: Node/n-0, labels: { a: b } } }",
        "{ at: 10m, delete: { target: Deployment/web } }",
        "{ at: 20m, scale: { target: Deployment/web, replicas: 2 } }",
      ],
      deploymentOf("web"),
    );
    expect(text).toContain(`20m scale default/Deployment/web ${NOT_FOUND}`);
    expect(text).toMatch(/and \d+ more in events.csv/);
  });
});
