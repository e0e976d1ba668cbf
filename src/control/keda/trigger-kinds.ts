import { nearName } from "../../base/near-name.js";
import { own } from "../../base/own.js";
import { type CronWindow, readCronTrigger } from "./cron-trigger.js";

/** What a trigger's metadata says, whatever its type. */
export interface TriggerReading {
  /** The metric before the index of its trigger is put in front. */
  readonly metricName: string;
  /** What one replica is to work on. */
  readonly target: number;
  /** The trigger is active above it. */
  readonly activation: number;
  /** Of a trigger that asks for replicas at times: these; null: it fails. */
  readonly window?: CronWindow | null;
  /** Of the same: where these times are. */
  readonly timezone?: string;
}

interface TriggerKind {
  readonly targetKeys: readonly string[];
  /** Undefined: it has to be given. */
  readonly byDefault?: number;
  readonly activationKey: string;
  readonly metricName: (of: (key: string) => string) => string;
}

/** Upstream's names of triggers, of those whose metric a run can have. Source: KEDA, "Scalers" (2.21). */
const KINDS: Readonly<Record<string, TriggerKind>> = {
  prometheus: {
    targetKeys: ["threshold"],
    activationKey: "activationThreshold",
    metricName: () => "prometheus",
  },
  rabbitmq: {
    targetKeys: ["value", "queueLength"],
    byDefault: 20,
    activationKey: "activationValue",
    metricName: (of) => `rabbitmq-${encodeURIComponent(of("queueName"))}`,
  },
  kafka: {
    targetKeys: ["lagThreshold"],
    byDefault: 10,
    activationKey: "activationLagThreshold",
    metricName: (of) =>
      of("topic") === "" ? `kafka-${of("consumerGroup")}-topics` : `kafka-${of("topic")}`,
  },
  "aws-sqs-queue": {
    targetKeys: ["queueLength"],
    byDefault: 5,
    activationKey: "activationQueueLength",
    metricName: (of) => `aws-sqs-${of("queueURL").split("/").at(-1) ?? ""}`,
  },
  redis: {
    targetKeys: ["listLength"],
    byDefault: 5,
    activationKey: "activationListLength",
    metricName: (of) => `redis-${of("listName")}`,
  },
  "metrics-api": {
    targetKeys: ["targetValue"],
    activationKey: "activationTargetValue",
    metricName: (of) => `metric-api-${of("valueLocation")}`,
  },
};

/** What a trigger that is neither of CPU nor of memory asks for; or why it cannot be read. */
export function readTrigger(trigger: {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
}): TriggerReading | { readonly problem: string } {
  if (trigger.type === "cron") {
    const read = readCronTrigger(trigger.metadata);
    if ("problem" in read) return read;
    const { metricName, window, timezone } = read;
    return { metricName: normalized(metricName), target: 1, activation: 0, window, timezone };
  }
  const kind = own(KINDS, trigger.type);
  if (kind === undefined) {
    const known = ["cpu", "memory", "cron", ...Object.keys(KINDS)];
    const near = nearName(trigger.type, known, 2);
    const hint = near === "" ? "" : `, did you mean ${near}?`;
    const which = `modelled are ${known.join(", ")}`;
    return { problem: `triggers of type ${trigger.type} are not modelled${hint}: ${which}` };
  }
  const of = (key: string): string => own(trigger.metadata, key) ?? "";
  const given = kind.targetKeys.map(of).find((text) => text !== "");
  const target = given === undefined ? kind.byDefault : Number(given);
  if (target === undefined) return { problem: `${kind.targetKeys[0]} is required` };
  if (!Number.isFinite(target)) {
    return { problem: `${kind.targetKeys[0]} is ${JSON.stringify(given)}: expected a number` };
  }
  const activation = Number(of(kind.activationKey) || 0);
  if (!Number.isFinite(activation)) {
    const text = JSON.stringify(of(kind.activationKey));
    return { problem: `${kind.activationKey} is ${text}: expected a number` };
  }
  return { metricName: normalized(kind.metricName(of)), target, activation };
}

/** As upstream makes names of metrics. */
function normalized(text: string): string {
  return text.replace(/[/.:%()]/g, "-");
}
