import { defaultSpec } from "../../api/defaults.js";
import type { Labels, PodSpec } from "../../api/kubernetes.js";
import { type NewPod, newMeta } from "../../api/new-object.js";
import { EMPTY_POD_STATUS } from "../../api/pod-version.js";
import { GPU_MODEL_LABEL } from "./openb/openb-nodes.js";
import type { PodShape } from "./pod-shapes.js";
import { GPU_RESOURCE } from "./trace-pod.js";

/** Label of every pod of a trace with the trace's name, so that behaviour and selectors find them. */
const TRACE_LABEL = "seatrial.dev/trace";

const INTEGER = /^[+-]?\d+$/;

/** What the pods of one shape share by reference. */
export interface PodTemplate {
  readonly namespace: string;
  readonly spec: PodSpec;
  readonly labels: Labels;
}

/** A pod of one container that asks for what the shape says and runs once. */
export function templateOf(trace: string, shape: PodShape): PodTemplate {
  const requests: Record<string, string> = {};
  if (shape.cpuMillis > 0) requests.cpu = `${shape.cpuMillis}m`;
  if (shape.memoryBytes > 0) requests.memory = String(shape.memoryBytes);
  const limits = shape.gpus > 0 ? { [GPU_RESOURCE]: String(shape.gpus) } : undefined;
  const priorityClassName = priorityClassOf(shape.priority);
  const spec: PodSpec = {
    restartPolicy: "Never",
    containers: [
      {
        name: "main",
        image: `trace/${trace}`,
        resources: {
          requests: { ...requests, ...limits },
          ...(limits === undefined ? {} : { limits }),
        },
      },
    ],
    ...(priorityClassName === "" ? {} : { priorityClassName }),
    ...(shape.gpuModels.length === 0 ? {} : { affinity: affinityTo(shape.gpuModels) }),
  };
  const labels = { ...shape.labels, [TRACE_LABEL]: trace };
  // Defaulted once here, so that the API server finds nothing to add and all pods share it.
  return { namespace: shape.namespace, spec: defaultSpec("Pod", spec), labels };
}

export function podOf(template: PodTemplate, name: string): NewPod {
  return {
    kind: "Pod",
    ...newMeta(template.namespace, name),
    labels: template.labels,
    spec: template.spec,
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
  };
}

/** A priority that is given as a number, as against the name of a class. */
export function priorityValue(priority: string): number | null {
  return INTEGER.test(priority) ? Number(priority) : null;
}

/** The PriorityClass of a priority; one given as a number has a class of its own. */
export function priorityClassOf(priority: string): string {
  const value = priorityValue(priority);
  if (value === null) return priority;
  return value < 0 ? `trace-priority-minus-${-value}` : `trace-priority-${value}`;
}

function affinityTo(models: readonly string[]): NonNullable<PodSpec["affinity"]> {
  const expression = { key: GPU_MODEL_LABEL, operator: "In", values: [...models] };
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [expression] }],
      },
    },
  };
}
