import type { PodInfo } from "../framework/pod-info.js";
import type { ReadonlyResources, ScalarResources } from "../framework/resources.js";

const MI = 1024 ** 2;
const GI = 1024 ** 3;

/** A resource by Kubernetes' name, read from sums of resources. */
export interface Measure {
  readonly name: string;
  of(resources: ReadonlyResources): number;
  text(amount: number): string;
}

/** The resources that the pod asks for. */
export function measuresOf(pod: PodInfo, names: ScalarResources): readonly Measure[] {
  const { requests } = pod.template.resources;
  const all: Measure[] = [
    { name: "cpu", of: (r) => r.cpuMillis, text: (n) => `${round(n / 1000)} cpu` },
    { name: "memory", of: (r) => r.memoryBytes, text: (n) => `${bytesText(n)} memory` },
    {
      name: "ephemeral-storage",
      of: (r) => r.ephemeralStorageBytes,
      text: (n) => `${bytesText(n)} ephemeral-storage`,
    },
  ];
  requests.scalars.forEach((amount, id) => {
    if (amount === undefined) return;
    const name = names.name(id);
    all.push({ name, of: (r) => r.scalar(id), text: (n) => `${n} ${name}` });
  });
  return all.filter((measure) => measure.of(requests) > 0);
}

function round(value: number): string {
  return value.toFixed(3).replace(/\.?0+$/, "");
}

function bytesText(bytes: number): string {
  if (bytes >= GI) return `${round(Math.floor((bytes / GI) * 100) / 100)}Gi`;
  return `${round(Math.floor((bytes / MI) * 10) / 10)}Mi`;
}
