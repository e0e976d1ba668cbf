import type { Labels, PodSpec } from "../../api/kubernetes.js";
import { Selector } from "../../api/label-selector.js";
import type { NewPod } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { Informer } from "../../store/informer.js";
import { refuse } from "../../store/outcome.js";
import type { Controller, ControllerOptions } from "../controller.js";
import type { NamespaceBounds } from "./capped-recommendation.js";
import {
  controllingAutoscaler,
  takesPartInAdmission,
  topmostOwner,
} from "./controlling-autoscaler.js";
import { LimitRangeView } from "./limit-range-view.js";
import { type AdmissionSettings, type PodPatch, podPatch } from "./pod-patch.js";
import { BoostError } from "./startup-boost.js";
import { TargetObjects } from "./target-objects.js";

type Autoscaler = ObjectVersion<"VerticalPodAutoscaler">;

/** What was worked out for pods of one template, while all that it hangs on stays as it is. */
interface Known {
  readonly autoscaler: Autoscaler;
  readonly bounds: NamespaceBounds;
  readonly annotations: Labels;
  readonly patch: PodPatch | BoostError;
}

/** The gate CPUStartupBoost is off. */
const SETTINGS: AdmissionSettings = { startsBoosted: false, maxAllowedCpuBoost: null };

/**
 * The admission controller of the Vertical Pod Autoscaler: a webhook that gives the containers of new pods what is
 * recommended for them.
 * Source: VPA, pkg/admission-controller (1.8).
 */
export class AdmissionController implements Controller {
  private readonly autoscalers: Informer<"VerticalPodAutoscaler">;
  private readonly targets: TargetObjects;
  private readonly ranges: LimitRangeView;
  private readonly known = new WeakMap<PodSpec, Known>();
  private count = 0;

  constructor({ informers, admitPods }: ControllerOptions) {
    this.autoscalers = informers.informer("VerticalPodAutoscaler");
    this.targets = new TargetObjects(informers);
    this.ranges = new LimitRangeView(informers.informer("LimitRange"));
    admitPods?.({ name: "VerticalPodAutoscaler", admit: (pod) => this.admit(pod) });
  }

  start(): void {
    this.ranges.start();
    this.autoscalers.addHandler({
      added: () => {
        this.count += 1;
      },
      deleted: () => {
        this.count -= 1;
      },
    });
  }

  private admit(pod: NewPod): ReturnType<typeof refuse> | NewPod {
    if (this.count === 0) return pod;
    const autoscaler = this.autoscalerOf(pod);
    if (autoscaler === null) return pod;
    const patch = this.patchOf(pod, autoscaler);
    if (patch instanceof BoostError) return refuse("InternalError", patch.message);
    return { ...pod, ...patch };
  }

  private autoscalerOf(pod: NewPod): Autoscaler | null {
    const owner = topmostOwner(pod, (object, namespace) => this.targets.ownerOf(object, namespace));
    if (owner === null) return null;
    const selecting = [...this.autoscalers.values()].flatMap((autoscaler) => {
      const { namespace, spec } = autoscaler;
      if (namespace !== pod.namespace || !takesPartInAdmission(spec)) return [];
      const selector = this.targets.selectorOf(autoscaler);
      return selector instanceof Selector ? [{ autoscaler, selector }] : [];
    });
    return controllingAutoscaler(pod, owner, selecting);
  }

  private patchOf(pod: NewPod, autoscaler: Autoscaler): PodPatch | BoostError {
    const { spec, annotations, namespace } = pod;
    const bounds = this.ranges.of(namespace);
    const known = this.known.get(spec);
    const isSame =
      known?.autoscaler === autoscaler &&
      known.bounds === bounds &&
      known.annotations === annotations;
    if (isSame) return known.patch;
    const patch = podPatch(pod, autoscaler, bounds, SETTINGS);
    this.known.set(spec, { autoscaler, bounds, annotations, patch });
    return patch;
  }
}
