import { z } from "zod";
import { type ControllerFlag, type FlagValues, flagsOf } from "../../control/controller.js";
import { CONTROLLERS } from "../../control/registry.js";
import {
  CYCLE_TIME_PRESETS,
  type CycleTime,
  type CycleTimePreset,
} from "../../scheduler/cycle-time.js";
import { DEFAULTS } from "../defaults.js";
import { formatDuration } from "../units.js";
import { clusterAutoscaler } from "./autoscaling.js";
import { durationDistribution } from "./distribution.js";
import { kubelet, kubeletOf, watchLatency } from "./kubelet.js";
import { described, notYet, refused } from "./leaf.js";
import { count, duration, flag, number, positiveCount, positiveDuration, word } from "./scalars.js";
import type { ControlPlane } from "./scenario.js";

/** What a component has: its client's rate limit and how late its watches are. */
function component(qps: number, burst: number) {
  return {
    kubeAPIQPS: described(
      number({ above: 0, max: 1e6 }).optional(),
      "Requests a second that the component may send, over time.",
      { default: qps, source: "upstream" },
    ),
    kubeAPIBurst: described(positiveCount.optional(), "Requests that it may send at once.", {
      default: burst,
      source: "upstream",
    }),
    watchLatency,
  };
}

const { clients } = DEFAULTS;
const PRESETS = Object.keys(CYCLE_TIME_PRESETS) as CycleTimePreset[];

const laterFlags = {
  maxEndpointsPerSlice: "the size of EndpointSlices",
  endpointsliceUpdatesBatchPeriod: "gathering changes of EndpointSlices",
  resourceQuotaSyncPeriod: "the resource quota controller",
  pvclaimbinderSyncPeriod: "the volume binder",
} as const;

function withoutKeys(
  all: Readonly<Record<string, string>>,
  taken: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(taken, key)));
}

const FLAGS = flagsOf(CONTROLLERS);

/** The flags of the controllers that there are. */
const flags = Object.fromEntries(
  FLAGS.map((given) => {
    const { form, name, byDefault, meaning } = given;
    const shown = form === "duration" ? formatDuration(byDefault) : byDefault;
    const value = flagSchema(given).optional();
    return [name, described(value, meaning, { default: shown, source: "upstream" })];
  }),
);

function flagSchema({ form, least }: ControllerFlag) {
  if (form === "duration") return least === 0 ? duration : positiveDuration;
  if (form === "number") return number({ min: least });
  return least === 0 ? count : positiveCount;
}

const controllerManager = z.strictObject({
  ...component(clients.controllerManager.qps, clients.controllerManager.burst),
  ...flags,
  ...refused(withoutKeys(laterFlags, flags)),
});

const scheduler = z.strictObject({
  ...component(clients.scheduler.qps, clients.scheduler.burst),
  cycle: described(
    z
      .strictObject({
        preset: described(
          word(...PRESETS).optional(),
          "Times by what a pod asks for, instead of `base` and `perNode`.",
          { source: "measured" },
        ),
        base: described(duration.optional(), "For each cycle.", {
          default: "300us",
          source: "assumed",
        }),
        perNode: described(duration.optional(), "For each node that is evaluated.", {
          default: "2us",
          source: "assumed",
        }),
      })
      .superRefine((given, context) => {
        const { preset, base, perNode } = given;
        if (preset === undefined || (base === undefined && perNode === undefined)) return;
        const message = "expected either `preset`, or `base` and `perNode`";
        context.addIssue({ code: "custom", message, path: ["preset"], input: preset });
      })
      .optional(),
    "Virtual time that the scheduling of one pod takes.",
  ),
});

const metricsServer = z.strictObject({
  enabled: described(
    flag.optional(),
    "Whether there is one: autoscalers by CPU and memory need it.",
    {
      default: true,
    },
  ),
  metricResolution: described(
    positiveDuration.optional(),
    "How often it scrapes the nodes, from virtual zero on.",
    { default: "15s", source: "upstream" },
  ),
});

const latency = z.strictObject({
  api: described(duration.optional(), "A request until the API server has committed it.", {
    default: "5ms",
    source: "assumed",
  }),
  watch: described(duration.optional(), "A commit until watches deliver it.", {
    default: "10ms",
    source: "assumed",
  }),
  service: described(
    durationDistribution.optional(),
    "How long the API server is at one object that is read or written, while others wait.",
    { default: 0, source: "assumed" },
  ),
  bind: described(duration.optional(), "A binding, from its request until it is committed.", {
    default: "5ms",
    source: "assumed",
  }),
});

interface GivenCycle {
  readonly preset?: CycleTimePreset | undefined;
  readonly base?: number | undefined;
  readonly perNode?: number | undefined;
}

function cycleOf({ preset, base, perNode }: GivenCycle): CycleTime {
  if (preset !== undefined) return CYCLE_TIME_PRESETS[preset];
  return {
    baseMicros: base ?? DEFAULTS.cycle.baseMicros,
    perNodeMicros: perNode ?? DEFAULTS.cycle.perNodeMicros,
  };
}

export const controlPlane = z
  .strictObject({
    controllerManager: described(controllerManager.optional(), "kube-controller-manager's flags."),
    kubelet: described(kubelet.optional(), "The configuration of every kubelet."),
    scheduler: described(scheduler.optional(), "kube-scheduler, beside its configuration file."),
    metricsServer: described(metricsServer.optional(), "metrics-server."),
    clusterAutoscaler: described(
      clusterAutoscaler.optional(),
      "The Cluster Autoscaler's flags: it runs where a pool has `autoscaling`.",
    ),
    latency: described(latency.optional(), "What upstream leaves to the machine."),
    apiServer: notYet("flags of the API server (`apiServer`)"),
  })
  .transform((given): ControlPlane => {
    const watchMicros = given.latency?.watch ?? DEFAULTS.latency.watchMicros;
    const shared = (name: "controllerManager" | "scheduler") => ({
      client: {
        qps: given[name]?.kubeAPIQPS ?? clients[name].qps,
        burst: given[name]?.kubeAPIBurst ?? clients[name].burst,
      },
      watchLatencyMicros: given[name]?.watchLatency ?? watchMicros,
    });
    const manager: Readonly<Record<string, unknown>> = given.controllerManager ?? {};
    const values = FLAGS.flatMap(({ name }) =>
      manager[name] === undefined ? [] : [[name, manager[name]] as const],
    );
    return {
      controllerManager: {
        ...shared("controllerManager"),
        flags: Object.fromEntries(values) as FlagValues,
      },
      kubelet: kubeletOf(given.kubelet ?? {}, watchMicros),
      metricsServer:
        given.metricsServer?.enabled === false
          ? null
          : {
              resolutionMicros:
                given.metricsServer?.metricResolution ?? DEFAULTS.metricsServer.resolutionMicros,
            },
      clusterAutoscaler: given.clusterAutoscaler ?? clusterAutoscaler.parse({}),
      scheduler: {
        ...shared("scheduler"),
        cycle: cycleOf(given.scheduler?.cycle ?? {}),
      },
      latency: {
        apiMicros: given.latency?.api ?? DEFAULTS.latency.apiMicros,
        watchMicros,
        serviceMicros: given.latency?.service ?? DEFAULTS.latency.serviceMicros,
        bindMicros: given.latency?.bind ?? DEFAULTS.latency.bindMicros,
      },
    };
  });
