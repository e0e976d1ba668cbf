import { describe, expect, it } from "vitest";
import { figure, rowsOf } from "../record/recording.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const pod = (name: string, restartPolicy: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { restartPolicy, containers: [{ name: "main", image: "i" }] },
});

/** Pods that run for an hour, and one that is done after a minute; their node is drained in between. */
async function drained(kubernetesVersion: string, operation: object) {
  const scenario = {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: "drained" },
    spec: {
      kubernetesVersion,
      duration: "10m",
      cluster: { nodePools: [{ name: "general", nodes: 1, capacity: { cpu: 4, memory: "8Gi" } }] },
      manifests: ["pods.yaml"],
      behavior: [{ match: { labels: {}, container: "main" }, run: "1h" }],
      generators: [
        {
          name: "quick",
          arrivals: { at: ["1s"] },
          vary: { run: { constant: "1m" } },
          template: pod("quick", "Never"),
        },
      ],
      timeline: [{ at: "5m", ...operation }],
    },
  };
  const items = [pod("never", "Never"), pod("on-failure", "OnFailure"), pod("always", "Always")];
  const world = await worldOf(
    await loadedFromMemory({
      "s.yaml": JSON.stringify(scenario),
      "pods.yaml": JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    }),
  );
  world.run();
  return world.finish().figures;
}

describe("pods that are told to go, and end their containers with exit code 0", () => {
  it.each(["1.26", "1.34"])("are evicted and have not succeeded, in %s", async (version) => {
    const figures = await drained(version, { drain: { node: "general-0" } });
    expect(figure(figures, "pods_evicted_count")).toBe(3);
    expect(figure(figures, "pods_succeeded_count")).toBe(1);
    expect(figure(figures, "pods_failed_count")).toBe(0);
    const rows = rowsOf(figures.podsTable()).map((row) => [row[1], row[9], row[10]]);
    // The phase is what the kubelet reports: from 1.27 on a deleted pod ends in a terminal one.
    const always = version === "1.26" ? "Running" : "Succeeded";
    expect(rows).toEqual([
      ["never", "Succeeded", "EvictionByEvictionAPI"],
      ["on-failure", "Succeeded", "EvictionByEvictionAPI"],
      ["always", always, "EvictionByEvictionAPI"],
      ["quick-0", "Succeeded", ""],
    ]);
    expect(figures.steps.at(-1)?.message).toBe("drained: 3 pods evicted, 1 that had ended removed");
  });

  it("have not succeeded either where somebody deletes them", async () => {
    const figures = await drained("1.34", { delete: { target: "Pod/never" } });
    expect(figure(figures, "pods_succeeded_count")).toBe(1);
    expect(figure(figures, "pods_failed_count")).toBe(0);
  });
});
