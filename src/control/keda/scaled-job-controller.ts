import { deepEqual } from "../../api/deep-equal.js";
import { newMeta } from "../../api/new-object.js";
import { controllerOf, type ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { ScaledJobStatus } from "../../api/schemas/types.js";
import { own } from "../../base/own.js";
import { MICROS_PER_MILLI } from "../../base/time.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import { Controllees } from "../controllees.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { NO_METRICS } from "../horizontal-pod-autoscaler/metrics-client.js";
import { controllerReference } from "../owner-references.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { isAnnotated, passedLabels } from "./annotations.js";
import { condition, type KedaConditions } from "./conditions.js";
import { PollClock } from "./poll-clock.js";
import { boundsOf, jobDemand, scalerMetrics } from "./scaled-job-metrics.js";
import { jobRequest, type OwnJob } from "./scaled-job-request.js";
import { withConditions } from "./status-conditions.js";
import { failureOf, readTriggers, valueMillisOf } from "./trigger-values.js";

type ScaledJob = ObjectVersion<"ScaledJob">;

const NAME_LABEL = "scaledjob.keda.sh/name";
const EXCLUDED_LABELS = "scaledjob.keda.sh/job-excluded-labels";

interface Sync {
  readonly scaled: ScaledJob;
  stage: "look" | "write status" | "end";
  conditions: KedaConditions;
  isActive: boolean;
  created: number;
}

/**
 * KEDA's loop over ScaledJobs: at each polling interval it creates the Jobs that the triggers ask for, and
 * removes those that have been kept long enough.
 * Source: KEDA, "Scaling Jobs"; pkg/scaling/executor/scale_jobs.go (2.21).
 */
export class ScaledJobController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly scaled: FreshView<"ScaledJob">;
  private readonly jobs: Informer<"Job">;
  private readonly pods: Informer<"Pod">;
  private readonly jobsOf = new Controllees<"Job">();
  private readonly podsOf = new Controllees<"Pod">();
  private readonly timestamps: Timestamps;
  private readonly clock: PollClock;
  private readonly created: AnswerId;
  private readonly removed: AnswerId;
  private readonly written: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.scaled = new FreshView(informers.informer("ScaledJob"));
    this.jobs = informers.informer("Job");
    this.pods = informers.informer("Pod");
    this.timestamps = new Timestamps(options.startTimeMs);
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "keda-scaledjob",
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.clock = new PollClock(engine, "scaledjob", (row) => this.syncs.add(row));
    this.created = this.syncs.onAnswer((sync, outcome) => this.onCreated(sync, outcome));
    this.removed = this.syncs.onAnswer(() => {});
    this.written = this.syncs.onAnswer((_, outcome) => {
      if (outcome.ok) this.scaled.wrote(outcome.object as ScaledJob);
    });
  }

  start(): void {
    this.scaled.start();
    this.scaled.informer.addHandler({
      added: ({ row }) => this.syncs.add(row),
      updated: (before, scaled) => {
        const same = before.spec === scaled.spec && before.annotations === scaled.annotations;
        if (!same) this.syncs.add(scaled.row);
      },
    });
    this.jobs.addHandler(
      {
        added: (job) => this.jobsOf.put(job),
        updated: (_before, job) => this.jobsOf.put(job),
        deleted: (job) => this.jobsOf.remove(job),
      },
      "ScaledJob",
    );
    this.pods.addHandler(
      {
        added: (pod) => this.putPod(pod),
        updated: (_before, pod) => this.putPod(pod),
        deleted: (pod) => {
          if (controllerOf(pod)?.kind === "Job") this.podsOf.remove(pod);
        },
      },
      "Job",
    );
  }

  private putPod(pod: PodVersion): void {
    if (controllerOf(pod)?.kind === "Job") this.podsOf.put(pod);
  }

  private begin(row: number): Sync | null {
    const scaled = this.scaled.at(row);
    if (scaled === undefined || scaled.deletionTimeMicros !== null) return null;
    return { scaled, stage: "look", conditions: {}, isActive: false, created: 0 };
  }

  private step(sync: Sync): StepEnd {
    switch (sync.stage) {
      case "look":
        sync.stage = "write status";
        this.look(sync);
        return "go on";
      case "write status":
        sync.stage = "end";
        this.writeStatus(sync);
        return "go on";
      case "end":
        this.clock.wakeAfter(sync.scaled.row, sync.scaled.spec.pollingInterval);
        return "done";
    }
  }

  private look(sync: Sync): void {
    const { scaled } = sync;
    const { spec, namespace, row } = scaled;
    if (isAnnotated(scaled.annotations, "paused")) {
      const message = "ScaledJob is paused";
      sync.conditions = { Paused: condition("True", "ScaledJobPaused", message) };
      return;
    }
    const triggers = readTriggers(spec.triggers);
    if ("problem" in triggers) {
      const Ready = condition("False", "ScaledJobCheckFailed", triggers.problem);
      sync.conditions = { Ready };
      this.say(sync, "Warning", "KEDAScalerFailed", triggers.problem);
      return;
    }
    const bounds = boundsOf(spec);
    const { metrics = NO_METRICS, engine, startTimeMs } = this.options;
    const asking = { namespace, metrics, at: startTimeMs * MICROS_PER_MILLI + engine.now };
    let isError = false;
    const found = triggers.flatMap((trigger) => {
      const millis = valueMillisOf(trigger, asking);
      if (millis === null) {
        isError = true;
        this.say(sync, "Warning", "KEDAScalerFailed", failureOf(trigger, asking));
        return [];
      }
      const value = millis / 1_000;
      return [scalerMetrics([value], trigger.target, value > trigger.activation, bounds)];
    });
    const calculation = spec.scalingStrategy?.multipleScalersCalculation;
    const demand = jobDemand(found, calculation, bounds);
    const request = jobRequest(spec, this.ownJobs(scaled), demand, isError);
    sync.conditions = request.conditions;
    sync.isActive = demand.isActive;
    for (let i = 0; i < request.create; i++) {
      this.syncs.send(row, this.created, { verb: "create", object: this.newJob(scaled) });
    }
    for (const { name } of request.remove) {
      const target = { kind: "Job", namespace, name } as const;
      this.syncs.send(row, this.removed, { verb: "delete", target });
    }
  }

  private ownJobs({ uid }: ScaledJob): readonly OwnJob[] {
    return [...this.jobsOf.of(uid)].map(({ name, uid: job, status }) => {
      const ended = (status.conditions ?? []).find(
        ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
      );
      return {
        name,
        finished: (ended?.type ?? "") as OwnJob["finished"],
        doneMicros: this.timestamps.microsOf(status.completionTime),
        pods: [...this.podsOf.of(job)],
      };
    });
  }

  private newJob(scaled: ScaledJob) {
    const { name, namespace, labels, annotations, generation, spec } = scaled;
    const { template, ...rest } = spec.jobTargetRef;
    const podSpec = template.spec;
    return {
      kind: "Job",
      ...newMeta(namespace, ""),
      generateName: `${name}-`,
      labels: {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": name,
        "app.kubernetes.io/managed-by": "keda-operator",
        [NAME_LABEL]: name,
        ...passedLabels(labels, own(annotations, EXCLUDED_LABELS)),
      },
      annotations: { "scaledjob.keda.sh/generation": `${generation}`, ...annotations },
      ownerReferences: [controllerReference(scaled)],
      spec: {
        ...rest,
        template: {
          metadata: {
            ...template.metadata,
            labels: { ...template.metadata?.labels, [NAME_LABEL]: name },
          },
          spec: { restartPolicy: "OnFailure", ...podSpec, containers: podSpec?.containers ?? [] },
        },
      },
      status: {},
    } as const;
  }

  private onCreated(sync: Sync, outcome: Outcome): void {
    if (outcome.ok) {
      sync.created += 1;
      return;
    }
    const { name } = sync.scaled;
    const message = `Failed to create job ${name}-: ${outcome.message}`;
    this.say(sync, "Warning", "KEDAJobCreateFailed", message);
    const Ready = condition("False", "KEDAJobCreateFailed", outcome.message);
    sync.conditions = { ...sync.conditions, Ready };
  }

  private writeStatus(sync: Sync): void {
    const { scaled, created, isActive } = sync;
    if (created > 0) this.say(sync, "Normal", "KEDAJobsCreated", `Created ${created} jobs`);
    const lastActiveTime = isActive
      ? this.timestamps.textOf(this.options.engine.now)
      : scaled.status.lastActiveTime;
    const status: ScaledJobStatus = {
      ...scaled.status,
      conditions: withConditions(scaled.status.conditions ?? [], sync.conditions),
      ...(lastActiveTime !== undefined && { lastActiveTime }),
    };
    if (deepEqual(status, scaled.status)) return;
    const request = { verb: "update", base: scaled, change: { status } } as const;
    this.syncs.send(scaled.row, this.written, request);
  }

  private say({ scaled }: Sync, type: "Normal" | "Warning", reason: string, message: string) {
    this.options.observer.event(type, reason, scaled, message, this.options.engine.now);
  }
}
