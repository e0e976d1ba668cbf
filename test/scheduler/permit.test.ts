import { describe, expect, it } from "vitest";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type {
  Handle,
  PermitPlugin,
  PermitResult,
} from "../../src/scheduler/framework/interfaces.js";
import { Status } from "../../src/scheduler/framework/status.js";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const THROUGH: PermitResult = { status: null, timeoutMicros: 0 };

type Rule = (pod: string, handle: Handle) => PermitResult;

/** A scheduler on nodes of 2 cpu with Permit plugins of these names and rules. */
function world(nodes: number, rules: Readonly<Record<string, Rule>>): SchedulerWorld {
  const plugins = Object.entries(rules).map(([name, rule]) => ({
    name,
    extensionPoints: { permit: true } as const,
    factory: (_: unknown, handle: Handle): PermitPlugin => ({
      name,
      permit: (_state, { pod }) => rule(pod.name, handle),
    }),
  }));
  const enabled = Object.keys(rules).map((name) => ({ name }));
  const profiles = [{ plugins: { permit: { enabled } } }];
  const manifests = Array.from({ length: nodes }, (_, i) => nodeManifest(`n${i}`));
  return new SchedulerWorld(manifests, { profiles, plugins });
}

const wait = (plugin: string, seconds: number): PermitResult => ({
  status: new Status("Wait", [], plugin),
  timeoutMicros: seconds * MICROS_PER_SECOND,
});

const refusal = (plugin: string, reason: string): PermitResult => ({
  status: new Status("Unschedulable", [reason], plugin),
  timeoutMicros: 0,
});

const waitingIn = ({ waitingPods }: Handle, pod: string) =>
  [...waitingPods.values()].find((one) => one.pod.pod.name === pod);

const scheduled = (cluster: SchedulerWorld, pod: string) =>
  cluster.attempts.find((attempt) => attempt.endsWith(`${pod} scheduled`));

describe("a pod that Permit tells to wait", () => {
  it("is bound once another pod's plugin lets it go, and keeps its node until then", () => {
    const cluster = world(2, {
      Gang: (pod, handle) => {
        if (pod === "first") return wait("Gang", 60);
        if (pod === "second") waitingIn(handle, "first")?.allow("Gang");
        return THROUGH;
      },
    });
    cluster.create(podManifest("first", { cpu: "2" }));
    cluster.until(5);
    expect(scheduled(cluster, "first")).toBeUndefined();
    cluster.create(podManifest("second", { cpu: "2" }), podManifest("third", { cpu: "2" }));
    cluster.until(10);
    expect(scheduled(cluster, "first")).toMatch(/^5(\.\d+)? /);
    expect([cluster.pod("first").nodeName, cluster.pod("second").nodeName].sort()).toEqual([
      "n0",
      "n1",
    ]);
    expect(cluster.pod("third").nodeName).toBe("");
  });

  it("waits for all plugins that hold it", () => {
    const handles: Handle[] = [];
    const cluster = world(1, {
      One: (_pod, handle) => {
        handles.push(handle);
        return wait("One", 60);
      },
      Two: () => wait("Two", 30),
    });
    cluster.create(podManifest("p"));
    cluster.at(3, () => waitingIn(handles[0]!, "p")!.allow("One"));
    cluster.at(4, () => {
      expect(waitingIn(handles[0]!, "p")!.pendingPlugins).toEqual(["Two"]);
      waitingIn(handles[0]!, "p")!.allow("One");
    });
    cluster.at(7, () => waitingIn(handles[0]!, "p")!.allow("Two"));
    cluster.until(20);
    expect(scheduled(cluster, "p")).toMatch(/^7(\.\d+)? /);
    expect([...handles[0]!.waitingPods.values()]).toEqual([]);
  });

  it("is unschedulable when the first of their times is up, and gives its room back", () => {
    const cluster = world(1, {
      One: (pod) => (pod === "p" ? wait("One", 90) : THROUGH),
      Two: (pod) => (pod === "p" ? wait("Two", 5) : THROUGH),
    });
    cluster.create(podManifest("p", { cpu: "2" }));
    cluster.at(1, () => cluster.create(podManifest("other", { cpu: "2" })));
    cluster.until(20);
    const words =
      "0/1 nodes are available: 1 rejected due to timeout after waiting 5s at plugin Two.";
    expect(cluster.events.some((event) => event.startsWith("p ") && event.includes(words))).toBe(
      true,
    );
    expect(cluster.attempts).toContainEqual(expect.stringMatching(/^5(\.\d+)? p unschedulable/));
    expect(cluster.pod("other").nodeName).toBe("n0");
  });

  it("is refused by any plugin, with its words", () => {
    const handles: Handle[] = [];
    const cluster = world(1, {
      One: (_pod, handle) => {
        handles.push(handle);
        return wait("One", 60);
      },
    });
    cluster.create(podManifest("p"));
    cluster.at(2, () => waitingIn(handles[0]!, "p")!.reject("Other", "the gang is not complete"));
    cluster.until(3);
    expect(
      cluster.events.some((event) =>
        event.includes("0/1 nodes are available: 1 the gang is not complete."),
      ),
    ).toBe(true);
  });

  it("waits no longer when it is deleted", () => {
    const handles: Handle[] = [];
    const cluster = world(1, {
      One: (pod, handle) => {
        handles.push(handle);
        return pod === "p" ? wait("One", 600) : THROUGH;
      },
    });
    cluster.create(podManifest("p", { cpu: "2" }));
    cluster.until(2);
    cluster.remove("p").create(podManifest("other", { cpu: "2" }));
    cluster.until(10);
    expect([...handles[0]!.waitingPods.values()]).toEqual([]);
    expect(cluster.pod("other").nodeName).toBe("n0");
  });
});

it("a pod that Permit refuses at once is unschedulable by that plugin", () => {
  const cluster = world(1, { No: () => refusal("No", "not today") });
  cluster.create(podManifest("p"));
  cluster.until(3);
  expect(cluster.events.some((e) => e.includes("0/1 nodes are available: 1 not today."))).toBe(
    true,
  );
  expect(cluster.attempts[0]).toContain("p unschedulable");
});
