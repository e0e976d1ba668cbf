import { Selector, selectorFromLabels } from "../src/api/label-selector.js";
import { MICROS_PER_MINUTE } from "../src/base/time.js";
import type { ObservedPod } from "../src/control/vertical-pod-autoscaler/observed-pods.js";
import {
  type AutoscalerObject,
  Recommender,
  type UsageSample,
} from "../src/control/vertical-pod-autoscaler/recommender.js";
import { DEFAULT_RECOMMENDER } from "../src/control/vertical-pod-autoscaler/recommender-settings.js";
import { scanRow } from "./cluster-autoscaler.js";
import { runProvisioning } from "./karpenter.js";
import { karpenterConsolidation } from "./karpenter-consolidation.js";

const CONTAINERS = 10_000;
const PODS_EACH = 10;
const LOOPS = 30;
const TARGET_SECONDS = 0.1;
const BEGIN_MICROS = Date.UTC(2026, 0, 1) * 1000;

/**
 * The recommender's loop over 10,000 containers of 1,000 autoscalers: samples of CPU and memory of each, and the status
 * of every autoscaler. The best of some loops counts.
 */
export function run(): void {
  const autoscalers: AutoscalerObject[] = [];
  const pods: ObservedPod[] = [];
  const selectors = new Map<string, Selector>();
  for (let i = 0; i < CONTAINERS / PODS_EACH; i++) {
    const labels = { app: `app-${i}`, hash: "5b944979db" };
    const name = `app-${i}`;
    const targetRef = { apiVersion: "apps/v1", kind: "Deployment", name };
    selectors.set(name, selectorFromLabels({ app: name }));
    autoscalers.push({
      ...{ namespace: "default", name, annotations: {}, generation: 1, status: {} },
      spec: { targetRef },
    });
    for (let pod = 0; pod < PODS_EACH; pod++) {
      pods.push({
        ...{ namespace: "default", name: `${name}-${pod}`, labels, isFinished: false },
        ...{ containers: ["main"], initContainers: [] },
      });
    }
  }
  const recommender = new Recommender(DEFAULT_RECOMMENDER);
  const seconds: number[] = [];
  let statuses = 0;
  for (let loop = 1; loop <= LOOPS; loop++) {
    const nowMicros = BEGIN_MICROS + loop * MICROS_PER_MINUTE;
    const usage = pods.map((pod, i): UsageSample => {
      const wave = (i * 7919 + loop * 104_729) % 1000;
      return {
        ...{ namespace: pod.namespace, podName: pod.name, container: "main" },
        ...{ timeMicros: nowMicros, cpuMillis: 50 + wave, memoryBytes: 1e8 + wave * 1e6 },
      };
    });
    const began = process.cpuUsage();
    const found = recommender.loop({
      nowMicros,
      nowText: "2026-01-01T00:00:00Z",
      autoscalers,
      selectorOf: ({ name }) => selectors.get(name) ?? Selector.nothing,
      pods,
      usage,
      ooms: [],
    });
    recommender.collectGarbage();
    const { user, system } = process.cpuUsage(began);
    seconds.push((user + system) / 1e6);
    statuses += found.length;
  }
  if (statuses !== LOOPS * autoscalers.length) throw new Error(`${statuses} statuses`);
  seconds.sort((a, b) => a - b);
  const median = seconds[Math.floor(LOOPS / 2)]!;
  console.log(
    `vpa: a loop over ${CONTAINERS} containers of ${autoscalers.length} autoscalers: ` +
      `${(median * 1000).toFixed(1)} ms of CPU in the median, ${(seconds[0]! * 1000).toFixed(1)} ms at best ` +
      `(target ${TARGET_SECONDS * 1000} ms)`,
  );
  runProvisioning();
  scanRow();
  karpenterConsolidation();
}
