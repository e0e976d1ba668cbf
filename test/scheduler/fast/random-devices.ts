import type {
  AllocationResult,
  DeviceDemand,
  ResourceClaimSpec,
} from "../../../src/api/devices.js";
import type { GenericKind } from "../../../src/api/kinds.js";
import type { VersionOf } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import type { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import type { Framework } from "../../../src/scheduler/framework/runtime.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { ReserveDevices } from "../../../src/scheduler/plugins/dynamic-resources/device-steps.js";
import { buildObject } from "../../conformance/scheduler/objects.js";
import type { Dice, Template, World } from "./random-cluster.js";

const DRIVER = "gpu.example.com";
const CLASSES = ["gpu", "part", "nic"] as const;
/** What a class serves as an extended resource where the version has it. */
const SERVED = "example.com/device-0";
const SHARED = 3;

type Placement = readonly {
  readonly claim: string;
  readonly allocation: AllocationResult | null;
}[];

const selector = (expression: string): object => ({ cel: { expression } });
const ofType = (type: string): object =>
  selector(`device.attributes["${DRIVER}"].type == "${type}"`);

/** Drivers that publish devices of a random cluster's nodes, and pods that claim them. */
export class RandomDevices {
  private slices = 0;
  private readonly claimsOf = new Map<string, readonly string[]>();

  constructor(
    private readonly dice: Dice,
    private readonly world: World,
  ) {
    for (const name of CLASSES) {
      const extended = name === "gpu" ? { extendedResourceName: SERVED } : {};
      this.set("DeviceClass", {
        metadata: { name },
        spec: { selectors: [ofType(name)], ...extended },
      });
    }
    for (let i = 0; i < SHARED; i += 1) {
      const metadata = { namespace: "default", name: `shared-${i}` };
      this.set("ResourceClaim", { metadata, spec: this.claimSpec() });
    }
  }

  private set(kind: GenericKind, raw: object): void {
    const table = {
      DeviceClass: this.world.listers.deviceClasses,
      ResourceClaim: this.world.listers.resourceClaims,
      ResourceSlice: this.world.listers.resourceSlices,
    }[kind as "DeviceClass"];
    table.set(buildObject(kind, raw as never) as never);
  }

  /** The template, and in half of the cases what its pods claim. */
  claiming(template: Template): Template {
    const { dice } = this;
    if (template.namespace !== "default" || dice.chance(50)) return template;
    const own = { name: "own", resourceClaimTemplateName: "own" };
    const shared = { name: "shared", resourceClaimName: `shared-${dice.int(SHARED)}` };
    const resourceClaims = dice.chance(75) ? [own] : dice.chance(50) ? [shared] : [own, shared];
    return { ...template, spec: { ...template.spec, resourceClaims } as Template["spec"] };
  }

  private demand(): DeviceDemand {
    const { dice } = this;
    const deviceClassName = dice.chance(96) ? dice.one(["gpu", "part", "part", "nic"]) : "ghost";
    const selectors = dice.chance(30)
      ? [
          selector(
            dice.one([
              `device.capacity["${DRIVER}"].memory.compareTo(quantity("20Gi")) >= 0`,
              `device.attributes["${DRIVER}"].index != 0`,
              `device.attributes["${DRIVER}"].missing == "x"`,
            ]),
          ),
        ]
      : [];
    const amount = dice.chance(8)
      ? { allocationMode: "All" }
      : { allocationMode: "ExactCount", count: dice.chance(80) ? 1 : 2 };
    const tolerations = dice.chance(20) ? [{ key: "worn", operator: "Exists" }] : [];
    return { deviceClassName, selectors, tolerations, ...amount } as unknown as DeviceDemand;
  }

  private claimSpec(): ResourceClaimSpec {
    const { dice } = this;
    const requests = Array.from({ length: dice.chance(80) ? 1 : 2 }, (_, i) =>
      dice.chance(75)
        ? { name: `r${i}`, exactly: this.demand() }
        : {
            name: `r${i}`,
            firstAvailable: ["a", "b"].map((name) => ({ name, ...this.demand() })),
          },
    );
    const match = { requests: [], matchAttribute: `${DRIVER}/socket` };
    const constraints = dice.chance(20) ? [match] : [];
    return { devices: { requests, constraints } } as unknown as ResourceClaimSpec;
  }

  /** What the node's driver publishes, anew: nothing, or devices whole and in parts. */
  publish(nodeName: string): void {
    const { dice, world } = this;
    const name = `${nodeName}-devices`;
    world.listers.resourceSlices.delete("", name);
    if (dice.chance(25)) return;
    this.slices += 1;
    const gpus = 1 + dice.int(2);
    const counters = Array.from({ length: gpus }, (_, i) => this.counters(i));
    const partitions = world.features.DRAPartitionableDevices && dice.chance(60);
    const devices = Array.from({ length: gpus }, (_, i) => this.gpu(i, partitions)).flat();
    const spec = {
      driver: DRIVER,
      nodeName,
      pool: { name: nodeName, generation: this.slices, resourceSliceCount: partitions ? 2 : 1 },
    };
    this.set("ResourceSlice", { metadata: { name }, spec: { ...spec, devices } });
    const others = `${nodeName}-counters`;
    world.listers.resourceSlices.delete("", others);
    // Now and then a pool is not complete.
    if (!partitions || dice.chance(5)) return;
    this.set("ResourceSlice", {
      metadata: { name: others },
      spec: { ...spec, sharedCounters: counters },
    });
  }

  private counters(gpu: number): object {
    return { name: `gpu-${gpu}`, counters: { slices: { value: "3" } } };
  }

  private gpu(index: number, partitions: boolean): readonly object[] {
    const { dice, world } = this;
    const uses = (value: string): object =>
      partitions
        ? { consumesCounters: [{ counterSet: `gpu-${index}`, counters: { slices: { value } } }] }
        : {};
    const device = (name: string, type: string, gibibytes: number, slices: string): object => ({
      name,
      attributes: {
        type: { string: type },
        index: { int: index },
        ...(dice.chance(80) ? { socket: { string: `s${index % 2}` } } : {}),
      },
      capacity: { memory: { value: `${gibibytes}Gi` } },
      ...uses(slices),
      ...(world.features.DRADeviceTaints && dice.chance(10)
        ? { taints: [{ key: "worn", effect: "NoSchedule" }] }
        : {}),
    });
    return [
      device(`gpu-${index}`, "gpu", 40, "3"),
      device(`gpu-${index}-part-0`, "part", 20, "1"),
      device(`gpu-${index}-part-1`, "part", 10, "1"),
      ...(dice.chance(40) ? [device(`nic-${index}`, "nic", 1, "0")] : []),
    ];
  }

  forget(nodeName: string): void {
    for (const name of ["devices", "counters"]) {
      this.world.listers.resourceSlices.delete("", `${nodeName}-${name}`);
    }
  }

  /** The pod with a claim of its own, as the controller of claims makes it. */
  withClaims(pod: PodVersion): PodVersion {
    const claims = pod.spec.resourceClaims ?? [];
    if (!claims.some(({ name }) => name === "own")) return pod;
    const name = `${pod.name}-own`;
    const owner = { apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid, controller: true };
    const metadata = {
      namespace: pod.namespace,
      name,
      uid: `${pod.uid}-own`,
      ownerReferences: [owner],
    };
    this.set("ResourceClaim", { metadata, spec: this.claimSpec() });
    this.claimsOf.set(pod.uid, [name]);
    const resourceClaimStatuses = [{ name: "own", resourceClaimName: name }];
    return pod.next({ status: { ...pod.status, resourceClaimStatuses } });
  }

  /** What the pod's claims would get on the node. */
  placement(
    framework: Framework,
    { state, pod }: { readonly state: CycleState; readonly pod: PodVersion },
    nodeName: string,
  ): Placement {
    const info = this.world.state.podInfos.podInfo(pod);
    const reserved = framework.runReservePlugins(state, info, nodeName);
    if (reserved !== null) throw new Error(`Reserve failed: ${reserved.message}`);
    const plans = framework.runPreBindPlugins(state, info, nodeName);
    framework.runUnreservePlugins(state, info, nodeName);
    if (plans instanceof Status) throw new Error(`PreBind failed: ${plans.message}`);
    return plans.flatMap(({ plan }) =>
      plan.steps
        .filter((step) => step instanceof ReserveDevices)
        .map(({ claim, allocation }) => ({ claim, allocation })),
    );
  }

  /** Writes what the pod's claims get; of extended resources into a claim that stands for them. */
  write(pod: PodVersion, placement: Placement): void {
    const { resourceClaims } = this.world.listers;
    for (const { claim: key, allocation } of placement) {
      const name = key === "" ? `${pod.name}-extended` : key.split("/")[1]!;
      const metadata = { namespace: pod.namespace, name, uid: `${pod.uid}-extended` };
      const known: VersionOf<"ResourceClaim"> =
        resourceClaims.get(pod.namespace, name) ??
        buildObject("ResourceClaim", { metadata, spec: {} } as never);
      if (key === "") this.claimsOf.set(pod.uid, [...(this.claimsOf.get(pod.uid) ?? []), name]);
      const given = known.status?.allocation ?? allocation ?? undefined;
      const consumer = { resource: "pods", name: pod.name, uid: pod.uid };
      const reservedFor = [...(known.status?.reservedFor ?? []), consumer];
      const status = { reservedFor, ...(given === undefined ? {} : { allocation: given }) };
      resourceClaims.set({ ...known, resourceVersion: known.resourceVersion + 1, status });
    }
  }

  /** The pod is gone: its own claims go, and a shared one without other users loses its devices. */
  free(pod: PodVersion): void {
    const { resourceClaims } = this.world.listers;
    for (const name of this.claimsOf.get(pod.uid) ?? []) resourceClaims.delete(pod.namespace, name);
    this.claimsOf.delete(pod.uid);
    for (let i = 0; i < SHARED; i += 1) {
      const claim = resourceClaims.get("default", `shared-${i}`)!;
      const users = claim.status?.reservedFor ?? [];
      const left = users.filter(({ uid }) => uid !== pod.uid);
      if (left.length === users.length) continue;
      const status = left.length === 0 ? {} : { ...claim.status, reservedFor: left };
      resourceClaims.set({ ...claim, resourceVersion: claim.resourceVersion + 1, status });
    }
  }

  change(): void {
    const { dice, world } = this;
    const { nodes } = world.state;
    if (nodes.length > 0 && dice.chance(15)) this.publish(dice.one(nodes).name);
    if (dice.chance(2)) {
      const name = dice.one(CLASSES);
      if (dice.chance(30)) world.listers.deviceClasses.delete("", name);
      else this.set("DeviceClass", { metadata: { name }, spec: { selectors: [ofType(name)] } });
    }
  }
}
