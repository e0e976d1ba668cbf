import { clusterAutoscalerArea } from "../autoscalers/ca.js";
import { karpenterArea } from "../autoscalers/karpenter.js";
import { kedaArea } from "../autoscalers/keda.js";
import { vpaArea } from "../autoscalers/vpa.js";
import { cronJobArea } from "./cronjob.js";
import { daemonSetArea } from "./daemonset.js";
import { deploymentArea } from "./deployment.js";
import { horizontalPodAutoscalerArea } from "./hpa.js";
import { jobArea } from "./job.js";
import { kubeletArea } from "./kubelet.js";
import { nodeLifecycleArea } from "./nodelifecycle.js";
import { disruptionArea } from "./pdb.js";
import { podGarbageCollectorArea } from "./podgc.js";
import { replicaSetArea } from "./replicaset.js";
import { resources } from "./resources.js";
import { schedulingQueueArea } from "./schedqueue.js";
import { statefulSetArea } from "./statefulset.js";
import type { Area } from "./suite.js";

/** The areas that are implemented. Those that are missing here fail as "not supported yet". */
export const AREAS: Readonly<Record<string, Area>> = {
  "cluster-autoscaler": clusterAutoscalerArea,
  cronjob: cronJobArea,
  daemonset: daemonSetArea,
  deployment: deploymentArea,
  hpa: horizontalPodAutoscalerArea,
  karpenter: karpenterArea,
  keda: kedaArea,
  kubelet: kubeletArea,
  nodelifecycle: nodeLifecycleArea,
  job: jobArea,
  pdb: disruptionArea,
  podgc: podGarbageCollectorArea,
  replicaset: replicaSetArea,
  resources,
  schedqueue: schedulingQueueArea,
  statefulset: statefulSetArea,
  vpa: vpaArea,
};
