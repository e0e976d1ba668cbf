import type { AllocationResult, ResourceClaimSpec } from "../../src/api/devices.js";
import type { ObjectVersion, VersionOf } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { decisionsASecond, number } from "./print.js";
import type { Targets } from "./targets.js";
import { BenchWorld, benchMeta, benchNode, benchPod, type Form } from "./world.js";

const NODES = 5_000;
const GPUS = 8;
const DRIVER = "gpu.example.com";
/** Pods that have devices while it is measured. */
const STANDING = 2_000;
const MINOR = 37;

interface Standing {
  readonly pod: PodVersion;
  readonly claim: VersionOf<"ResourceClaim">;
}

/** What pods claim: one device of two sizes, or two devices of one kind of bus. */
const CLAIMS: readonly ResourceClaimSpec[] = [
  {
    devices: { requests: [{ name: "gpu", exactly: exactly(1) }] },
  },
  {
    devices: {
      requests: [
        {
          name: "gpu",
          exactly: exactly(
            1,
            `device.capacity["${DRIVER}"].memory.compareTo(quantity("80Gi")) >= 0`,
          ),
        },
      ],
    },
  },
  {
    devices: {
      requests: [{ name: "gpu", exactly: exactly(2) }],
      constraints: [{ requests: ["gpu"], matchAttribute: `${DRIVER}/socket` }],
    },
  },
];

function exactly(count: number, expression?: string) {
  const selectors = expression === undefined ? [] : [{ cel: { expression } }];
  return { deviceClassName: "gpu", allocationMode: "ExactCount", count, selectors };
}

/** Workload g: pods that claim GPUs, each with a claim of its own, as templates make them. */
export function devices(millis: number, targets: Targets): void {
  const all = new DeviceChurn(100);
  const some = new DeviceChurn(0);
  const rates = [all, some].map((churn) => churn.measure("fast", millis));
  const plain = all.measure("plain", millis);
  console.log(
    `g, pods with claims, ${number(NODES)} nodes of ${GPUS} GPUs: ${number(rates[0]!)}/s with all nodes scored, ` +
      `${number(rates[1]!)}/s by default, plain ${number(plain)}/s`,
  );
  targets.atLeast("g, claims of devices, 5,000 nodes, all scored: decisions/s", rates[0]!, 200);
}

class DeviceChurn {
  private readonly world: BenchWorld;
  private readonly standing: Standing[] = [];
  private oldest = 0;
  private next = 0;

  constructor(percentage: number) {
    this.world = new BenchWorld({ percentageOfNodesToScore: percentage, minor: MINOR });
    const { state, tables } = this.world;
    tables.deviceClasses.set({
      ...benchMeta("", "gpu", {}),
      kind: "DeviceClass",
      spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
      status: {},
    } as unknown as ObjectVersion<"DeviceClass">);
    for (let i = 0; i < NODES; i += 1) {
      const name = `node-${i}`;
      state.addNode(benchNode(name, { cpu: "64", memory: "512Gi", labels: {} }));
      tables.resourceSlices.set(sliceOf(name, i));
    }
    while (this.standing.length < STANDING) this.place("fast", false);
  }

  /** Decisions for a second of processor time. */
  measure(form: Form, millis: number): number {
    return decisionsASecond(millis, () => this.place(form, true));
  }

  /** Decides, reserves the devices, and writes the claim, as the scheduler does. */
  private place(form: Form, remove: boolean): void {
    const { world, next } = this;
    const { state, tables } = world;
    const framework = form === "fast" ? world.framework : world.plainFramework;
    this.next += 1;
    const spec = CLAIMS[next % CLAIMS.length]!;
    const made = benchPod(`pod-${next}`, { app: `app-${next % CLAIMS.length}` }, podSpec(next));
    const pod = made.next({
      status: {
        ...made.status,
        resourceClaimStatuses: [{ name: "gpu", resourceClaimName: `pod-${next}-gpu` }],
      },
    });
    const owner = { apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid, controller: true };
    const claim = {
      ...benchMeta("default", `pod-${next}-gpu`, {}),
      ownerReferences: [owner],
      kind: "ResourceClaim",
      spec,
      status: {},
    } as unknown as VersionOf<"ResourceClaim">;
    tables.resourceClaims.set(claim);
    const info = state.podInfos.podInfo(pod);
    const outcome = world.schedule(form, info);
    if (outcome.kind !== "scheduled") throw new Error(`${pod.name}: ${outcome.kind}`);
    framework.runReservePlugins(outcome.state, info, outcome.node.name);
    const allocation: AllocationResult | undefined = tables.resourceClaims.pendingAllocation(
      claim.uid,
    );
    if (allocation === undefined) throw new Error(`${pod.name} has no devices`);
    tables.resourceClaims.endAllocation(claim.uid);
    const reservedFor = [{ resource: "pods", name: pod.name, uid: pod.uid }];
    const allocated = { ...claim, resourceVersion: 2, status: { allocation, reservedFor } };
    tables.resourceClaims.set(allocated);
    const bound = pod.next({ nodeName: outcome.node.name });
    state.placePod(info, bound, outcome.node);
    if (!remove) {
      this.standing.push({ pod: bound, claim: allocated });
      return;
    }
    const gone = this.standing[this.oldest]!;
    state.removePod(gone.pod.uid);
    tables.resourceClaims.delete("default", gone.claim.name);
    this.standing[this.oldest] = { pod: bound, claim: allocated };
    this.oldest = (this.oldest + 1) % this.standing.length;
  }
}

const SPECS = CLAIMS.map(() => ({
  containers: [
    {
      name: "main",
      image: "img",
      resources: { requests: { cpu: "1", memory: "4Gi" }, claims: [{ name: "gpu" }] },
    },
  ],
  resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "gpu" }],
}));

const podSpec = (i: number) => SPECS[i % SPECS.length]!;

function sliceOf(node: string, i: number): VersionOf<"ResourceSlice"> {
  const memory = i % 2 === 0 ? "80Gi" : "40Gi";
  const gpus = Array.from({ length: GPUS }, (_, gpu) => ({
    name: `gpu-${gpu}`,
    attributes: { socket: { int: gpu >> 2 }, model: { string: i % 2 === 0 ? "large" : "small" } },
    capacity: { memory: { value: memory } },
  }));
  return {
    ...benchMeta("", `${node}-gpus`, {}),
    kind: "ResourceSlice",
    spec: {
      driver: DRIVER,
      nodeName: node,
      pool: { name: node, generation: 1, resourceSliceCount: 1 },
      devices: gpus,
    },
    status: {},
  } as unknown as VersionOf<"ResourceSlice">;
}
