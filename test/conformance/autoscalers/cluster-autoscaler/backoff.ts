import { Backoff } from "../../../../src/autoscaling/cluster-autoscaler/backoff.js";
import { MICROS_PER_SECOND, secondsToMicros as micros } from "../../../../src/base/time.js";
import { suite } from "../../controllers/suite.js";

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
  const groups = new Backoff({
    initialMicros: micros(initial),
    maxMicros: micros(max),
    resetMicros: micros(reset),
  });
  const answered: Answer[] = [];
  for (const { at, do: what, group } of steps) {
    const now = micros(at);
    if (what === "fail") answered.push({ at, until: groups.fail(group, now) / MICROS_PER_SECOND, secondsToMicros as micros });
    else if (what === "check") answered.push({ at, backedOff: groups.isBackedOff(group, now) });
    else if (what === "loop") groups.forgetStale(now);
    else groups.clear(group);
  }
  return { steps: answered };
}

export const backoff = suite<Given>(answers, { ordered: ["steps"] });
