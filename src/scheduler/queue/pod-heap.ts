import type { QueuedPod } from "./queued-pod.js";

/** A binary heap of queued pods that can give up any of its members. */
export class PodHeap {
  private readonly pods: QueuedPod[] = [];

  /** `before(a, b)` says whether `a` leaves the heap before `b`; it must order any two pods. */
  constructor(private readonly before: (a: QueuedPod, b: QueuedPod) => boolean) {}

  get size(): number {
    return this.pods.length;
  }

  peek(): QueuedPod | undefined {
    return this.pods[0];
  }

  push(pod: QueuedPod): void {
    this.pods.push(pod);
    this.siftUp(pod, this.pods.length - 1);
  }

  pop(): QueuedPod | undefined {
    const top = this.pods[0];
    if (top !== undefined) this.remove(top);
    return top;
  }

  remove(pod: QueuedPod): void {
    const index = pod.heapIndex;
    const last = this.pods.pop()!;
    pod.heapIndex = -1;
    if (last === pod) return;
    this.siftUp(last, index);
    this.siftDown(last, last.heapIndex);
  }

  /** Puts its members in order, after what `before` says has changed. */
  sortAnew(): void {
    for (let index = (this.pods.length >> 1) - 1; index >= 0; index -= 1) {
      this.siftDown(this.pods[index]!, index);
    }
  }

  private siftUp(pod: QueuedPod, start: number): void {
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.pods[parentIndex]!;
      if (!this.before(pod, parent)) break;
      this.place(parent, index);
      index = parentIndex;
    }
    this.place(pod, index);
  }

  private siftDown(pod: QueuedPod, start: number): void {
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= this.pods.length) break;
      const right = childIndex + 1;
      if (right < this.pods.length && this.before(this.pods[right]!, this.pods[childIndex]!)) {
        childIndex = right;
      }
      const child = this.pods[childIndex]!;
      if (!this.before(child, pod)) break;
      this.place(child, index);
      index = childIndex;
    }
    this.place(pod, index);
  }

  private place(pod: QueuedPod, index: number): void {
    this.pods[index] = pod;
    pod.heapIndex = index;
  }
}
