import { describe, expect, test, vi } from "vitest";
import { PodSums } from "../../../src/scheduler/fast/pod-sums.js";
import {
  FastSchedulingAlgorithm,
  type FastOptions,
} from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import type { GenericKind } from "../../../src/api/kinds.js";
import { BIND_COMPLETED } from "../../../src/api/volumes/claims.js";
import { buildObject } from "../../conformance/scheduler/objects.js";
import { type Template, makeNode, makePod, makeTemplate, makeWorld } from "./random-cluster.js";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

/** A cluster of nodes `a`, `b` …, one a zone; every decision is compared with the plain form. */
function cluster(names: readonly string[], remember: FastOptions["remember"] = {}) {
  const world = makeWorld({ minor: 30, configuration: null });
  const { state } = world;
  const nodeOf = (name: string, labels: object) =>
    makeNode(name, { cpu: "8", memory: "8Gi", pods: 110, labels: { ...labels } });
  const nodes = names.map((name) => nodeOf(name, { [ZONE]: name, [HOST]: name }));
  for (const node of nodes) state.addNode(node);
  const fast = new FastSchedulingAlgorithm(state, {
    percentageOfNodesToScore: 100,
    chooseTie: null,
    verifyEvery: 1,
    remember,
  });
  const framework = world.framework();
  let count = 0;
  const waiting = (template: Template) => makePod(template, `pod-${count++}`);
  return {
    ...world,
    fast,
    nodes,
    nodeOf,
    decide: (template: Template) =>
      fast.schedule(framework, state.podInfos.podInfo(waiting(template))),
    place: (template: Template, nodeName: string) =>
      state.addPod(waiting(template).next({ nodeName })).pod,
  };
}

const WEB = { app: "web" };

function template(spec: object = {}, labels: Readonly<Record<string, string>> = WEB): Template {
  return makeTemplate("default", labels, { containers: [{ name: "c", image: "i:1" }], ...spec });
}

function spreading(
  topologyKey: string,
  whenUnsatisfiable: string,
  rest: object = {},
): { readonly topologySpreadConstraints: readonly object[] } {
  const labelSelector = { matchLabels: WEB };
  const constraint = { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector, ...rest };
  return { topologySpreadConstraints: [constraint] };
}

describe("what is kept of earlier decisions", () => {
  test.each(["DoNotSchedule", "ScheduleAnyway"])(
    "pods that come while a node has a taint count once the taint is gone (%s)",
    (when) => {
      const { state, nodes, decide, place, fast } = cluster(["a", "b"]);
      const web = template(spreading(ZONE, when, { nodeTaintsPolicy: "Honor" }));
      // From the second time on the sums of a template are kept.
      decide(web);
      decide(web);
      const [a] = nodes;
      const taints = [{ key: "busy", value: "", effect: "NoSchedule" }];
      state.updateNode({ ...a!, spec: { taints } } as unknown as NonNullable<typeof a>);
      for (let i = 0; i < 3; i += 1) place(web, "a");
      state.updateNode(a!);
      expect(decide(web)).toMatchObject({ kind: "scheduled", node: { name: "b" } });
      expect(fast.counts.plain).toBe(0);
    },
  );

  test("pods on nodes that are not there are in no domain, not in that of the empty value either", () => {
    const { listers, state, nodeOf, decide, place, fast } = cluster(["a"]);
    const service = { kind: "Service", namespace: "default", name: "web", spec: { selector: WEB } };
    listers.services.set(service as never);
    state.addNode(nodeOf("b", { [ZONE]: "", [HOST]: "b" }));
    const web = template();
    decide(web);
    decide(web);
    for (let i = 0; i < 5; i += 1) place(web, "nowhere");
    place(web, "a");
    expect(decide(web)).toMatchObject({ kind: "scheduled", node: { name: "b" } });
    expect(fast.counts.plain).toBe(0);
  });

  test("the nodes that a class sets aside follow images that other nodes get", () => {
    const { state, nodes, decide, place, fast } = cluster(["a", "b", "c"]);
    const web = template(spreading(HOST, "ScheduleAnyway"));
    for (const name of ["a", "b", "c"]) place(web, name);
    const images = [{ names: ["i:1"], sizeBytes: 600_000_000 }];
    const withImages = (at: number) => {
      const node = nodes[at]!;
      state.updateNode({ ...node, status: { ...node.status!, images } } as typeof node);
    };
    withImages(0);
    decide(web);
    decide(web);
    // Three nodes with the image are worth more each than one: on all, and on the first one too.
    withImages(1);
    decide(web);
    withImages(2);
    expect(decide(web)).toMatchObject({ kind: "scheduled", node: { name: "a" }, ties: 3 });
    expect(fast.counts.plain).toBe(0);
  });

  const guarding = (labels: object): Template => {
    const term = {
      topologyKey: ZONE,
      labelSelector: { matchLabels: WEB },
      namespaceSelector: { matchLabels: labels },
    };
    const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    return template({ affinity: { podAntiAffinity: required } }, { app: "guard" });
  };
  const relabel = (listers: ReturnType<typeof cluster>["listers"], labels: object): void =>
    listers.namespaces.set({ kind: "Namespace", namespace: "", name: "default", labels } as never);

  test("terms of placed pods by namespaces' labels follow the namespace of the pod that comes", () => {
    const { listers, decide, place, fast } = cluster(["a", "b"]);
    relabel(listers, {});
    place(guarding({ team: "x" }), "a");
    const web = template(spreading(ZONE, "ScheduleAnyway"));
    const feasible = () => {
      const outcome = decide(web);
      return outcome.kind === "scheduled" ? outcome.feasible.length : 0;
    };
    expect([feasible(), feasible()]).toEqual([2, 2]);
    relabel(listers, { team: "x" });
    expect([feasible(), feasible()]).toEqual([1, 1]);
    relabel(listers, { team: "y" });
    expect(feasible()).toBe(2);
    expect(fast.counts.plain).toBe(0);
  });

  test("terms of the pod that comes follow the namespaces, whoever is placed", () => {
    const { listers, decide, place, fast } = cluster(["a", "b"]);
    relabel(listers, {});
    place(template(), "a");
    const guard = guarding({ team: "x" });
    const feasible = () => {
      const outcome = decide(guard);
      return outcome.kind === "scheduled" ? outcome.feasible.length : 0;
    };
    expect([feasible(), feasible()]).toEqual([2, 2]);
    relabel(listers, { team: "x" });
    expect([feasible(), feasible()]).toEqual([1, 1]);
    expect(fast.counts.plain).toBe(0);
  });

  test("a class that was forgotten no longer follows the pods", () => {
    const { state, decide, place, fast } = cluster(["a", "b"], { maxClasses: 1 });
    const kinds = [1, 2, 3].map((maxSkew) =>
      template(spreading(ZONE, "ScheduleAnyway", { maxSkew })),
    );
    for (const each of [...kinds, ...kinds]) decide(each);
    const followers = (): number => {
      const counted = vi.spyOn(PodSums.prototype, "count");
      state.removePod(place(kinds[0]!, "a").uid);
      const told = new Set(counted.mock.contexts).size;
      counted.mockRestore();
      return told;
    };
    expect(followers()).toBe(3);
    // The number of classes is looked at now and then.
    for (let i = 0; i < 1100; i += 1) decide(kinds[2]!);
    expect(fast.counts.forgotten).toBeGreaterThan(0);
    expect(followers()).toBe(1);
  });
});

