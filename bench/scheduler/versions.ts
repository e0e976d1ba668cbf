import { Rounds, TURNS, lowerQuartile, podsOf } from "./ladder.js";
import type { Targets } from "./targets.js";
import { LADDER } from "./workloads.js";

const NODES = 5_000;
/** The first version with recorded decisions, and the newest: the default one. */
const VERSIONS = [26, 37] as const;

/**
 * What a decision of 1.37's default profile costs beside one of 1.26's, workloads a to d: both take turns,
 * round by round.
 */
export function versions(targets: Targets): void {
  for (const [name, workload] of Object.entries(LADDER)) {
    for (const percentage of [100, 0]) {
      const count = podsOf(NODES, percentage);
      const worlds = VERSIONS.map((minor) => new Rounds(workload, NODES, percentage, minor));
      const micros = worlds.map(() => [] as number[]);
      for (const rounds of worlds) rounds.warmUp("fast", count);
      for (let i = 0; i < TURNS; i += 1) {
        for (const [k, rounds] of worlds.entries()) micros[k]!.push(rounds.round("fast", count));
      }
      const [old, now] = micros.map(lowerQuartile) as [number, number];
      console.log(
        `${name}, ${percentage} %: 1.26 ${old.toFixed(2)} us, 1.37 ${now.toFixed(2)} us a decision`,
      );
      const what = `${name}, ${percentage} %, 5,000 nodes: cost of a decision, 1.37 / 1.26`;
      targets.atMost(what, now / old, 1.25);
    }
  }
}
