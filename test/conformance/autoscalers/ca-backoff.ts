import { Backoff } from "../../../src/autoscaling/cluster-autoscaler/backoff.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { suite } from "../controllers/suite.js";
import { micros } from "./ca-objects.js";

interface Given {
  readonly initial: number;
  readonly max: number;
  readonly reset: number;
  readonly steps: readonly {
    readonly at: number;
    readonly do: "fail" | "check" | "loop" | "clear";
    readonly group: string;
  }[];
}

interface Answer {
  readonly at: number;
  readonly until?: number;
  readonly backedOff?: boolean;
}

function answers({ initial, max, reset, steps }: Given) {
  const backoff = new Backoff({
    initialMicros: micros(initial),
    maxMicros: micros(max),
    resetMicros: micros(reset),
  });
  const answered: Answer[] = [];
  for (const { at, do: what, group } of steps) {
    const now = micros(at);
    if (what === "fail") answered.push({ at, until: backoff.fail(group, now) / MICROS_PER_SECOND });
    else if (what === "check") answered.push({ at, backedOff: backoff.isBackedOff(group, now) });
    else if (what === "loop") backoff.forgetStale(now);
    else backoff.clear(group);
  }
  return { steps: answered };
}

export const backoffSuites = { backoff: suite<Given>(answers, { ordered: ["steps"] }) };
