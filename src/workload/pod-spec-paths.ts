import type { Kind } from "../api/kinds.js";

/** Where an object of a kind has the spec of its pods. */
export const POD_SPEC_PATHS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};
