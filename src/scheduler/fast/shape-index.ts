import type { PodTemplateInfo } from "../framework/pod-template-info.js";

/**
 * Finds what belongs to a request shape: all of a template that the rules of one node read. By cpu and
 * memory first, and by a text of the rest, which for most templates is the name of the image.
 */
export class ShapeIndex<T> {
  private readonly byCpu = new Map<number, Map<number, Map<string, T>>>();

  get(template: PodTemplateInfo): T | undefined {
    const { cpuMillis, memoryBytes } = template.resources.requests;
    const byMemory = this.byCpu.get(cpuMillis);
    return byMemory?.get(memoryBytes)?.get(restOf(template));
  }

  set(template: PodTemplateInfo, value: T): void {
    const { cpuMillis, memoryBytes } = template.resources.requests;
    let byMemory = this.byCpu.get(cpuMillis);
    if (byMemory === undefined) {
      byMemory = new Map();
      this.byCpu.set(cpuMillis, byMemory);
    }
    let byRest = byMemory.get(memoryBytes);
    if (byRest === undefined) {
      byRest = new Map();
      byMemory.set(memoryBytes, byRest);
    }
    byRest.set(restOf(template), value);
  }

  delete(template: PodTemplateInfo): void {
    const { cpuMillis, memoryBytes } = template.resources.requests;
    const byMemory = this.byCpu.get(cpuMillis);
    const byRest = byMemory?.get(memoryBytes);
    byRest?.delete(restOf(template));
    if (byRest?.size === 0) byMemory?.delete(memoryBytes);
    if (byMemory?.size === 0) this.byCpu.delete(cpuMillis);
  }

  *values(): Generator<T> {
    for (const byMemory of this.byCpu.values()) {
      for (const byRest of byMemory.values()) yield* byRest.values();
    }
  }
}

/** All but the requests of cpu and memory. */
function restOf({ resources, spec, hostPorts }: PodTemplateInfo): string {
  const { containers, initContainers = [], tolerations = [], nodeSelector } = spec;
  let text = containers[0]?.image ?? "";
  for (let i = 1; i < containers.length; i += 1) text += `\n${containers[i]!.image ?? ""}`;
  for (const { image } of initContainers) text += `\ninit ${image ?? ""}`;
  const { requests, scoreRequests } = resources;
  if (
    resources.scoreNonZeroCpuMillis !== requests.cpuMillis ||
    resources.scoreNonZeroMemoryBytes !== requests.memoryBytes ||
    scoreRequests.cpuMillis !== requests.cpuMillis
  ) {
    text += `\nscore ${scoreRequests.cpuMillis} ${resources.scoreNonZeroCpuMillis}`;
    text += ` ${resources.scoreNonZeroMemoryBytes}`;
  }
  if (requests.ephemeralStorageBytes !== 0) text += `\ns${requests.ephemeralStorageBytes}`;
  if (requests.scalars.length > 0) text += `\nr${JSON.stringify(requests.scalars)}`;
  const nodeAffinity = spec.affinity?.nodeAffinity;
  if (tolerations.length > 0) text += `\nt${JSON.stringify(tolerations)}`;
  if (nodeSelector !== undefined) text += `\nn${JSON.stringify(nodeSelector)}`;
  if (nodeAffinity !== undefined) text += `\na${JSON.stringify(nodeAffinity)}`;
  if (hostPorts.length > 0) text += `\np${JSON.stringify(hostPorts)}`;
  return text;
}
