import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { own } from "../../base/own.js";

const DAEMON_SET_POD = "cluster-autoscaler.kubernetes.io/daemonset-pod";

/** A pod of a DaemonSet, or one that says that it is to be taken for one. */
export function isDaemonSetPod(pod: PodVersion): boolean {
  return controllerOf(pod)?.kind === "DaemonSet" || own(pod.annotations, DAEMON_SET_POD) === "true";
}
