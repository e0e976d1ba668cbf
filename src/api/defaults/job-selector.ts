import type { JobSpec } from "../schemas/types.js";

const CONTROLLER_UID = "batch.kubernetes.io/controller-uid";

/**
 * A Job's spec with the selector and the labels of its template by which its pods are told from all
 * others, unless its maker sees to that (`manualSelector`). What the maker wrote himself stays.
 * Source: Kubernetes, "Jobs: Job's labels, Specifying your own Pod selector".
 */
export function withJobSelector(spec: JobSpec, name: string, uid: string): JobSpec {
  if (spec.manualSelector === true) return spec;
  const { metadata, ...template } = spec.template ?? {};
  return {
    ...spec,
    selector: {
      ...spec.selector,
      matchLabels: { [CONTROLLER_UID]: uid, ...spec.selector?.matchLabels },
    },
    template: {
      ...template,
      metadata: {
        ...metadata,
        labels: {
          [CONTROLLER_UID]: uid,
          "batch.kubernetes.io/job-name": name,
          "controller-uid": uid,
          "job-name": name,
          ...metadata?.labels,
        },
      },
    },
  };
}
