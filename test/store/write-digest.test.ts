import { describe, expect, it } from "vitest";
import type { ContainerState, PodVersion } from "../../src/api/pod-version.js";
import { accepted, newServer, object, podManifest } from "./fixture.js";

const create = (manifest: object) => ({ verb: "create", object: object(manifest) }) as const;

/** The digest of a pod and a ReplicaSet that are made, and changed in one way. */
function digestOf(kind: "Pod" | "ReplicaSet", change: object): string {
  const { engine, server } = newServer();
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: podManifest("t").spec };
  const made = {
    Pod: accepted<PodVersion>(server, create(podManifest("a"))),
    ReplicaSet: accepted(
      server,
      create({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: "web", namespace: "default" },
        spec: { selector: { matchLabels: labels }, template },
      }),
    ),
  };
  accepted(server, { verb: "patch", target: made[kind], change });
  return engine.digest.hex();
}

const condition = (change: object = {}) => ({
  setConditions: [
    {
      type: "Ready",
      status: "True",
      lastTransitionTimeMicros: 1,
      reason: "A",
      message: "a",
      ...change,
    },
  ],
});

const container = (change: Partial<ContainerState> = {}) => ({
  status: {
    containers: [
      {
        name: "main",
        ready: false,
        restartCount: 0,
        startedAtMicros: 1,
        finishedAtMicros: 2,
        exitCode: 0,
        reason: "Completed",
        ...change,
      },
    ],
  },
});

/** Two changes that differ in one stored value. */
const DIFFERENCES: readonly [string, "Pod" | "ReplicaSet", object, object][] = [
  ["a label", "ReplicaSet", { labels: { x: "1" } }, { labels: { x: "2" } }],
  ["an annotation", "ReplicaSet", { annotations: { x: "1" } }, { annotations: { x: "2" } }],
  ["a finalizer", "ReplicaSet", { finalizers: ["x/1"] }, { finalizers: ["x/2"] }],
  ["a status", "ReplicaSet", { status: { replicas: 1 } }, { status: { replicas: 2 } }],
  [
    "a condition of a status",
    "ReplicaSet",
    { status: { replicas: 1, conditions: [{ type: "ReplicaFailure", status: "True" }] } },
    { status: { replicas: 1, conditions: [{ type: "ReplicaFailure", status: "False" }] } },
  ],
  ["a pod's phase", "Pod", { phase: "Running" }, { phase: "Failed" }],
  ["a pod's nominated node", "Pod", { nominatedNodeName: "a" }, { nominatedNodeName: "b" }],
  ["a pod's address", "Pod", { status: { podIP: "10.0.0.1" } }, { status: { podIP: "10.0.0.2" } }],
  ["the reason of a pod's end", "Pod", { status: { reason: "A" } }, { status: { reason: "B" } }],
  ["a pod's condition", "Pod", condition(), condition({ status: "False" })],
  ["when it changed", "Pod", condition(), condition({ lastTransitionTimeMicros: 2 })],
  ["why it changed", "Pod", condition(), condition({ reason: "B" })],
  ["what it says", "Pod", condition(), condition({ message: "b" })],
  ["that there is a condition", "Pod", { labels: {} }, condition()],
  ["a container's restarts", "Pod", container(), container({ restartCount: 1 })],
  ["a container's readiness", "Pod", container(), container({ ready: true })],
  ["a container's exit code", "Pod", container(), container({ exitCode: 1 })],
  ["a container's start", "Pod", container(), container({ startedAtMicros: 0 })],
];

describe("the digest of a run", () => {
  it.each(DIFFERENCES)("tells %s from another", (_what, kind, one, other) => {
    expect(digestOf(kind, one)).toBe(digestOf(kind, one));
    expect(digestOf(kind, one)).not.toBe(digestOf(kind, other));
  });
});
