import type { NodeSelector } from "./kubernetes.js";

/**
 * The shapes of resource.k8s.io/v1 as far as they are modelled.
 * Source: Kubernetes API reference, "ResourceClaim", "ResourceSlice", "DeviceClass"; KEP-4381,
 * KEP-4815, KEP-4816, KEP-5055, KEP-5075, KEP-5007.
 */

/** Exactly one of these is set. */
export interface DeviceAttribute {
  readonly int?: number;
  readonly bool?: boolean;
  readonly string?: string;
  readonly version?: string;
  readonly ints?: readonly number[];
  readonly bools?: readonly boolean[];
  readonly strings?: readonly string[];
  readonly versions?: readonly string[];
}

export interface CapacityRequestPolicy {
  readonly default?: string | number;
  readonly validValues?: readonly (string | number)[];
  readonly validRange?: {
    readonly min?: string | number;
    readonly max?: string | number;
    readonly step?: string | number;
  };
}

export interface DeviceCapacity {
  readonly value: string | number;
  readonly requestPolicy?: CapacityRequestPolicy;
}

export type Counters = Readonly<Record<string, { readonly value: string | number }>>;

export interface CounterSet {
  readonly name: string;
  readonly counters: Counters;
}

export interface DeviceTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

export interface DeviceToleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** Which nodes can reach a slice's devices, or one device. */
export interface DevicePlace {
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
  readonly allNodes?: boolean;
}

export interface Device extends DevicePlace {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, DeviceAttribute>>;
  readonly capacity?: Readonly<Record<string, DeviceCapacity>>;
  readonly consumesCounters?: readonly {
    readonly counterSet: string;
    readonly counters: Counters;
    readonly compatibilityGroups?: readonly string[];
  }[];
  readonly taints?: readonly DeviceTaint[];
  readonly bindsToNode?: boolean;
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
  readonly allowMultipleAllocations?: boolean;
}

export interface ResourceSliceSpec extends DevicePlace {
  readonly driver: string;
  readonly pool: {
    readonly name: string;
    readonly generation: number;
    readonly resourceSliceCount: number;
  };
  readonly perDeviceNodeSelection?: boolean;
  readonly devices?: readonly Device[];
  readonly sharedCounters?: readonly CounterSet[];
}

export interface DeviceSelector {
  readonly cel?: { readonly expression: string };
}

/** What is handed to a driver as it is. */
export interface DeviceConfiguration {
  readonly opaque?: { readonly driver: string; readonly parameters: unknown };
}

export interface DeviceClassSpec {
  readonly selectors?: readonly DeviceSelector[];
  readonly config?: readonly DeviceConfiguration[];
  readonly extendedResourceName?: string;
}

/** What a request and a subrequest have in common. */
export interface DeviceDemand {
  readonly deviceClassName: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly allocationMode?: string;
  readonly count?: number;
  readonly tolerations?: readonly DeviceToleration[];
  readonly capacity?: { readonly requests?: Readonly<Record<string, string | number>> };
}

export interface ExactDeviceRequest extends DeviceDemand {
  readonly adminAccess?: boolean;
}

export interface DeviceSubRequest extends DeviceDemand {
  readonly name: string;
}

export interface DeviceRequest {
  readonly name: string;
  readonly exactly?: ExactDeviceRequest;
  readonly firstAvailable?: readonly DeviceSubRequest[];
}

export interface DeviceConstraint {
  readonly requests?: readonly string[];
  readonly matchAttribute?: string;
  readonly distinctAttribute?: string;
}

export interface DeviceClaimConfiguration extends DeviceConfiguration {
  readonly requests?: readonly string[];
}

export interface ResourceClaimSpec {
  readonly devices?: {
    readonly requests?: readonly DeviceRequest[];
    readonly constraints?: readonly DeviceConstraint[];
    readonly config?: readonly DeviceClaimConfiguration[];
  };
}

export interface ResourceClaimTemplateSpec {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: ResourceClaimSpec;
}

/** One device that a claim got. */
export interface DeviceResult {
  /** `request`, or `request/subrequest`. */
  readonly request: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly adminAccess?: boolean;
  readonly tolerations?: readonly DeviceToleration[];
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
  readonly shareID?: string;
  readonly consumedCapacity?: Readonly<Record<string, string>>;
}

export interface AllocationResult {
  readonly devices?: {
    readonly results?: readonly DeviceResult[];
    readonly config?: readonly (DeviceClaimConfiguration & { readonly source: string })[];
  };
  readonly nodeSelector?: NodeSelector;
  readonly allocationTimestamp?: string;
}

interface ClaimConsumer {
  readonly apiGroup?: string;
  readonly resource: string;
  readonly name: string;
  readonly uid: string;
}

export interface ResourceClaimStatus {
  readonly allocation?: AllocationResult;
  readonly reservedFor?: readonly ClaimConsumer[];
  readonly devices?: readonly {
    readonly driver: string;
    readonly pool: string;
    readonly device: string;
    readonly shareID?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  }[];
}

/** Kubernetes' limits. */
export const MAX_ALLOCATION_RESULTS = 32;
export const MAX_FIRST_AVAILABLE = 8;

/** Keeps a claim from vanishing while it holds devices. */
export const CLAIM_FINALIZER = "resource.kubernetes.io/delete-protection";
/** On a claim that was made of a pod's template: which of the pod's claims it is. */
export const POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";
/** On a claim that the scheduler made for the extended resources of a pod. */
export const EXTENDED_RESOURCE_CLAIM = "resource.kubernetes.io/extended-resource-claim";
/** Before the name of a class: its extended resource by default. */
export const CLASS_RESOURCE_PREFIX = "deviceclass.resource.kubernetes.io/";
