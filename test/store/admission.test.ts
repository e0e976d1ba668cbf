import { describe, expect, it } from "vitest";
import { type PodVersion, podCondition } from "../../src/api/pod-version.js";
import { accepted, newServer, object, podManifest, refused } from "./fixture.js";

const create = (manifest: object) => ({ verb: "create", object: object(manifest) }) as const;

function priorityClass(name: string, value: number, more: object = {}) {
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    ...more,
  };
}

describe("a PriorityClass as the global default", () => {
  const byDefault = { globalDefault: true };
  const text = (name: string) =>
    `Forbidden: priorityclasses.scheduling.k8s.io "${name}" is forbidden: ` +
    "PriorityClass usual is already marked as default. Only one default can exist";

  it("is the only one, whether another is made or becomes it", () => {
    const { server } = newServer();
    accepted(server, create(priorityClass("usual", 10, byDefault)));
    expect(refused(server, create(priorityClass("other", 20, byDefault)))).toBe(text("other"));
    accepted(server, create(priorityClass("third", 30)));
    const manifest = priorityClass("third", 30, byDefault);
    expect(refused(server, { verb: "apply", manifest })).toBe(text("third"));
  });

  it("stays it when it is applied again, and makes room when it no longer is", () => {
    const { server } = newServer();
    accepted(server, create(priorityClass("usual", 10, byDefault)));
    const described = priorityClass("usual", 10, { ...byDefault, description: "for all" });
    accepted(server, { verb: "apply", manifest: described });
    const plain = priorityClass("usual", 10, { globalDefault: false });
    accepted(server, { verb: "apply", manifest: plain });
    accepted(server, create(priorityClass("other", 20, byDefault)));
    const pod = accepted<PodVersion>(server, create(podManifest("a")));
    expect(pod.spec.priorityClassName).toBe("other");
  });

  it("is 0 if it says no value", () => {
    const { server } = newServer();
    const valueless = priorityClass("usual", 0, { ...byDefault, value: undefined });
    accepted(server, create(valueless));
    const pod = accepted<PodVersion>(server, create(podManifest("a")));
    expect([pod.spec.priority, pod.spec.priorityClassName]).toEqual([0, "usual"]);
  });
});

describe("scheduling gates", () => {
  const gated = podManifest("a", { schedulingGates: [{ name: "hold" }] });

  it("are told in the pod's first status, and keep it from being bound", () => {
    const { server } = newServer();
    const pod = accepted<PodVersion>(server, create(gated));
    expect(podCondition(pod, "PodScheduled")).toMatchObject({
      status: "False",
      reason: "SchedulingGated",
      message: "Scheduling is blocked due to non-empty scheduling gates",
    });
    expect(refused(server, { verb: "bind", target: pod, nodeName: "n1" })).toMatch(
      /^Conflict: .*: pod a has non-empty \.spec\.schedulingGates$/,
    );
  });
});
