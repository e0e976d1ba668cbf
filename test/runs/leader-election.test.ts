import { describe, expect, it } from "vitest";
import type { ObjectVersion } from "../../src/api/object-version.js";
import { UNOBSERVED } from "../../src/record/cluster-observer.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

function contents(election: string, more: string): Record<string, string> {
  return {
    "election.yaml": `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: election }
spec:
  duration: 5m
  cluster: { nodePools: [{ name: general, nodes: 3, capacity: { cpu: "2", memory: 4Gi } }] }
  scheduler: { ties: first }
  manifests: [controller.yaml]
  behavior:
    - match: { labels: { app: controller } }
      leaderElection: ${election}
  ${more}
`,
    "controller.yaml": `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: controller }
spec:
  replicas: 3
  selector: { matchLabels: { app: controller } }
  template:
    metadata: { labels: { app: controller } }
    spec: { containers: [{ name: manager, image: "controller:1", resources: { requests: { cpu: "1" } } }] }
`,
  };
}

/** What is told of who leads, and every write of the Lease. */
async function elected(election: string, more: string) {
  const told: { readonly isHeld: boolean; readonly seconds: number }[] = [];
  const leases: { readonly lease: ObjectVersion<"Lease">; readonly seconds: number }[] = [];
  const observer = {
    ...UNOBSERVED,
    leadership: (_lease: unknown, isHeld: boolean, time: number) =>
      void told.push({ isHeld, seconds: time / 1e6 }),
    objectChanged: (_before: unknown, after: { readonly kind: string } | null, time: number) => {
      if (after?.kind !== "Lease") return;
      leases.push({ lease: after as ObjectVersion<"Lease">, seconds: time / 1e6 });
    },
  };
  const world = await worldOf(await loadedFromMemory(contents(election, more)), { observer });
  world.run();
  /** Times without a leader, but the first. */
  const gaps = told.flatMap(({ isHeld, seconds }, i) =>
    isHeld && i > 1 ? [seconds - told[i - 1]!.seconds] : [],
  );
  return { told, leases, gaps };
}

const AT = (step: string) => `timeline: [{ at: 1m, ${step} }]`;

describe("the election of a leader", () => {
  it("has one leader, the first that asks, who renews every retry period", async () => {
    const { told, leases } = await elected("{ lease: lock }", "");
    expect(told.map(({ isHeld }) => isHeld)).toEqual([false, true]);
    expect(new Set(leases.map(({ lease }) => lease.spec.holderIdentity))).toEqual(
      new Set(["controller-0_0"]),
    );
    const gaps = leases.slice(1).map(({ seconds }, i) => seconds - leases[i]!.seconds);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...gaps)).toBeLessThan(2.1);
  });

  it.each([
    // Between the last renewal and the crash up to 2 s; to the next look of another one up to 2.2 times the period.
    ["its machine crashes", "{ lease: lock }", "failNode: { node: general-0 }", 13, 19.5],
    ["it is told to end", "{ lease: lock }", "delete: { target: Pod/controller-0 }", 12, 19.5],
    [
      "it is told to end and gives the Lease back",
      "{ lease: lock, release: true }",
      "delete: { target: Pod/controller-0 }",
      0,
      4.5,
    ],
    // It leads on for up to 12 s; the others wait for 15 s.
    ["it is cut off", "{ lease: lock }", "failNode: { node: general-0, fault: partition }", 1, 9.5],
    [
      "its Lease is longer",
      "{ lease: lock, leaseDuration: 40s }",
      "failNode: { node: general-0 }",
      38,
      44.5,
    ],
  ])("passes the lead on when %s", async (_, election, step, least, most) => {
    const { told, leases, gaps } = await elected(election, AT(step));
    expect(told.map(({ isHeld }) => isHeld)).toEqual([false, true, false, true]);
    expect(gaps[0]).toBeGreaterThanOrEqual(least);
    expect(gaps[0]).toBeLessThanOrEqual(most);
    expect(leases.at(-1)!.lease.spec).toMatchObject({ leaseTransitions: 1 });
    expect(leases.at(-1)!.lease.spec.holderIdentity).not.toBe("controller-0_0");
  });

  it.each([
    ["{ lease: lock, leaseDuration: 10s }", "must be longer than `renewDeadline`"],
    ["{ lease: lock, retryPeriod: 9s }", "must be longer than 1.2 times `retryPeriod`"],
    ["{}", "leaderElection.lease"],
  ])("refuses %s", async (election, message) => {
    await expect(elected(election, "")).rejects.toThrow(message);
  });
});
