import type { PodInfo } from "./pod-info.js";

/** A pod that has its node and that Permit plugins hold back from being bound. */
export interface WaitingPod {
  readonly pod: PodInfo;
  readonly nodeName: string;
  /** Names of the plugins that still hold it. */
  readonly pendingPlugins: readonly string[];
  /** That plugin lets it go; it is bound once no plugin holds it any more. */
  allow(plugin: string): void;
  /** It gives its node back and is unschedulable by that plugin. */
  reject(plugin: string, message: string): void;
}

/** The pods that wait on Permit, for plugins that let others go, or refuse them. */
export interface WaitingPods {
  get(uid: string): WaitingPod | undefined;
  /** In the order in which they began to wait. */
  values(): Iterable<WaitingPod>;
}

export const NO_WAITING_PODS: WaitingPods = { get: () => undefined, values: () => [] };
