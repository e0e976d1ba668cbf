import { z } from "zod";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { ServingSpec } from "../../traffic/cluster/traffic-spec.js";
import { bytesDistribution, durationDistribution } from "./distribution.js";
import { described } from "./leaf.js";
import {
  bytes,
  count,
  flag,
  integer,
  kubernetesLabels,
  number,
  positiveCount,
  text,
  word,
} from "./scalars.js";
import { leaderElection } from "./leader-election.js";
import type { Behavior } from "./scenario.js";
import { calls } from "./traffic.js";
import { cpuOf, cpuUsage, memoryOf, memoryUsage } from "./usage.js";

const match = z.strictObject({
  namespace: described(text.optional(), "Namespace of the pod."),
  labels: described(kubernetesLabels.optional(), "All of them must be on the pod."),
  container: described(text.optional(), "Name of the container or init container."),
  index: described(
    z.union([count.transform((one) => [one]), z.array(count).min(1)]).optional(),
    "Completion index of a pod of an Indexed Job, or several.",
  ),
  image: described(text.optional(), "Image of the container, as its pod names it."),
  node: described(text.optional(), "Name of the node that the pod is on."),
  names: described(z.array(text).min(1).optional(), "Names of pods, as those of a StatefulSet."),
  first: described(
    positiveCount.optional(),
    "Only the first so many pods of those that match, in the order in which they come to a node.",
  ),
});

