import type { Labels, Taint } from "../../../api/kubernetes.js";
import type { InstanceType, Offering } from "../instance-type.js";

/** A machine that the cloud is asked for. */
interface LaunchRequest {
  readonly nodePool: string;
  readonly type: InstanceType;
  readonly offering: Offering;
  /** With which its kubelet registers it. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

type LaunchOutcome =
  | {
      readonly ok: true;
      /** Name that its Node will have. */
      readonly node: string;
      readonly providerId: string;
    }
  | { readonly ok: false; readonly message: string };

/** What Karpenter needs of a cloud. Who asks sees what becomes of it through the watches. */
export interface Cloud {
  /** Starts a machine, whose Node comes later. */
  launch(request: LaunchRequest): LaunchOutcome;
  /** Takes a machine away, whether its Node has come or not; its Node goes with it. */
  terminate(node: string): void;
  /** The cloud itself takes a machine away, at once. */
  reclaim(node: string): void;
  /** True until the machine is gone. */
  isThere(node: string): boolean;
}
