import type { Kind } from "../../api/kinds.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { CrossVersionObjectReference } from "../../api/schemas/types.js";
import { MetricReport } from "./metric-report.js";
import { PodColumns } from "./pod-columns.js";
import type { PodSamples } from "./pod-samples.js";
import type { LabelledPods, PodsByLabels } from "./pods-by-labels.js";
import { type CompiledSelector, scaledKind, type TargetProblem } from "./target-scale.js";

const NOBODY: readonly PodVersion[] = [];
const FOUND = "the HPA was able to successfully calculate a replica count from";

/**
 * What an autoscaler's last look found out about its target, as long as that is the same: most looks find nothing
 * new, and then need none of the places where it would be looked up.
 */
export class TargetMemo {
  private reference: CrossVersionObjectReference | null = null;
  private kind: Kind | TargetProblem = { message: "", isSpecError: false };
  private labelled: LabelledPods | null = null;
  private selector: CompiledSelector | null = null;
  private known: PodColumns | null = null;
  private readonly reports: MetricReport[] = [];
  private metricName = "";
  private foundText = "";
  /** By which version of the selectors the autoscalers that select the pods were found. */
  private names: readonly string[] = [];
  private namesVersion = -1;
  private namesOf: readonly PodVersion[] = NOBODY;

  /** As {@link scaledKind}. */
  kindOf(reference: CrossVersionObjectReference): Kind | TargetProblem {
    if (this.reference !== reference) {
      this.reference = reference;
      this.kind = scaledKind(reference);
    }
    return this.kind;
  }

  /** The pods that a target's selector finds in a namespace. */
  podsOf(
    namespace: string,
    compiled: CompiledSelector,
    byLabels: PodsByLabels,
  ): readonly PodVersion[] {
    if (compiled.selector === null) return NOBODY;
    if (this.labelled === null || this.selector !== compiled) {
      this.selector = compiled;
      this.labelled = byLabels.labelled(namespace, compiled.selector);
    }
    return this.labelled.pods;
  }

  columnsOf(pods: readonly PodVersion[], samples: PodSamples): PodColumns {
    if (this.known?.pods !== pods) this.known = new PodColumns(pods, samples);
    return this.known;
  }

  /** Of the metric in that place of the spec. */
  reportAt(place: number): MetricReport {
    while (this.reports.length <= place) this.reports.push(new MetricReport());
    return this.reports[place]!;
  }

  /** What the condition ScalingActive says when the metric of that name decided. */
  foundMetric(name: string): string {
    if (this.foundText === "" || this.metricName !== name) {
      this.metricName = name;
      this.foundText = `${FOUND} ${name}`;
    }
    return this.foundText;
  }

  /** Names of the autoscalers that select the pods; `find` finds those of this version. */
  selecting(
    pods: readonly PodVersion[],
    version: number,
    find: () => readonly string[],
  ): readonly string[] {
    if (this.namesVersion !== version || this.namesOf !== pods) {
      this.names = find();
      this.namesVersion = version;
      this.namesOf = pods;
    }
    return this.names;
  }
}
