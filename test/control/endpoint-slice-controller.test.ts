import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { deployment, TestCluster } from "./cluster.js";

function service(name: string, spec: object = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: "http" }], ...spec },
  };
}

function endpointsOf(cluster: TestCluster) {
  return cluster.all("EndpointSlice").flatMap((slice) => slice.spec.endpoints ?? []);
}

const readyIn = (cluster: TestCluster) =>
  endpointsOf(cluster)
    .filter(({ conditions }) => conditions?.ready)
    .map(({ targetRef }) => targetRef?.name);

const readyPods = (cluster: TestCluster) =>
  cluster
    .all("Pod")
    .filter((pod) => pod.deletionTimeMicros === null && pod.phase === "Running")
    .map(({ name }) => name);

describe("the slices of a Service", () => {
  it("hold exactly the ready pods, through a rollout and a resize", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(service("web"));
    cluster.apply(deployment("web", { replicas: 5 }));
    cluster.advance(20);
    expect(readyIn(cluster).length).toBe(5);
    cluster.apply(deployment("web", { replicas: 8, image: "web:2" }));
    cluster.advance(2);
    expect(endpointsOf(cluster).some(({ conditions }) => conditions?.terminating)).toBe(true);
    cluster.advance(60);
    expect(readyIn(cluster).sort()).toEqual(readyPods(cluster).sort());
    expect(readyIn(cluster).length).toBe(8);
    const [slice] = cluster.all("EndpointSlice");
    expect(slice!.spec.ports).toEqual([{ name: "", port: 80, protocol: "TCP" }]);
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });

  it("hold a hundred endpoints at most", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(service("web"));
    cluster.apply(deployment("web", { replicas: 250 }));
    cluster.advance(60);
    const sizes = cluster.all("EndpointSlice").map(({ spec }) => (spec.endpoints ?? []).length);
    expect(Math.max(...sizes)).toBe(100);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(250);
    expect(new Set(readyIn(cluster)).size).toBe(250);
  });

  it("are written one after the other: a refusal ends the sync, which is tried again after 1 s", () => {
    const times: number[] = [];
    let refusals = 0;
    const cluster: TestCluster = new TestCluster({
      refuse: (request) => {
        if (request.verb !== "create" || request.object.kind !== "EndpointSlice") return null;
        times.push(cluster.engine.now);
        if (refusals++ > 0) return null;
        return { ok: false, reason: "Forbidden", message: "not now" };
      },
    }).run(CONTROLLERS);
    cluster.apply(deployment("web", { replicas: 250 }));
    cluster.advance(60);
    cluster.apply(service("web"));
    cluster.advance(60);
    expect(times.length).toBe(4);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1_000_000);
    expect(cluster.events.filter(({ object }) => object === "web").at(-1)).toMatchObject({
      reason: "FailedToUpdateEndpointSlices",
    });
    expect(new Set(readyIn(cluster)).size).toBe(250);
  });

  it("are one that is empty when there is no pod", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(service("web"));
    cluster.advance(5);
    expect(cluster.all("EndpointSlice").map(({ spec }) => spec.endpoints)).toEqual([[]]);
    cluster.apply(deployment("web"));
    cluster.advance(20);
    expect(cluster.all("EndpointSlice").length).toBe(1);
    expect(readyIn(cluster).length).toBe(3);
    cluster.apply(deployment("web", { replicas: 0 }));
    cluster.advance(20);
    expect(cluster.all("EndpointSlice").map(({ spec }) => spec.endpoints)).toEqual([[]]);
  });

  it("call pods ready that are not, when the Service publishes those", () => {
    const cluster = new TestCluster({ readyAfter: () => null }).run(CONTROLLERS);
    cluster.apply(service("web", { publishNotReadyAddresses: true }));
    cluster.apply(deployment("web", { replicas: 1 }));
    cluster.advance(5);
    const [pod] = cluster.all("Pod");
    cluster.execute({ verb: "patch", target: pod!, change: { status: { podIP: "10.1.1.1" } } });
    cluster.advance(5);
    expect(endpointsOf(cluster).map(({ conditions }) => conditions)).toEqual([
      { ready: true, serving: false, terminating: false },
    ]);
  });

  it("are left alone when the Service has no selector", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply({ ...service("web"), spec: { ports: [{ port: 80 }] } });
    cluster.advance(5);
    expect(cluster.all("EndpointSlice")).toEqual([]);
  });

  it("leave out a named port that a pod does not have", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    const ports = [
      { name: "a", port: 80, targetPort: "http" },
      { name: "b", port: 81, targetPort: "nowhere" },
    ];
    cluster.apply(service("web", { ports }));
    cluster.apply(deployment("web", { replicas: 1 }));
    cluster.advance(5);
    expect(cluster.all("EndpointSlice").map(({ spec }) => spec.ports)).toEqual([
      [{ name: "a", port: 80, protocol: "TCP" }],
    ]);
  });
});
