import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { CycleState } from "./cycle-state.js";
import type { PreFilterPlugin } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { Framework } from "./runtime.js";
import { Status } from "./status.js";

/** What PreFilter made for a pod, and may be copied. */
interface Made {
  readonly state: CycleState;
  readonly rejection: Status | null;
  readonly nodeNames: ReadonlySet<string> | null;
}

/** Of all that pods of one template may differ in, a check may rest on this: it is compared. */
const COMPARED = "pod.ownerReferences";

/**
 * One pod's filters, prepared by its PreFilter plugins for the cluster as it was then. It holds until a pod
 * or a node comes, goes or changes; {@link update} has it follow the pods.
 */
export class FitCheck {
  private constructor(
    private readonly framework: Framework,
    private readonly pod: PodInfo,
    private readonly made: Made,
  ) {}

  static of(framework: Framework, pod: PodInfo): FitCheck {
    const state = new CycleState();
    const { status, nodeNames } = framework.runPreFilterPlugins(state, pod);
    return new FitCheck(framework, pod, { state, rejection: status, nodeNames });
  }

  /** Null where the pod, or one like it, fits; else what the first filter that refuses it says. */
  onNode(node: NodeInfo): Status | null {
    const { state, rejection, nodeNames } = this.made;
    if (rejection !== null) return rejection;
    if (nodeNames?.has(node.name) === false) return LEFT_OUT;
    return this.framework.runFilterPlugins(state, this.pod, node);
  }

  /** One that holds where this one does, and follows other changes. */
  clone(): FitCheck {
    return new FitCheck(this.framework, this.pod, {
      ...this.made,
      state: this.made.state.clone(),
    });
  }

  private isSkipped({ name }: PreFilterPlugin): boolean {
    return this.made.state.skipFilterPlugins.has(name);
  }

  /**
   * Whether the check holds for other pods of the template, too, and may follow changes: by what the
   * plugins declare that they read.
   */
  get isShared(): boolean {
    if (this.made.rejection !== null) return false;
    return this.framework.preFilterPlugins.every((plugin) => {
      if (plugin.concerns?.(this.pod) === false) return true;
      if (plugin.reads === undefined) return false;
      if (this.isSkipped(plugin)) return true;
      return plugin.reads.pod.every((part) => !part.startsWith("pod.") || part === COMPARED);
    });
  }

  /** Whether it holds for that pod of the same template, if it is shared. */
  suits(pod: PodVersion): boolean {
    return controllerOf(pod)?.uid === controllerOf(this.pod.pod)?.uid;
  }

  /** True if it no longer holds when a node without pods comes. */
  get readsNodes(): boolean {
    return this.framework.preFilterPlugins.some(
      (plugin) =>
        plugin.reads?.others === true && plugin.countsPodsOnly !== true && !this.isSkipped(plugin),
    );
  }

  /** A plugin had nothing to say because no pod wants this one far from it; this pod may. */
  private mayEndSkip({ template }: PodInfo): boolean {
    const { labels } = this.pod.template;
    return (
      template.requiredAntiAffinityTerms.some(({ selector }) => selector.matches(labels)) &&
      this.framework.preFilterPlugins.some(
        (plugin) => plugin.countsPodsOnly === true && this.isSkipped(plugin),
      )
    );
  }

  /** Has a shared check follow a pod that has come to a node (1) or gone (-1); false: it is to be made anew. */
  update(changed: PodInfo, node: NodeInfo, sign: 1 | -1): boolean {
    const { framework, pod, made } = this;
    if (sign === 1 && this.mayEndSkip(changed)) return false;
    const failure =
      sign === 1
        ? framework.runPreFilterExtensionAddPod(made.state, pod, changed, node)
        : framework.runPreFilterExtensionRemovePod(made.state, pod, changed, node);
    return failure === null;
  }
}

const LEFT_OUT = new Status(
  "UnschedulableAndUnresolvable",
  ["node is filtered out by the prefilter result"],
  "",
);

/** What a pod is told that no scheduler of the cluster answers to. */
export function noScheduler(pod: PodVersion): Status {
  const reason = `no scheduler answers to "${pod.spec.schedulerName ?? ""}"`;
  return new Status("UnschedulableAndUnresolvable", [reason], "");
}
