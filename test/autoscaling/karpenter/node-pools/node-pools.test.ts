import { describe, expect, test } from "vitest";
import type { ObjectVersion } from "../../../../src/api/object-version.js";
import { stateDump } from "../../../../src/experiment/state-dump.js";
import { summaryOf } from "../../../field/told.js";
import { issuesFrom, loadedFromMemory, worldOf } from "../../../runs/built-world.js";

const TYPES =
  '[{ name: m, capacity: { cpu: "4", memory: 16Gi }, offerings: [{ zone: a, capacityType: on-demand, price: 1 }] }]';

interface Parts {
  readonly spec?: string;
  readonly requirements?: string;
  readonly types?: string;
  readonly snapshot?: string;
  readonly more?: string;
}

const files = ({ spec = "weight: 1", requirements = "", types = TYPES, more = "" }: Parts) => ({
  "scenario.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: pools }
spec:
  duration: 30m
  cluster: { karpenter: { provisioning: { registration: 40s, readiness: 10s }, instanceTypes: ${types} } }
  manifests: [objects.yaml]
${more}`,
  "objects.yaml": `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  ${spec}
  template:
    spec:
      nodeClassRef: { group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default }
      requirements: [${requirements}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web, resources: { requests: { cpu: "3" } } }] }
`,
});

type Pool = ObjectVersion<"NodePool">;

/** Each status of the NodePool, with the seconds at which it was written. */
async function statuses(parts: Parts): Promise<readonly [number, Pool["status"]][]> {
  const world = await worldOf(await loadedFromMemory(files(parts)));
  const found: [number, Pool["status"]][] = [];
  world.ground.store.observe((before, after) => {
    if (after?.kind !== "NodePool" || before === null) return;
    if ((before as Pool).status !== (after as Pool).status)
      found.push([world.now / 1e6, (after as Pool).status]);
  });
  world.run();
  return found;
}

const shown = ({ conditions = [] }: Pool["status"]) =>
  conditions.map(({ type, status }) => `${type} ${status}`);

describe("the status of a NodePool", () => {
  test("says at once that it is ready, then what it has, and that its machines become nodes", async () => {
    const all = await statuses({});
    const [[firstSeconds, first]] = all as [[number, Pool["status"]]];
    expect(firstSeconds).toBeLessThan(1);
    expect(shown(first)).toEqual([
      "ValidationSucceeded True",
      "NodeClassReady True",
      "Ready True",
      "NodeRegistrationHealthy Unknown",
    ]);
    expect(first.nodes).toBe(0);
    expect(first.resources).toEqual({
      ...{ cpu: "0m", memory: "0", pods: "0", "ephemeral-storage": "0", nodes: "0" },
    });
    const last = all.at(-1)![1];
    expect(shown(last)).toContain("NodeRegistrationHealthy True");
    expect(last.nodes).toBe(2);
    expect(last.resources).toMatchObject({ cpu: "8000m", memory: String(2 * 16 * 2 ** 30) });
  });

  test("is counted every five seconds, and written when it is another", async () => {
    const all = await statuses({});
    const [start] = all[0]!;
    const counted = all.filter(([, { nodes }], i) => i > 0 && nodes !== all[i - 1]![1].nodes);
    expect(counted.length).toBeGreaterThan(0);
    for (const [seconds] of counted) {
      const late = (seconds - start) % 5;
      expect(Math.min(late, 5 - late), String(seconds)).toBeLessThan(0.2);
    }
    expect(all.length).toBeLessThan(10);
  });

  test("loses what is known of its machines when its spec changes", async () => {
    const step = "{ at: 20m, patch: { target: NodePool/general, patch: { spec: { weight: 5 } } } }";
    const all = await statuses({ more: `  timeline: [${step}]\n` });
    const before = all.filter(([seconds]) => seconds < 1200).at(-1)![1];
    expect(shown(before)).toContain("NodeRegistrationHealthy True");
    expect(shown(all.at(-1)![1])).toContain("NodeRegistrationHealthy Unknown");
  });

  test("says that machines do not become nodes when two were given up", async () => {
    const scenario = files({})
      ["scenario.yaml"].replace("registration: 40s", "registration: 20m")
      .replace("30m", "1h");
    const world = await worldOf(
      await loadedFromMemory({
        "scenario.yaml": scenario,
        "objects.yaml": files({})["objects.yaml"],
      }),
    );
    world.run();
    const [pool] = [...world.ground.store.table("NodePool")];
    expect(shown(pool!.status)).toContain("NodeRegistrationHealthy False");
    expect(pool!.status.conditions).toContainEqual(
      expect.objectContaining({ reason: "RegistrationFailed" }),
    );
  });

  test("is kept by a run that begins with the state at the end of another", async () => {
    const first = await worldOf(await loadedFromMemory(files({})));
    first.run();
    const again = files({})
      ["scenario.yaml"].replace("cluster: {", "cluster: { snapshot: [state.yaml],")
      .replace("  manifests: [objects.yaml]\n", "");
    const text = [...stateDump(first.objects(), "state.yaml")].join("");
    const second = await worldOf(
      await loadedFromMemory({ "scenario.yaml": again, "state.yaml": text }),
    );
    const changes: string[] = [];
    second.ground.store.observe((_, after) => {
      if (after?.kind === "NodePool") changes.push(after.name);
    });
    second.run();
    expect(changes).toEqual([]);
  });
});

describe("a NodePool that can make no node stands in the summary, with why", () => {
  test.each<[string, Parts, string]>([
    [
      "no type meets its requirements",
      { requirements: "{ key: kubernetes.io/arch, operator: In, values: [s390x] }" },
      "NodePool/general makes no nodes: no instance type of spec.cluster.karpenter that is available meets its requirements",
    ],
    [
      "a limit is negative",
      { spec: "limits: { cpu: -1 }" },
      "NodePool/general makes no nodes: its limit of cpu, -1, is less than any of its instance types has",
    ],
    [
      "a limit is below the smallest type",
      { spec: "limits: { memory: 8Gi }" },
      "its limit of memory, 8Gi, is less than",
    ],
  ])("%s", async (_, parts, words) => {
    expect((await summaryOf(await loadedFromMemory(files(parts)))).text).toContain(words);
  });

  test.each<[string, Parts]>([
    ["where its limits leave room", { spec: "limits: { cpu: 4 }" }],
    ["where a limit of 0 says that it is to make none", { spec: "limits: { cpu: 0 }" }],
  ])("but not %s", async (_, parts) => {
    expect((await summaryOf(await loadedFromMemory(files(parts)))).text).not.toContain(
      "makes no nodes",
    );
  });
});

describe("an instance type that can run nothing is refused", () => {
  const type = (parts: string) =>
    `[{ name: m, ${parts}, offerings: [{ zone: a, capacityType: spot, price: 1 }] }]`;

  test.each([
    ["capacity: { cpu: 0, memory: 1Gi }", "instanceTypes[0].capacity.cpu: a machine without cpu"],
    ["capacity: { cpu: 1 }", "instanceTypes[0].capacity.memory: a machine without memory"],
    [
      "capacity: { cpu: 1, memory: 1Gi }, overhead: { cpu: 1500m }",
      "instanceTypes[0].capacity.cpu: the overhead of 1500m leaves nothing of it",
    ],
  ])("%s", async (parts, words) => {
    expect(await issuesFrom(files({ types: type(parts) }))).toContain(words);
  });
});
