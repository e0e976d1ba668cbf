import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { parseBytes } from "../../src/api/quantity.js";
import { BOUND_BY_CONTROLLER, type Claim, isFullyBound } from "../../src/api/volumes/claims.js";
import { claim, volume, storageClass, clusterOf, bindings, said } from "./volume-sketches.js";

describe("a claim that is bound without regard to nodes", () => {
  interface Case {
    readonly what: string;
    readonly given: readonly Manifest[];
    readonly bound: readonly string[];
    readonly says?: readonly string[];
  }
  const inDefault = (name: string) => ({ namespace: "default", name });
  const CASES: readonly Case[] = [
    {
      what: "gets the smallest volume that is large enough",
      given: [
        volume("l", { size: "9Gi" }),
        volume("m", { size: "3Gi" }),
        volume("s"),
        claim("c", { class: "", size: "2Gi" }),
      ],
      bound: ["c → m"],
    },
    {
      what: "gets one with few access modes before a smaller one with more",
      given: [
        volume("more", { size: "2Gi", modes: ["ReadWriteOnce", "ReadOnlyMany"] }),
        volume("few", { size: "8Gi" }),
        claim("c", { class: "" }),
      ],
      bound: ["c → few"],
    },
    {
      what: "gets none that lacks one of its access modes, and is told",
      given: [volume("v"), claim("c", { class: "", modes: ["ReadWriteMany"] })],
      bound: [],
      says: [
        "FailedBinding c: no persistent volumes available for this claim and no storage class is set",
      ],
    },
    {
      what: "gets one of its class and labels only",
      given: [
        volume("other", { class: "slow", labels: { tier: "a" } }),
        volume("wrong", { class: "fast", labels: { tier: "b" } }),
        volume("right", { class: "fast", size: "5Gi", labels: { tier: "a" } }),
        claim("c", { class: "fast", selector: { matchLabels: { tier: "a" } } }),
      ],
      bound: ["c → right"],
    },
    {
      what: "gets one of its class of attributes only",
      given: [
        volume("plain"),
        volume("fast", { size: "7Gi", attributes: "fast" }),
        claim("c", { class: "", attributes: "fast" }),
        claim("d", { class: "" }),
      ],
      bound: ["c → fast", "d → plain"],
    },
    {
      what: "gets the volume that is reserved for it, though a smaller one is free",
      given: [
        volume("free"),
        volume("mine", { size: "7Gi", claimRef: inDefault("c") }),
        claim("c", { class: "" }),
      ],
      bound: ["c → mine"],
    },
    {
      what: "gets none that is reserved for another",
      given: [volume("v", { claimRef: inDefault("other") }), claim("c", { class: "" })],
      bound: [],
      says: [
        "FailedBinding c: no persistent volumes available for this claim and no storage class is set",
      ],
    },
    {
      what: "gets the volume that it names",
      given: [
        volume("small"),
        volume("named", { size: "7Gi" }),
        claim("c", { class: "", volumeName: "named" }),
      ],
      bound: ["c → named"],
    },
    {
      what: "that names a volume that is too small waits",
      given: [volume("v"), claim("c", { class: "", size: "2Gi", volumeName: "v" })],
      bound: [],
      says: ['VolumeMismatch c: Cannot bind to requested volume "v": requested PV is too small'],
    },
    {
      what: "that names a volume of another class waits",
      given: [volume("v", { class: "x" }), claim("c", { class: "", volumeName: "v" })],
      bound: [],
      says: [
        'VolumeMismatch c: Cannot bind to requested volume "v": storageClassName does not match',
      ],
    },
    {
      what: "that names another's volume waits",
      given: [
        volume("v", { claimRef: inDefault("first") }),
        claim("c", { class: "", volumeName: "v" }),
      ],
      bound: [],
      says: ['FailedBinding c: volume "v" already bound to a different claim.'],
    },
    {
      what: "of a class that nobody has made may still take a volume of that name",
      given: [
        volume("v", { class: "manual" }),
        claim("c", { class: "manual" }),
        claim("d", { class: "manual" }),
      ],
      bound: ["c → v"],
      says: ['ProvisioningFailed d: storageclass.storage.k8s.io "manual" not found'],
    },
    {
      what: "of a class without a provisioner waits for a volume",
      given: [
        storageClass("local", { provisioner: "kubernetes.io/no-provisioner" }),
        claim("c", { class: "local" }),
      ],
      bound: [],
      says: ["ProvisioningFailed c: no volume plugin matched name: kubernetes.io/no-provisioner"],
    },
    {
      what: "of a class that waits for the first consumer is left to the scheduler",
      given: [
        storageClass("late", { volumeBindingMode: "WaitForFirstConsumer" }),
        volume("v", { class: "late" }),
        claim("c", { class: "late" }),
      ],
      bound: [],
      says: ["WaitForFirstConsumer c: waiting for first consumer to be created before binding"],
    },
    {
      what: "of such a class is bound where a user has reserved a volume",
      given: [
        storageClass("late", { volumeBindingMode: "WaitForFirstConsumer" }),
        volume("v", { class: "late", claimRef: inDefault("c") }),
        claim("c", { class: "late" }),
      ],
      bound: ["c → v"],
    },
  ];

  test.each(CASES)("$what", ({ given, bound, says = [] }) => {
    const cluster = clusterOf(given);
    expect(bindings(cluster)).toEqual(bound);
    for (const text of bound) {
      const [name = "", volumeName = ""] = text.split(" → ");
      const { status, spec } = cluster.get("PersistentVolume", volumeName, "");
      expect(status.phase).toBe("Bound");
      expect(spec.claimRef).toMatchObject({
        name,
        uid: cluster.get("PersistentVolumeClaim", name).uid,
      });
    }
    // What waits is told of once, and nothing more is written.
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(said(cluster)).toEqual(says);
    expect(cluster.writes.length).toBe(writes);
  });

  it("is looked at again, within 15 s, when a volume or a class comes", () => {
    const cluster = clusterOf([claim("c", { class: "late" }), claim("d", { class: "" })]);
    cluster.advance(100);
    cluster.apply(volume("v"));
    cluster.apply(storageClass("late"));
    cluster.advance(2);
    expect(bindings(cluster)).toEqual([]);
    cluster.advance(15);
    expect(bindings(cluster).map((text) => text.slice(0, 1))).toEqual(["c", "d"]);
  });

  it("says which of the two was tied to the other by a user", () => {
    const cluster = clusterOf([
      volume("v"),
      claim("chosen", { class: "" }),
      volume("w"),
      claim("named", { class: "", volumeName: "w" }),
      volume("x", { claimRef: { namespace: "default", name: "reserved" } }),
      claim("reserved", { class: "" }),
    ]);
    const marked = (object: { readonly annotations: Readonly<Record<string, string>> }) =>
      object.annotations[BOUND_BY_CONTROLLER] === "yes";
    const ofClaim = (name: string) => marked(cluster.get("PersistentVolumeClaim", name));
    const ofVolume = (name: string) => marked(cluster.get("PersistentVolume", name, ""));
    expect(["chosen", "named", "reserved"].map(ofClaim)).toEqual([true, false, true]);
    expect(["v", "w", "x"].map(ofVolume)).toEqual([true, true, false]);
  });

  it("matches as many as it can: each volume for one claim, none too small, nobody waits in vain", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, sizes, (wanted, offered) => {
        const cluster = clusterOf([
          ...wanted.map((gi, at) => claim(`c${at}`, { class: "", size: `${gi}Gi` })),
          ...offered.map((gi, at) => volume(`v${at}`, { size: `${gi}Gi` })),
        ]);
        cluster.advance(20);
        const taken = new Map<string, Claim>();
        const waiting: number[] = [];
        for (const one of cluster.all("PersistentVolumeClaim")) {
          const bytes = parseBytes(one.spec.resources!.requests!.storage!);
          if (!isFullyBound(one)) {
            waiting.push(bytes);
            continue;
          }
          const name = one.spec.volumeName!;
          expect(taken.has(name)).toBe(false);
          taken.set(name, one);
          const { spec } = cluster.get("PersistentVolume", name, "");
          expect(spec.claimRef?.uid).toBe(one.uid);
          expect(parseBytes(spec.capacity!.storage!)).toBeGreaterThanOrEqual(bytes);
        }
        const left = cluster.all("PersistentVolume").filter(({ name }) => !taken.has(name));
        for (const { spec, status } of left) {
          expect(status.phase).toBe("Available");
          for (const bytes of waiting)
            expect(parseBytes(spec.capacity!.storage!)).toBeLessThan(bytes);
        }
      }),
      { numRuns: 60 },
    );
  });
});
