import { makerOf } from "../../api/kinds.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { Outcome } from "../../store/outcome.js";
import type { PodRun, PodRunSource } from "../behavior/pod-run.js";
import { ArrivalTimes } from "./arrival-times.js";
import type { Generator, VariedBehavior } from "./generator-options.js";
import { ObjectMaker } from "./object-maker.js";

export interface ObjectGeneratorOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly generator: Generator;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** The field of {@link PodRun} that a variation sets. */
const RUN_FIELDS = {
  run: "runMicros",
  start: "startMicros",
  stop: "stopMicros",
  cpu: "cpuMillis",
  memory: "memoryBytes",
} as const satisfies Record<VariedBehavior, keyof PodRun>;

interface VariedRun {
  readonly field: VariedBehavior;
  readonly distribution: Distribution;
}

/**
 * Creates the objects of a generator as they arrive, and tells what their pods do where that varies.
 * One event is pending at a time. Every draw is keyed by the generator's name and the number of the
 * object, so that nothing else in a scenario changes what a generator makes.
 */
export class ObjectGenerator implements PodRunSource {
  private readonly engine: Engine;
  private readonly arrivals: ArrivalTimes;
  private readonly maker: ObjectMaker;
  private readonly variedRun: readonly VariedRun[];
  private readonly arrive: HandlerId;
  private readonly answer: AnswerId;
  private created = 0;
  private refused = 0;

  constructor(private readonly options: ObjectGeneratorOptions) {
    const { engine, client, generator, startTimeMs } = options;
    this.engine = engine;
    this.arrivals = new ArrivalTimes(generator, engine.streams);
    this.maker = new ObjectMaker(generator, engine.streams, startTimeMs);
    this.variedRun = generator.vary.flatMap((variation) =>
      "resource" in variation
        ? []
        : [{ field: variation.field, distribution: distributionOf(variation.distribution) }],
    );
    this.arrive = engine.registerHandler(`workload/generator/${generator.name}`, () => {
      this.create();
    });
    this.answer = client.onAnswer((outcome, ordinal) => this.answered(outcome, ordinal));
  }

  /** Whether it says anything of what its pods do. */
  get tellsRuns(): boolean {
    return this.variedRun.length > 0;
  }

  get names(): { readonly namespace: string; readonly prefix: string } {
    return this.maker;
  }

  /** Objects that were sent to the API server. */
  get createdCount(): number {
    return this.created;
  }

  /** Of those, objects that it refused. */
  get refusedCount(): number {
    return this.refused;
  }

  /** Waits for the first arrival. */
  start(): void {
    this.scheduleNext();
  }

  /** What varies in the containers of one of its pods; null for a pod of somebody else. */
  podRun(pod: PodVersion): PodRun | null {
    if (this.variedRun.length === 0 || pod.namespace !== this.maker.namespace) return null;
    const ordinal = this.ordinalOf(pod);
    if (ordinal === null || ordinal >= this.created) return null;
    const run: { -readonly [F in keyof PodRun]: PodRun[F] } = {};
    for (const { field, distribution } of this.variedRun) {
      const name = `workload/generator/${this.options.generator.name}/${field}`;
      const drawn = distribution.quantile(this.engine.streams.draw(name, ordinal));
      run[RUN_FIELDS[field]] = Math.min(Math.max(0, Math.round(drawn)), Number.MAX_SAFE_INTEGER);
    }
    return run;
  }

  private ordinalOf(pod: PodVersion): number | null {
    if (this.maker.kind === "Pod") return this.maker.ordinalIn(pod.name);
    const owner = controllerOf(pod);
    if (owner === undefined) return null;
    if (owner.kind === this.maker.kind) return this.maker.ordinalIn(owner.name);
    const end = owner.name.lastIndexOf("-");
    const isMade = makerOf(owner.kind) === this.maker.kind && end > 0;
    return isMade ? this.maker.ordinalIn(owner.name.slice(0, end)) : null;
  }

  private scheduleNext(): void {
    const at = this.arrivals.next();
    if (at === null) return;
    this.engine.scheduleAt(Math.max(at, this.engine.now), Phase.world, this.arrive);
  }

  private create(): void {
    const ordinal = this.created++;
    const object = this.maker.make(ordinal);
    this.options.client.submit({ verb: "create", object }, this.answer, ordinal);
    this.scheduleNext();
  }

  private answered(outcome: Outcome, ordinal: number): void {
    if (outcome.ok) return;
    this.refused += 1;
    const object = this.maker.make(ordinal);
    const { observer } = this.options;
    observer.event("Warning", "FailedCreate", object, outcome.message, this.engine.now);
  }
}
