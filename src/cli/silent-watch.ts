import { setImmediate } from "node:timers/promises";
import { InterruptedError, type RunWatch, type StopRequest } from "../experiment/run-watch.js";
import { HeapWatch } from "./heap-watch.js";
import { WallClock } from "./wall-clock.js";

/** The machine's clocks and memory, for a run that shows nothing and stops when it is asked to. */
export function silentWatch(isStopped: () => boolean): RunWatch {
  const check = () => {
    if (isStopped()) throw new InterruptedError("the user has asked to stop");
  };
  const stop: StopRequest = {
    get requested() {
      return isStopped();
    },
    hold: () => () => {},
    async *guard(text) {
      for await (const block of text) {
        check();
        yield block;
      }
    },
    check,
  };
  return {
    stop,
    memory: new HeapWatch(),
    startClock: () => new WallClock(),
    pause: () => setImmediate(),
    progress: () => ({ show() {}, clear() {} }),
  };
}
