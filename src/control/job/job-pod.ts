import type { PodVersion } from "../../api/pod-version.js";
import type { NewPod } from "../../api/new-object.js";
import { templatePod } from "../template-pod.js";
import { COMPLETION_INDEX, failureAnnotations, generateNameOf } from "./completion-index.js";
import { successorFailures } from "./indexed-pods.js";
import type { JobFeatures } from "./job-features.js";
import { countsFailuresByIndex, type Job, TRACKING_FINALIZER } from "./job-object.js";

/** The pods that Jobs' templates make: what those of one Job have in common is made once. */
export class JobPodMaker {
  private readonly common = new WeakMap<Job["spec"], NewPod>();

  constructor(private readonly features: JobFeatures) {}

  podOf(job: Job): NewPod {
    let pod = this.common.get(job.spec);
    if (pod === undefined) {
      const made = templatePod(job, job.spec.template);
      const isTracked = made.finalizers.includes(TRACKING_FINALIZER);
      pod = isTracked ? made : { ...made, finalizers: [...made.finalizers, TRACKING_FINALIZER] };
      this.common.set(job.spec, pod);
    }
    return pod;
  }

  /** The pod of an index, `replaced` being the failed one that it comes after. */
  podOfIndex(job: Job, index: number, replaced: PodVersion | undefined): NewPod {
    const pod = this.podOf(job);
    const { spec } = job;
    const ofIndex = { [COMPLETION_INDEX]: `${index}` };
    const { failures, ignored } = successorFailures({ spec, features: this.features }, replaced);
    return {
      ...pod,
      generateName: generateNameOf(job.name, index),
      labels: this.features.PodIndexLabel ? { ...pod.labels, ...ofIndex } : pod.labels,
      annotations: {
        ...pod.annotations,
        ...ofIndex,
        ...(countsFailuresByIndex(spec) && failureAnnotations(failures, ignored)),
      },
    };
  }
}
