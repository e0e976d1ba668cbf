import type { SpecOf } from "../kinds.js";
import type { PodTemplateSpec } from "../kubernetes.js";
import { fill, within } from "./fill.js";
import { defaultTemplate } from "./pod.js";
import { defaultClaim } from "./storage.js";
import { each } from "./fill.js";

export function defaultDeployment(spec: SpecOf["Deployment"]): SpecOf["Deployment"] {
  let filled = fill(spec, {
    replicas: 1,
    strategy: {},
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  filled = within(filled, "strategy", (strategy) => {
    const typed = fill(strategy, { type: "RollingUpdate" });
    if (typed.type !== "RollingUpdate") return typed;
    return within(fill(typed, { rollingUpdate: {} }), "rollingUpdate", (update) =>
      fill(update, { maxUnavailable: "25%", maxSurge: "25%" }),
    );
  });
  return within(filled, "template", defaultTemplate);
}

export function defaultReplicaSet(spec: SpecOf["ReplicaSet"]): SpecOf["ReplicaSet"] {
  return within(fill(spec, { replicas: 1 }), "template", defaultTemplate);
}

export function defaultReplicationController(
  spec: SpecOf["ReplicationController"],
): SpecOf["ReplicationController"] {
  const selector = spec.template?.metadata?.labels;
  const filled = fill(spec, { replicas: 1, ...(selector === undefined ? {} : { selector }) });
  return within(filled, "template", defaultTemplate);
}

export function defaultStatefulSet(spec: SpecOf["StatefulSet"]): SpecOf["StatefulSet"] {
  let filled = fill(spec, {
    replicas: 1,
    podManagementPolicy: "OrderedReady",
    updateStrategy: {},
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  });
  filled = within(filled, "updateStrategy", (strategy) => {
    const typed = fill(strategy, { type: "RollingUpdate" });
    if (typed.type !== "RollingUpdate") return typed;
    return within(fill(typed, { rollingUpdate: {} }), "rollingUpdate", (update) =>
      fill(update, { partition: 0 }),
    );
  });
  filled = within(filled, "persistentVolumeClaimRetentionPolicy", (policy) =>
    fill(policy, { whenDeleted: "Retain", whenScaled: "Retain" }),
  );
  filled = within(filled, "volumeClaimTemplates", (claims) =>
    each(claims, (claim) => within(claim, "spec", defaultClaim)),
  );
  return within(filled, "template", defaultTemplate);
}

export function defaultDaemonSet(spec: SpecOf["DaemonSet"]): SpecOf["DaemonSet"] {
  let filled = fill(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
  filled = within(filled, "updateStrategy", (strategy) => {
    const typed = fill(strategy, { type: "RollingUpdate" });
    if (typed.type !== "RollingUpdate") return typed;
    return within(fill(typed, { rollingUpdate: {} }), "rollingUpdate", (update) =>
      fill(update, { maxUnavailable: 1, maxSurge: 0 }),
    );
  });
  return within(filled, "template", defaultTemplate);
}

const MAX_INT32 = 2 ** 31 - 1;

export function defaultJob(spec: SpecOf["Job"]): SpecOf["Job"] {
  const counts =
    spec.completions === undefined && spec.parallelism === undefined
      ? { completions: 1, parallelism: 1 }
      : { parallelism: 1 };
  const filled = fill(spec, {
    ...counts,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
  });
  return within(filled, "template", (template) => defaultTemplate(template as PodTemplateSpec));
}

export function defaultCronJob(spec: SpecOf["CronJob"]): SpecOf["CronJob"] {
  const filled = fill(spec, {
    concurrencyPolicy: "Allow",
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  // The Job's own defaults come when the Job is created; only its pod template is filled in now.
  return within(filled, "jobTemplate", (jobTemplate) =>
    within(jobTemplate as { spec?: SpecOf["Job"] }, "spec", (job) =>
      within(job, "template", (template) => defaultTemplate(template as PodTemplateSpec)),
    ),
  );
}
