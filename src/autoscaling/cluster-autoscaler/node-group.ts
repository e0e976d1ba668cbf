import type { VersionOf } from "../../api/object-version.js";
import type { NodeGroupOptions } from "./options.js";

/** A machine that the cloud has for a group; its Node, once it registers, has the same name. */
export interface Instance {
  readonly name: string;
  /** Why the cloud cannot make it; null where it can, or has. */
  readonly creationError: "outOfResources" | "other" | null;
}

/** What a cloud answers to a request: null for yes, or why not. */
export type CloudRefusal = string | null;

/**
 * Machines of one make, by their wanted number: what the Cluster Autoscaler asks a cloud for. Source:
 * cluster-autoscaler, `cloudprovider.NodeGroup`.
 */
export interface NodeGroup {
  readonly id: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** Dollars; null where nobody knows. */
  readonly pricePerHour: number | null;
  readonly options: NodeGroupOptions;
  /** How many machines the cloud is to have for it. */
  targetSize(): number;
  /** Those that it has, in the order in which it made them. */
  instances(): readonly Instance[];
  /** A Node as one of its machines would register it; null where the cloud cannot tell. */
  template(): VersionOf<"Node"> | null;
  /** Wants so many machines more. */
  increaseSize(by: number): CloudRefusal;
  /** Wants so many machines less (`by` above 0), of those that are not there yet. */
  decreaseTargetSize(by: number): CloudRefusal;
  /** Takes machines away, and lowers the wanted number by as many. */
  deleteNodes(names: readonly string[]): CloudRefusal;
}

/** All groups of a cluster. */
export interface NodeGroups {
  /** In the cloud's order, always the same. */
  list(): readonly NodeGroup[];
  /** The group that has an instance of that name. */
  groupOf(nodeName: string): NodeGroup | null;
  /** True for a node whose machine was of a group, and is gone. */
  isGone(nodeName: string): boolean;
}
