import type { GenericKind } from "../../../src/api/kinds.js";
import { BIND_COMPLETED } from "../../../src/api/volumes/claims.js";
import type { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import type { Framework } from "../../../src/scheduler/framework/runtime.js";
import type { Scheduled } from "../../../src/scheduler/framework/scheduling-algorithm.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { buildObject } from "../../conformance/scheduler/objects.js";
import type { Dice, Template, World } from "./random-cluster.js";

const ZONE = "topology.kubernetes.io/zone";
const DRIVERS = ["disk.example.com", "file.example.com"] as const;
/** A class whose volumes are made for the pod's node, one whose volumes somebody makes, one that does not wait. */
const CLASSES = ["made", "found", "at-once"] as const;
const CLAIMS = 6;
const VOLUMES = 8;

/** Claims, volumes and limits of a random cluster, which come, go and change. */
export class RandomVolumes {
  constructor(
    private readonly dice: Dice,
    private readonly world: World,
  ) {
    for (const name of CLASSES) this.changeClass(name);
    for (let i = 0; i < VOLUMES; i += 1) this.changeVolume(i);
    for (let i = 0; i < CLAIMS; i += 1) this.changeClaim(i);
  }

  private set(kind: GenericKind, raw: object): void {
    const { listers } = this.world;
    const table = {
      StorageClass: listers.storageClasses,
      PersistentVolume: listers.persistentVolumes,
      PersistentVolumeClaim: listers.persistentVolumeClaims,
      CSINode: listers.csiNodes,
      CSIDriver: listers.csiDrivers,
    }[kind as "StorageClass"];
    table.set(buildObject(kind, raw as never) as never);
  }

  private changeClass(name: (typeof CLASSES)[number]): void {
    const { dice } = this;
    const zones = Array.from({ length: 1 + dice.int(2) }, () => `zone-${dice.int(3)}`);
    const topologies = [{ matchLabelExpressions: [{ key: ZONE, values: zones }] }];
    this.set("StorageClass", {
      metadata: { name },
      provisioner: name === "found" ? "kubernetes.io/no-provisioner" : DRIVERS[0],
      volumeBindingMode: name === "at-once" ? "Immediate" : "WaitForFirstConsumer",
      ...(dice.chance(40) ? { allowedTopologies: topologies } : {}),
    });
  }

  private changeVolume(i: number): void {
    const { dice } = this;
    const key = dice.chance(85) ? ZONE : "kubernetes.io/hostname";
    const value = key === ZONE ? `zone-${dice.int(3)}` : `node-${dice.int(6)}`;
    const matchExpressions = [{ key, operator: "In", values: [value] }];
    const labels = dice.chance(40) ? { [ZONE]: `zone-${dice.int(3)}` } : {};
    this.set("PersistentVolume", {
      metadata: { name: `volume-${i}`, labels },
      spec: {
        capacity: { storage: dice.one(["5Gi", "10Gi"]) },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "found",
        ...(dice.chance(80) ? { csi: { driver: dice.one(DRIVERS), volumeHandle: `v${i}` } } : {}),
        ...(dice.chance(80)
          ? { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } }
          : {}),
      },
      status: { phase: "Available" },
    });
  }

  private changeClaim(i: number): void {
    const { dice, world } = this;
    const name = `claim-${i}`;
    if (dice.chance(4)) {
      world.listers.persistentVolumeClaims.delete("default", name);
      return;
    }
    const isBound = dice.chance(55);
    const mode = dice.chance(8) ? "ReadWriteOncePod" : "ReadWriteOnce";
    this.set("PersistentVolumeClaim", {
      metadata: {
        namespace: "default",
        name,
        uid: name,
        ...(isBound ? { annotations: { [BIND_COMPLETED]: "yes" } } : {}),
      },
      spec: {
        accessModes: [mode],
        resources: { requests: { storage: dice.one(["5Gi", "8Gi"]) } },
        storageClassName: dice.chance(90) ? dice.one(["made", "made", "found"]) : "at-once",
        ...(isBound
          ? { volumeName: `volume-${dice.chance(95) ? dice.int(VOLUMES) : "gone"}` }
          : {}),
      },
      status: { phase: isBound ? "Bound" : "Pending" },
    });
  }

  /** What the drivers of a node say of its limits, anew. */
  private publish(name: string): void {
    const { dice, world } = this;
    if (dice.chance(30)) {
      world.listers.csiNodes.delete("", name);
      return;
    }
    const drivers = DRIVERS.filter(() => dice.chance(80)).map((driver) => ({
      name: driver,
      nodeID: name,
      ...(dice.chance(70) ? { allocatable: { count: 1 + dice.int(4) } } : {}),
    }));
    this.set("CSINode", { metadata: { name }, spec: { drivers } });
  }

  /** The template, and in most cases claims. */
  using(template: Template): Template {
    const { dice } = this;
    if (template.namespace !== "default" || dice.chance(30)) return template;
    const count = dice.chance(75) ? 1 : 2;
    const volumes = Array.from({ length: count }, (_, i) => ({
      name: `v${i}`,
      persistentVolumeClaim: { claimName: `claim-${dice.int(CLAIMS)}` },
    }));
    return { ...template, spec: { ...template.spec, volumes } as Template["spec"] };
  }

  change(): void {
    const { dice, world } = this;
    const { nodes } = world.state;
    if (dice.chance(15)) this.changeClaim(dice.int(CLAIMS));
    if (dice.chance(10)) this.changeVolume(dice.int(VOLUMES));
    if (nodes.length > 0 && dice.chance(30)) this.publish(dice.one(nodes).name);
    if (dice.chance(2)) this.changeClass(dice.one(CLASSES));
  }

  /** What would be written for the pod's claims on the node, as text; they stay reserved, or not. */
  reserve(
    framework: Framework,
    { info, outcome }: { readonly info: PodInfo; readonly outcome: Scheduled },
    stays: boolean,
  ): string {
    const { state, node } = outcome;
    const reserved = framework.runReservePlugins(state, info, node.name);
    if (reserved !== null) throw new Error(`Reserve failed: ${reserved.message}`);
    const plans = framework.runPreBindPlugins(state, info, node.name);
    if (plans instanceof Status) throw new Error(`PreBind failed: ${plans.message}`);
    const writes = plans.flatMap(({ plan }) =>
      plan.steps.map((step) => JSON.stringify(step.write())),
    );
    if (!stays) framework.runUnreservePlugins(state, info, node.name);
    return writes.join("\n");
  }
}
