import type { AllocationResult, ResourceClaimSpec } from "../../../api/devices.js";
import type { Listers } from "../../framework/listers.js";
import type { NodeInfo } from "../../framework/node-info.js";
import { allocationOf } from "./allocation-result.js";
import { type AllocatorFeatures, type Found, searchDevices } from "./allocation-search.js";
import { type ClaimPlan, type ClaimToAllocate, PlanError, planClaims } from "./claims-plan.js";
import { DeviceModels } from "./device-model.js";
import { type DevicePool, NodePools } from "./device-pools.js";

/** What was found on a node, with what it rested on. */
interface Remembered {
  readonly node: string;
  readonly pools: readonly DevicePool[];
  readonly found: Found;
  /** As of which slices and labels of the node it was looked at. */
  slices: number;
  labels: unknown;
  /** A device of the node was taken or given back since. */
  isOutdated: boolean;
}

/** Pods that ask for the same devices, and what was found for them. */
interface Shape {
  readonly plans: readonly ClaimPlan[];
  readonly byNode: Map<string, Remembered>;
  /** The same by the row of the node, for another node may have it now. Hot path: asked of each node. */
  readonly byRow: (Remembered | undefined)[];
  /** The changes of devices in use that it knows of. */
  asOf: number;
}

/** What a pod asks for, ready to be looked for on nodes. */
export interface Demand {
  readonly shape: Shape;
  /** With the names of the pod's own claims. */
  readonly plans: readonly ClaimPlan[];
}

/** So many shapes of demand are remembered at most. */
const MAX_SHAPES = 256;

/** Why no device was found: the node's own fault, or that of a claim or class, whatever the node. */
export class AllocationFailure {
  constructor(
    readonly message: string,
    readonly nodeOnly: boolean,
  ) {}
}

/**
 * Finds devices for claims on nodes. What was found for one demand stands as long as neither the
 * node's pools nor the use of their devices change.
 */
export class DeviceAllocator {
  private readonly models: DeviceModels;
  private readonly nodePools: NodePools;
  private readonly shapes = new Map<string, Shape>();
  private readonly specIds = new WeakMap<ResourceClaimSpec, number>();
  private readonly idsByText = new Map<string, number>();
  private classesAsOf = -1;

  constructor(
    private readonly listers: Listers,
    private readonly features: AllocatorFeatures & { readonly invalidPoolsTold: boolean },
  ) {
    this.models = new DeviceModels({
      listAttributes: features.listAttributes,
      sharing: features.consumableCapacity,
    });
    this.nodePools = new NodePools(listers.resourceSlices, this.models, features);
  }

  demandOf(claims: readonly ClaimToAllocate[]): Demand | PlanError {
    const { version } = this.listers.deviceClasses;
    if (version !== this.classesAsOf) {
      this.shapes.clear();
      this.classesAsOf = version;
    }
    const key = claims.map(({ spec }) => this.specId(spec)).join(",");
    let shape = this.shapes.get(key);
    if (shape === undefined) {
      const plans = planClaims(claims, {
        models: this.models,
        deviceClass: (name) => this.listers.deviceClasses.get(name),
        features: this.features,
      });
      if (plans instanceof PlanError) return plans;
      shape = {
        plans,
        byNode: new Map(),
        byRow: [],
        asOf: this.listers.resourceClaims.devices.version,
      };
      if (this.shapes.size >= MAX_SHAPES) this.shapes.delete(this.shapes.keys().next().value!);
      this.shapes.set(key, shape);
    }
    const plans = shape.plans.map((plan, i) => {
      const claim = claims[i]!;
      return { ...plan, claim, key: `${claim.namespace}/${claim.name}` };
    });
    return { shape, plans };
  }

  private specId(spec: ResourceClaimSpec): number {
    const known = this.specIds.get(spec);
    if (known !== undefined) return known;
    const text = JSON.stringify(spec);
    const id = this.idsByText.get(text) ?? this.idsByText.size;
    this.idsByText.set(text, id);
    this.specIds.set(spec, id);
    return id;
  }

  /** The devices that the demand would get on the node; null: there are not enough. */
  find({ shape, plans }: Demand, node: NodeInfo): Found | AllocationFailure {
    const ledger = this.listers.resourceClaims.devices;
    if (shape.asOf !== ledger.version) this.catchUp(shape);
    const slices = this.listers.resourceSlices.version;
    const { labels } = node;
    const known = this.knownOn(shape, node);
    if (known !== undefined && known.slices === slices && known.labels === labels) {
      return known.found;
    }
    const { pools } = this.nodePools.of(node);
    if (known?.pools === pools) {
      known.slices = slices;
      known.labels = labels;
      return known.found;
    }
    const found = searchDevices(plans, pools, { ledger, features: this.features });
    if (found instanceof PlanError) return new AllocationFailure(found.message, false);
    const told = this.features.invalidPoolsTold && pools.some(({ invalid }) => invalid !== "");
    if (found === null && told) {
      return new AllocationFailure("invalid resource pools were encountered", true);
    }
    const remembered = { node: node.name, pools, found, slices, labels, isOutdated: false };
    shape.byNode.set(node.name, remembered);
    shape.byRow[node.row] = remembered;
    return found;
  }

  private knownOn({ byNode, byRow }: Shape, { name, row }: NodeInfo): Remembered | undefined {
    const known = byRow[row];
    if (known !== undefined && !known.isOutdated && known.node === name) return known;
    const named = byNode.get(name);
    byRow[row] = named;
    return named;
  }

  /** What was found on a node that was looked at; null: nothing. */
  foundOn({ shape }: Demand, nodeName: string): Found {
    return shape.byNode.get(nodeName)?.found ?? null;
  }

  /** Forgets what was found on nodes with a device that was taken or given back since. */
  private catchUp(shape: Shape): void {
    const ledger = this.listers.resourceClaims.devices;
    const changed = ledger.changedSince(shape.asOf);
    shape.asOf = ledger.version;
    if (changed === null) this.forget(shape, shape.byNode.keys());
    for (const pool of changed ?? []) this.forget(shape, this.nodePools.nodesThatReach(pool));
  }

  private forget({ byNode }: Shape, names: Iterable<string>): void {
    for (const name of names) {
      const known = byNode.get(name);
      if (known === undefined) continue;
      known.isOutdated = true;
      byNode.delete(name);
    }
  }

  /** What is written into the status of each claim. */
  results({ plans }: Demand, found: NonNullable<Found>, nodeName: string): AllocationResult[] {
    const { bindingConditions } = this.features;
    return plans.map((plan, i) => allocationOf(plan, found[i]!, nodeName, bindingConditions));
  }
}
