import { own } from "../base/own.js";
import type { Labels } from "./kubernetes.js";

const MIRROR = "kubernetes.io/config.mirror";

/**
 * Stands for a static pod, which the kubelet itself runs and nobody can delete through the API server.
 * Source: Kubernetes, "Create static Pods".
 */
export function isMirrorPod({ annotations }: { readonly annotations: Labels }): boolean {
  return own(annotations, MIRROR) !== undefined;
}
