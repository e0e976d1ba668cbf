import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { Selector } from "../../api/label-selector.js";
import { updaterSettings } from "./autoscaler-flags.js";
import { controlledPods } from "./controlling-autoscaler.js";
import { LimitRangeView } from "./limit-range-view.js";
import { LoopClock } from "./loop-clock.js";
import { TargetObjects } from "./target-objects.js";
import { type ActionEnd, type UpdateAction, UpdaterLoop } from "./updater-loop.js";

type Autoscaler = ObjectVersion<"VerticalPodAutoscaler">;
type Action = UpdateAction<Autoscaler>;

const RESIZED_ANNOTATION = "vpaInPlaceUpdated";

/**
 * The updater of the Vertical Pod Autoscaler: each minute it evicts pods that ask for something else than what is
 * recommended, or has them resized in place, as far as budgets go.
 * Source: VPA, pkg/updater (1.8).
 */
export class UpdaterController implements Controller {
  private readonly settings: ReturnType<typeof updaterSettings>;
  private readonly loop: UpdaterLoop<Autoscaler>;
  private readonly autoscalers: Informer<"VerticalPodAutoscaler">;
  private readonly pods: Informer<"Pod">;
  private readonly targets: TargetObjects;
  private readonly ranges: LimitRangeView;
  private readonly clock: LoopClock;
  private readonly acted: AnswerId;
  private readonly ignored: AnswerId;
  /** The loop under way, and the action of it that is not answered yet. */
  private work: Generator<Action, void, ActionEnd> | null = null;
  private action: Action | null = null;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client, flags } = options;
    this.settings = updaterSettings(flags);
    this.loop = new UpdaterLoop<Autoscaler>(this.settings, (pod) => this.skipped(pod));
    this.autoscalers = informers.informer("VerticalPodAutoscaler");
    this.pods = informers.informer("Pod");
    this.targets = new TargetObjects(informers);
    this.ranges = new LimitRangeView(informers.informer("LimitRange"));
    const { intervalMicros } = this.settings;
    this.clock = new LoopClock(engine, "updater", intervalMicros, () => this.tick());
    this.acted = client.onAnswer((outcome) => this.onActed(outcome));
    this.ignored = client.onAnswer(() => {});
  }

  start(): void {
    this.ranges.start();
    this.autoscalers.addHandler({ added: () => this.clock.wake() });
  }

  private tick(): boolean {
    // A loop that takes longer than its period lets the next one fall out.
    if (this.work !== null) return true;
    const autoscalers = [...this.autoscalers.values()];
    const selecting = autoscalers.flatMap((autoscaler) => {
      const selector = this.targets.selectorOf(autoscaler);
      return selector instanceof Selector ? [{ autoscaler, selector }] : [];
    });
    const ownerOf: TargetObjects["ownerOf"] = (object, namespace) =>
      this.targets.ownerOf(object, namespace);
    const pods = [...this.pods.values()];
    const { ignoredNamespaces } = this.settings;
    let alive: ReadonlySet<string> | null = null;
    this.work = this.loop.run({
      nowMicros: this.options.engine.now,
      controlled: controlledPods(selecting, pods, ownerOf, ignoredNamespaces),
      isAlive: (uid) => {
        alive ??= new Set(pods.map((pod) => pod.uid));
        return alive.has(uid);
      },
      boundsOf: (namespace) => this.ranges.of(namespace),
      replicasOf: (controller, namespace) => this.targets.replicasOf(controller, namespace),
    });
    this.take(this.work.next());
    return autoscalers.length > 0;
  }

  private take(next: IteratorResult<Action, void>): void {
    if (next.done === true) {
      this.work = null;
      this.action = null;
      return;
    }
    this.action = next.value;
    this.act(next.value);
  }

  private act(action: Action): void {
    const { client } = this.options;
    const { pod } = action;
    if (action.verb === "evict") {
      client.submit({ verb: "evict", target: pod }, this.acted);
      return;
    }
    const { namespace, name, uid } = pod;
    const containers = action.containers.map(({ name: of, resources }) => ({
      name: of,
      ...(resources !== undefined && { resources }),
    }));
    const target = { kind: "Pod", namespace, name, uid } as const;
    const patch = { spec: { containers } };
    client.submit({ verb: "merge", subresource: "resize", target, patch }, this.acted);
  }

  private onActed(outcome: Outcome): void {
    const action = this.action!;
    if (outcome.ok) this.tell(action);
    this.take(this.work!.next(outcome.ok ? "done" : "failed"));
  }

  private tell({ verb, pod, autoscaler }: Action): void {
    const { observer, engine, client } = this.options;
    const { now } = engine;
    if (verb === "evict") {
      const why = "to apply resource recommendation.";
      observer.event("Normal", "EvictedByVPA", pod, `Pod was evicted by VPA Updater ${why}`, now);
      const told = `VPA Updater evicted Pod ${pod.name} ${why}`;
      observer.event("Normal", "EvictedPod", autoscaler, told, now);
      observer.podEvicted(pod, "EvictedByVPA", now);
      return;
    }
    const annotations = { ...pod.annotations, [RESIZED_ANNOTATION]: "true" };
    client.submit({ verb: "patch", target: pod, change: { annotations } }, this.ignored);
    const told = "Pod was resized in place by VPA Updater.";
    observer.event("Normal", "InPlaceResizedByVPA", pod, told, now);
  }

  private skipped(pod: PodVersion): void {
    const { observer, engine } = this.options;
    const told =
      "Previously recorded in-place update was infeasible, current recommendation is not lower than previous, skipping resize";
    observer.event("Normal", "InPlaceResizeSkipped", pod, told, engine.now);
  }
}
