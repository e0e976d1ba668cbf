import type { Labels } from "../../api/kubernetes.js";

/** What pods of a trace have in common: all of it but when they come and how long they stay. */
export interface PodShape {
  readonly namespace: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Whole GPUs. */
  readonly gpus: number;
  readonly gpuModels: readonly string[];
  readonly priority: string;
  readonly labels: Labels;
}

/** Small integers for shapes, dense from 0 in the order of first use; equal shapes have one. */
export class PodShapes {
  private readonly ids = new Map<string, number>();
  private readonly shapes: PodShape[] = [];

  get size(): number {
    return this.shapes.length;
  }

  intern(shape: PodShape): number {
    const key = keyOf(shape);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.shapes.length;
    this.ids.set(key, id);
    this.shapes.push(shape);
    return id;
  }

  at(id: number): PodShape {
    return this.shapes[id]!;
  }

  [Symbol.iterator](): IterableIterator<PodShape> {
    return this.shapes[Symbol.iterator]();
  }
}

function keyOf(shape: PodShape): string {
  const { namespace, priority, cpuMillis, memoryBytes, gpus, gpuModels } = shape;
  let key = `${namespace}\n${priority}\n${cpuMillis}\n${memoryBytes}\n${gpus}`;
  for (const model of gpuModels) key += `|${model}`;
  for (const label in shape.labels) key += `\n${label}=${shape.labels[label]}`;
  return key;
}