describe("what nodes take of volumes", () => {
  const CLAIMED = { namespace: "default", annotations: { [BIND_COMPLETED]: "yes" } };

  /** Nodes that take one volume of the driver `disk` each; a pod on node `a` has the claim `there`. */
  function limited() {
    const world = cluster(["a", "b"]);
    const { persistentVolumes, persistentVolumeClaims, csiNodes } = world.listers;
    const set = (kind: GenericKind, raw: object) => buildObject(kind, raw as never) as never;
    const volume = (name: string, driver: string): void =>
      persistentVolumes.set(
        set("PersistentVolume", {
          metadata: { name },
          spec: { csi: { driver, volumeHandle: name } },
        }),
      );
    const claim = (name: string, volumeName: string): void =>
      persistentVolumeClaims.set(
        set("PersistentVolumeClaim", { metadata: { ...CLAIMED, name }, spec: { volumeName } }),
      );
    for (const name of ["a", "b"]) {
      const drivers = [{ name: "disk", nodeID: name, allocatable: { count: 1 } }];
      csiNodes.set(set("CSINode", { metadata: { name }, spec: { drivers } }));
    }
    volume("files", "file");
    volume("disk-1", "disk");
    volume("disk-2", "disk");
    claim("there", "files");
    claim("new", "disk-1");
    const using = (claimName: string) =>
      template({ volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] });
    world.place(using("there"), "a");
    const feasible = (): readonly string[] => {
      const outcome = world.decide(using("new"));
      return outcome.kind === "scheduled" ? outcome.feasible.map(({ name }) => name) : [];
    };
    return { ...world, volume, claim, using, feasible };
  }

  test("follows the claims of the pods on them", () => {
    const { claim, feasible } = limited();
    expect([feasible(), feasible()]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    claim("there", "disk-2");
    expect(feasible()).toEqual(["b"]);
    claim("there", "files");
    expect(feasible()).toEqual(["a", "b"]);
  });

  test("follows the volumes of the pods on them", () => {
    const { volume, feasible } = limited();
    expect(feasible()).toEqual(["a", "b"]);
    volume("files", "disk");
    expect(feasible()).toEqual(["b"]);
  });

  test("follows pods that come and go", () => {
    const { state, place, using, feasible } = limited();
    expect(feasible()).toEqual(["a", "b"]);
    const pod = place(using("new"), "b");
    expect(feasible()).toEqual(["a", "b"]);
    state.removePod(pod.uid);
    expect(feasible()).toEqual(["a", "b"]);
  });

  test("follows what drivers say of nodes", () => {
    const { listers, claim, feasible, fast } = limited();
    claim("there", "disk-2");
    expect(feasible()).toEqual(["b"]);
    listers.csiNodes.delete("", "a");
    expect(feasible()).toEqual(["a", "b"]);
    expect(fast.counts.plain).toBe(0);
  });
});
