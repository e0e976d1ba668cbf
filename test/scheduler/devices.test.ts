import { describe, expect, test } from "vitest";
import type { PreBindPlugin } from "../../src/scheduler/framework/interfaces.js";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const API = "resource.k8s.io/v1";
const FINALIZER = "resource.kubernetes.io/delete-protection";

const deviceClass = {
  apiVersion: API,
  kind: "DeviceClass",
  metadata: { name: "gpu" },
  spec: { extendedResourceName: "example.com/gpu" },
};
const slice = {
  apiVersion: API,
  kind: "ResourceSlice",
  metadata: { name: "n-gpus" },
  spec: {
    driver: "gpu.example.com",
    nodeName: "n",
    pool: { name: "n", generation: 1, resourceSliceCount: 1 },
    devices: [{ name: "gpu-0" }],
  },
};
const claim = {
  apiVersion: API,
  kind: "ResourceClaim",
  metadata: { name: "c", namespace: "default" },
  spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } },
};
const claiming = podManifest("p", { resourceClaims: [{ name: "c", resourceClaimName: "c" }] });

/** Refuses the first pod that it is asked about, after the plugins before it have written. */
class RefusesOnce implements PreBindPlugin {
  readonly name = "RefusesOnce";
  private asked = 0;

  preBind() {
    this.asked += 1;
    const once = this.asked === 1 ? "not now" : null;
    return {
      steps: [{ write: () => once }],
      pollMicros: 1,
      looksAtOnce: true,
      timeoutMicros: 1,
      timedOut: "",
      failure: "",
    };
  }
}

function world(minor: number, refuses = false): SchedulerWorld {
  const objects = [nodeManifest("n"), deviceClass, slice];
  if (!refuses) return new SchedulerWorld(objects, { minor }).create(claim);
  const cluster = new SchedulerWorld(objects, {
    minor,
    profiles: [{ plugins: { preBind: { enabled: [{ name: "RefusesOnce" }] } } }],
    plugins: [
      {
        name: "RefusesOnce",
        extensionPoints: { preBind: true },
        factory: () => new RefusesOnce(),
      },
    ],
  });
  return cluster.create(claim);
}

/** Somebody else writes to the claim every half millisecond. */
function disturbed(cluster: SchedulerWorld, untilSeconds: number, patch: object = {}) {
  for (let i = 1; i * 0.0005 <= untilSeconds; i += 1) {
    const metadata = { labels: { seen: `${i}` } };
    cluster.at(i * 0.0005, () => cluster.merge("c", { metadata, ...patch }, "ResourceClaim"));
  }
  return cluster;
}

const reservedFor = (cluster: SchedulerWorld) =>
  (cluster.find("ResourceClaim", "c")!.status?.reservedFor ?? []).map(({ name }) => name);

describe.each([34, 37])("under 1.%i, a claim that somebody else writes to", (minor) => {
  test("is read again, and gets its devices all the same", () => {
    const cluster = disturbed(world(minor), 0.006);
    cluster.create(claiming).until(1);
    expect(cluster.attempts).toEqual([expect.stringMatching(/^0\.0\d p scheduled$/)]);
    expect(cluster.pod("p").nodeName).toBe("n");
    const { labels, finalizers, status } = cluster.find("ResourceClaim", "c")!;
    expect(labels.seen).toBe("12");
    expect(finalizers).toEqual([FINALIZER]);
    expect(status?.allocation?.devices?.results).toMatchObject([{ device: "gpu-0" }]);
    expect(reservedFor(cluster)).toEqual(["p"]);
  });

  test("is given up after five attempts, and the pod is tried again", () => {
    const cluster = disturbed(world(minor), 0.2);
    cluster.create(claiming).until(0.5);
    expect(cluster.attempts).toEqual([expect.stringMatching(/ p error$/)]);
    expect(cluster.why("p")).toMatch(
      /running PreBind plugin "DynamicResources": .*"c".* the object has been modified/,
    );
    cluster.until(5);
    expect(cluster.pod("p").nodeName).toBe("n");
  });

  test("and deletes it, has nothing for the pod", () => {
    const cluster = disturbed(world(minor), 0.006);
    cluster.at(0.007, () => cluster.remove("c", "ResourceClaim"));
    cluster.create(claiming).until(0.5);
    expect(cluster.why("p")).toMatch(
      /resourceclaims?(\.resource\.k8s\.io)? "c" (not found|is being deleted)|got deleted/,
    );
    expect(cluster.pod("p").nodeName).toBe("");
  });
});

describe.each([34, 37])("under 1.%i, a pod that is not bound after all", (minor) => {
  test("leaves its claim's devices to others", () => {
    const cluster = world(minor, true);
    cluster.create(claiming).until(0.5);
    expect(cluster.attempts).toEqual([expect.stringMatching(/ p error$/)]);
    expect(reservedFor(cluster)).toEqual([]);
    expect(cluster.find("ResourceClaim", "c")!.status?.allocation).toBeDefined();
    cluster.until(5);
    expect(cluster.pod("p").nodeName).toBe("n");
    expect(reservedFor(cluster)).toEqual(["p"]);
  });
});

test("a claim that was made for the extended resources of a pod that is not bound is deleted", () => {
  const cluster = world(37, true);
  const resources = { "example.com/gpu": "1" };
  const container = {
    name: "main",
    image: "app:1",
    resources: { requests: resources, limits: resources },
  };
  cluster.create(podManifest("p", { containers: [container] })).until(0.5);
  expect(cluster.attempts).toEqual([expect.stringMatching(/ p error$/)]);
  expect(cluster.all("ResourceClaim").map(({ name }) => name)).toEqual(["c"]);
  cluster.until(5);
  expect(cluster.pod("p").nodeName).toBe("n");
  const name = cluster.pod("p").status.extendedResourceClaimStatus?.resourceClaimName;
  expect(cluster.all("ResourceClaim").map((one) => one.name)).toEqual(["c", name]);
});
