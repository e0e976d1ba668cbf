import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Manifest } from "../../src/api/kubernetes.js";
import { fromManifest } from "../../src/api/manifest.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { START_TIME_MS, TestCluster } from "./cluster.js";

const SNAPSHOT = "../shared/snapshots/longhorn-3-nodes.yaml";

describe.skipIf(!existsSync(SNAPSHOT))("a dump of a live cluster, in ../shared/snapshots", () => {
  it("loses, gains and changes no pod and no ReplicaSet", () => {
    // From 1.35 on every set and Deployment gets a field more in its status (terminatingReplicas).
    const cluster = new TestCluster({ kubernetesMinor: 34 });
    const dump = parse(readFileSync(SNAPSHOT, "utf8")) as { items: Manifest[] };
    for (const manifest of dump.items) {
      const object = fromManifest(manifest, START_TIME_MS);
      if (object === null) continue;
      const existing = cluster.store.table(object.kind).find(object.namespace, object.name);
      if (existing === undefined) cluster.server.load(object);
    }
    const pods = cluster.all("Pod");
    const sets = cluster.all("ReplicaSet");
    expect(pods.length).toBe(58);
    cluster.run(CONTROLLERS, false).advance(1800);
    expect(cluster.all("Pod")).toEqual(pods);
    expect(cluster.all("ReplicaSet")).toEqual(sets);
    const written = cluster.writes.map((request) => {
      if (request.verb === "create") return `create ${request.object.kind}`;
      const target = request.verb === "update" ? request.base : null;
      return `${request.verb} ${target?.kind} ${target?.name}`;
    });
    // Services of the dump come without slices, sets without revisions; the rollout that hangs reaches its deadline.
    const absent = ["create EndpointSlice", "create ControllerRevision"];
    const others = written.filter((write) => !absent.includes(write));
    expect(others).toEqual(["update Deployment velero"]);
  });
});
