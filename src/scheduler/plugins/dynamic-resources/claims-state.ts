import type { AllocationResult } from "../../../api/devices.js";
import { type StateData, StateKey } from "../../framework/cycle-state.js";
import type { Status } from "../../framework/status.js";
import type { Found } from "./allocation-search.js";
import type { Demand } from "./allocator.js";
import type { MakeDeviceClaim } from "./device-steps.js";
import type { ExtendedRequests } from "./extended-resources.js";
import type { ResourceClaim } from "./pod-claims.js";

/** What a node would give the pod. */
export interface NodeDevices {
  readonly demand: Demand;
  readonly found: NonNullable<Found>;
  /** What the node serves of the pod's extended resources by devices; null: nothing. */
  readonly extended: ExtendedRequests | null;
}

/** The claim for a pod's extended resources: one that an earlier attempt left, or one to be made. */
export interface ExtendedClaim {
  readonly left: ResourceClaim | null;
  /** Resources that a class of devices, or a node, may serve. */
  readonly resources: readonly { readonly name: string; readonly scalarId: number }[];
}

/** What DynamicResources hands from PreFilter on. */
export class ClaimsState implements StateData {
  /** Empty where PreFilter did not pass: nothing is done for the pod. */
  claims: readonly ResourceClaim[] = [];
  extended: ExtendedClaim | null = null;
  /** What the claims without an allocation ask for; null: all have one. */
  demand: Demand | null = null;
  /** Why the claims ask for something that no node can give. */
  planError: Status | null = null;
  /** Where nodes serve extended resources by devices: each asks for something else. */
  readonly byNode = new Map<string, NodeDevices>();
  /** Claims, by their place, whose allocation some node cannot use. */
  readonly unavailable = new Set<number>();
  /** What Reserve set aside, by the uid under which the claim is known. */
  readonly reserved: { readonly uid: string; readonly allocation: AllocationResult }[] = [];

  /** The claim for extended resources that PreBind makes, or has made. */
  making: MakeDeviceClaim | null = null;

  get isEmpty(): boolean {
    return this.claims.length === 0 && this.extended === null;
  }

  /** Shared, as upstream does it: claims do not depend on pods that come and go. */
  clone(): ClaimsState {
    return this;
  }
}

export const CLAIMS_KEY = new StateKey<ClaimsState>("DynamicResources");
