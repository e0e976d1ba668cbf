import { assert } from "../../base/assert.js";
import { CpuShare } from "../pods/cpu-share.js";
import type { PodModel } from "../pods/pod-model.js";
import { FreeRows, grownDoubles, grownIntegers } from "./free-rows.js";

const NONE = -1;

/**
 * Pods as requests meet them: one row a pod, columns of numbers. Sums over time (of requests waiting,
 * worked on, present) are settled when one of these changes.
 */
export class PodTable {
  readonly rows = new FreeRows();
  readonly models: PodModel[] = [];
  /** Of the pods whose requests take CPU. */
  readonly cpus: (CpuShare | null)[] = [];
  /** Goes up when what was expected of the CPU no longer holds. */
  cpuGeneration = new Int32Array(this.rows.capacity);
  /** 1: takes no connections; 2: has ended. */
  closed = new Int32Array(this.rows.capacity);
  /** How many services list it. */
  listed = new Int32Array(this.rows.capacity);
  /** First and last of those that wait. */
  head = new Int32Array(this.rows.capacity);
  tail = new Int32Array(this.rows.capacity);
  waiting = new Int32Array(this.rows.capacity);
  /** Requests in a place of the concurrency. */
  active = new Int32Array(this.rows.capacity);
  /** Requests waiting, worked on, or waiting for others that they called. */
  present = new Int32Array(this.rows.capacity);

  /** Visits whose own work was done. */
  served = new Float64Array(this.rows.capacity);

  /** CPU that fluid requests took, which are not in the loop. */
  fluidCoreSeconds = new Float64Array(this.rows.capacity);
  /** Fluid requests that wait, and that it holds: means of the interval solved last. */
  fluidWaiting = new Float64Array(this.rows.capacity);
  fluidPresent = new Float64Array(this.rows.capacity);

  private since = new Float64Array(this.rows.capacity);
  private waitingSum = new Float64Array(this.rows.capacity);
  private activeSum = new Float64Array(this.rows.capacity);
  private presentSum = new Float64Array(this.rows.capacity);

  add(model: PodModel, nowSeconds: number): number {
    const row = this.rows.take();
    if (this.rows.capacity > this.closed.length) this.grow(this.rows.capacity);
    this.models[row] = model;
    this.cpus[row] = model.cpu === null ? null : new CpuShare(model.cpu, nowSeconds);
    for (const column of [this.closed, this.listed, this.waiting, this.active, this.present]) {
      column[row] = 0;
    }
    this.head[row] = NONE;
    this.tail[row] = NONE;
    this.since[row] = nowSeconds;
    this.served[row] = 0;
    this.fluidCoreSeconds[row] = 0;
    this.fluidWaiting[row] = 0;
    this.fluidPresent[row] = 0;
    for (const column of [this.waitingSum, this.activeSum, this.presentSum]) column[row] = 0;
    return row;
  }

  release(row: number): void {
    assert(this.present[row] === 0, "a pod was forgotten while it had requests");
    this.cpus[row] = null;
    this.cpuGeneration[row]! += 1;
    this.rows.release(row);
  }

  /** Brings the sums of a pod to now; to be called before what they sum changes. */
  settle(row: number, nowSeconds: number): void {
    const span = nowSeconds - this.since[row]!;
    if (span === 0) return;
    this.waitingSum[row]! += span * this.waiting[row]!;
    this.activeSum[row]! += span * this.active[row]!;
    this.presentSum[row]! += span * this.present[row]!;
    this.since[row] = nowSeconds;
  }

  /** Requests that wait, summed over time until now: requests times seconds. Looks only. */
  waitingSeconds(row: number, nowSeconds: number): number {
    return this.waitingSum[row]! + (nowSeconds - this.since[row]!) * this.waiting[row]!;
  }

  /** As `waitingSeconds`, of the requests in a place of the concurrency. */
  activeSeconds(row: number, nowSeconds: number): number {
    return this.activeSum[row]! + (nowSeconds - this.since[row]!) * this.active[row]!;
  }

  /** As `waitingSeconds`, of all requests that it holds. */
  presentSeconds(row: number, nowSeconds: number): number {
    return this.presentSum[row]! + (nowSeconds - this.since[row]!) * this.present[row]!;
  }

  private grow(length: number): void {
    this.cpuGeneration = grownIntegers(this.cpuGeneration, length);
    this.closed = grownIntegers(this.closed, length);
    this.listed = grownIntegers(this.listed, length);
    this.head = grownIntegers(this.head, length);
    this.tail = grownIntegers(this.tail, length);
    this.waiting = grownIntegers(this.waiting, length);
    this.active = grownIntegers(this.active, length);
    this.present = grownIntegers(this.present, length);
    this.served = grownDoubles(this.served, length);
    this.fluidCoreSeconds = grownDoubles(this.fluidCoreSeconds, length);
    this.fluidWaiting = grownDoubles(this.fluidWaiting, length);
    this.fluidPresent = grownDoubles(this.fluidPresent, length);
    this.since = grownDoubles(this.since, length);
    this.waitingSum = grownDoubles(this.waitingSum, length);
    this.activeSum = grownDoubles(this.activeSum, length);
    this.presentSum = grownDoubles(this.presentSum, length);
  }
}
