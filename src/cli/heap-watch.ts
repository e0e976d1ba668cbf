import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { resourceLimits } from "node:worker_threads";
import { MemoryExhaustedError } from "../base/memory-exhausted-error.js";
import { leastHeapOfText } from "../experiment/memory-estimate.js";
import type { MemoryWatch } from "../experiment/run-watch.js";
import { tell } from "./standard-streams.js";

/** From here on garbage is collected to see what is left. */
const FULL_SHARE = 0.85;
/** More than this of the heap in use for good leaves no room to work in. */
const EXHAUSTED_SHARE = 0.8;
const WARN_SHARE = 0.6;
/** Of objects that are read a world is made, in one go, that needs a quarter as much again, and garbage. */
const LOADED_SHARE = 0.65;
/** Of the limit that Node tells so much is for what is young, where a thread was not given another amount. */
const YOUNG_MEGABYTES = 48;

/** Node's heap has a limit, at which the process is aborted with a trace: before that we end it. */
export class HeapWatch implements MemoryWatch {
  private readonly limitBytes =
    getHeapStatistics().heap_size_limit -
    (resourceLimits.maxYoungGenerationSizeMb ?? YOUNG_MEGABYTES) * 2 ** 20;
  private collect: (() => void) | null = null;

  expect(leastBytes: number): string | null {
    const needs = `needs about ${amount(leastBytes)} of memory`;
    if (leastBytes > this.limitBytes) return `${needs}, ${this.remedy(leastBytes)}`;
    if (leastBytes > this.limitBytes * WARN_SHARE)
      tell(`note: the run ${needs} at least, ${this.remedy(leastBytes)}`);
    return null;
  }

  check(): void {
    this.checkShares(FULL_SHARE, EXHAUSTED_SHARE);
  }

  /** As {@link check}, while inputs are read: what is made of them needs room as well, all at once. */
  checkLoading(): void {
    this.checkShares(LOADED_SHARE, LOADED_SHARE);
  }

  /** Why the objects of a text so long cannot be kept; null where they can. */
  room(textBytes: number): string | null {
    const least = leastHeapOfText(textBytes);
    if (least <= this.limitBytes) return null;
    return `its objects need about ${amount(least)} of memory, ${this.remedy(least)}`;
  }

  private checkShares(fullShare: number, exhaustedShare: number): void {
    if (usedBytes() < this.limitBytes * fullShare) return;
    this.collect ??= collector();
    this.collect();
    const used = usedBytes();
    if (used < this.limitBytes * exhaustedShare) return;
    throw new MemoryExhaustedError(`has used ${amount(used)} of memory, ${this.remedy(2 * used)}`);
  }

  private remedy(bytes: number): string {
    const megabytes = Math.ceil((2 * bytes) / 2 ** 30) * 1024;
    return (
      `and Node's heap is limited to ${amount(this.limitBytes)}: ` +
      `set NODE_OPTIONS=--max-old-space-size=${megabytes}, or run fewer nodes, pods or rows of a trace`
    );
  }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** What has outlived its youth. */
function usedBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !/^(?:new|read_only)/.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
}

function amount(bytes: number): string {
  return bytes < 2 ** 30
    ? `${Math.round(bytes / 2 ** 20)} MB`
    : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