export const behavior = z
  .strictObject({
    match: described(match.optional(), "What the entry applies to; without it, every container."),
    image: described(
      z
        .strictObject({
          size: described(bytes.optional(), "What is pulled where the image is not yet."),
          missing: described(
            flag.optional(),
            "There is no such image: the container waits with ErrImagePull and ImagePullBackOff.",
            { default: false },
          ),
        })
        .optional(),
      "The image of the container.",
      { default: { size: 0 }, source: "assumed" },
    ),
    sandbox: described(
      durationDistribution.optional(),
      "From when a pod is on its node until its first container may start: sandbox and network. The entry of its first container decides.",
      { default: 0, source: "assumed" },
    ),
    neverStarts: described(
      text.optional(),
      "The container waits for ever, with this reason, such as CreateContainerConfigError.",
    ),
    start: described(
      durationDistribution.optional(),
      "From the start of the process until it serves.",
      { default: "1s", source: "assumed" },
    ),
    ready: described(
      z.union([word("never"), durationDistribution]).optional(),
      "From when it has started up until it is ready, in place of what its readiness probe finds.",
    ),
    run: described(
      z.union([word("forever"), durationDistribution]).optional(),
      "`forever`, or how long the container runs before it ends by itself. Without it: for ever under restartPolicy Always, else 1 min (an init container 1 s).",
      { source: "assumed" },
    ),
    exitCode: described(integer(0, 255, "an exit code").optional(), "Of the end by itself.", {
      default: 0,
      source: "assumed",
    }),
    exitCodes: described(
      z
        .array(integer(0, 255, "an exit code"))
        .min(1)
        .optional(),
      "As `exitCode`, by the number of the container's start: the first, the second, and so on; the last one for all that follow. In place of `exitCode`.",
    ),
    stop: described(durationDistribution.optional(), "From SIGTERM until it has ended.", {
      default: "1s",
      source: "assumed",
    }),
    cpu: described(
      cpuUsage.optional(),
      "CPU in use while it serves, by request, or over time. Without it: half of the request.",
      { source: "assumed" },
    ),
    memory: described(
      memoryUsage.optional(),
      "Memory in use while it runs, also over time. Without it: the request.",
      { source: "assumed" },
    ),
    disk: described(
      bytesDistribution.optional(),
      "What it has written to its node's disk, from its start until its pod has ended.",
      { default: 0, source: "assumed" },
    ),
    processes: described(positiveCount.optional(), "How many processes it has while it runs.", {
      default: 1,
      source: "assumed",
    }),
    crash: described(
      durationDistribution.optional(),
      "Time in service until it crashes. Without it: never.",
    ),
    unhealthy: described(
      z
        .strictObject({
          after: described(durationDistribution, "From when it serves."),
          for: described(
            durationDistribution.optional(),
            "How long; without it, to the end of the run.",
          ),
        })
        .optional(),
      "Its probes fail for a time, once a run, as those of a process that hangs: liveness restarts it, readiness takes it out of its Services.",
    ),
    postStart: described(
      z
        .strictObject({
          takes: described(durationDistribution.optional(), "From the start of the process.", {
            default: 0,
            source: "assumed",
          }),
          fails: described(flag.optional(), "It fails then: the container is stopped.", {
            default: false,
          }),
        })
        .optional(),
      "The container's postStart hook, if it has one. Until it is over, probes are not sent and the container is not ready.",
    ),
    service: described(
      durationDistribution.optional(),
      "How long a request is in service besides its CPU time, such as for a disk.",
    ),
    concurrency: described(
      positiveCount.optional(),
      "Requests that it works on at once; others wait for their turn. Without it: all.",
    ),
    queue: described(
      count.optional(),
      "Places for requests that wait; one that finds none is refused. Without it: no limit.",
    ),
    errors: described(
      number({ min: 0, max: 1 }).optional(),
      "Share of the requests that it answers with an error.",
      { default: 0 },
    ),
    calls: described(
      calls.optional(),
      "What it asks of other services for each request, after its own work: stages in turn, the calls of one at the same moment.",
    ),
    holdsPlace: described(
      flag.optional(),
      "Whether a request keeps its place of `concurrency` during calls: threads do, event loops do not.",
      { default: true, source: "assumed" },
    ),
    leaderElection: described(
      leaderElection.optional(),
      "It takes part in the election of a leader by a Lease, as client-go's leaderelection does.",
    ),
  })
  .superRefine(({ exitCode, exitCodes }, context) => {
    if (exitCode === undefined || exitCodes === undefined) return;
    const message = "expected either `exitCode` or `exitCodes`";
    context.addIssue({ code: "custom", message, path: ["exitCodes"], input: exitCodes });
  })
  .transform(
    (entry): Behavior => ({
      match: {
        namespace: entry.match?.namespace ?? null,
        labels: entry.match?.labels ?? {},
        container: entry.match?.container ?? null,
        indexes: entry.match?.index ?? null,
        image: entry.match?.image ?? null,
        node: entry.match?.node ?? null,
        names: entry.match?.names ?? null,
        first: entry.match?.first ?? null,
      },
      sandboxMicros: entry.sandbox ?? null,
      neverStarts: entry.neverStarts ?? null,
      ready: entry.ready ?? null,
      imageBytes: entry.image?.size ?? null,
      imageMissing: entry.image?.missing ?? false,
      startMicros: entry.start ?? null,
      run: entry.run ?? null,
      exitCodes: entry.exitCodes ?? (entry.exitCode === undefined ? [] : [entry.exitCode]),
      stopMicros: entry.stop ?? null,
      cpuMillis: cpuOf(entry.cpu).always,
      memoryBytes: memoryOf(entry.memory).always,
      diskBytes: entry.disk ?? null,
      processes:
        entry.processes === undefined ? null : { type: "constant", value: entry.processes },
      cpuOverTime: cpuOf(entry.cpu).overTime,
      memoryOverTime: memoryOf(entry.memory).overTime,
      crashMicros: entry.crash ?? null,
      unhealthy:
        entry.unhealthy === undefined
          ? null
          : { afterMicros: entry.unhealthy.after, forMicros: entry.unhealthy.for ?? null },
      postStart:
        entry.postStart === undefined
          ? null
          : {
              takesMicros: entry.postStart.takes ?? null,
              fails: entry.postStart.fails ?? false,
            },
      serving: servingOf(entry),
      election: entry.leaderElection ?? null,
    }),
  );

interface GivenServing {
  readonly cpu?: z.output<typeof cpuUsage> | undefined;
  readonly service?: DistributionSpec | undefined;
  readonly concurrency?: number | undefined;
  readonly queue?: number | undefined;
  readonly errors?: number | undefined;
  readonly calls?: ServingSpec["stages"] | undefined;
  readonly holdsPlace?: boolean | undefined;
}

function servingOf(entry: GivenServing): ServingSpec | null {
  const { cpu, service, concurrency, queue, errors, calls: stages } = entry;
  const perRequest = cpu === undefined || "type" in cpu ? undefined : cpu.perRequest;
  const said = [perRequest, service, concurrency, queue, errors, stages];
  if (said.every((one) => one === undefined)) return null;
  return {
    cpuMicros: perRequest ?? null,
    serviceMicros: service ?? null,
    concurrency: concurrency ?? null,
    queueLimit: queue ?? null,
    errorShare: errors ?? 0,
    stages: stages ?? [],
    holdsPlaceDuringCalls: entry.holdsPlace ?? true,
  };
}
