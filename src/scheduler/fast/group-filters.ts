import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import {
  AFFINITY_UNMET,
  ANTI_AFFINITY_BROKEN,
  EXISTING_ANTI_AFFINITY_BROKEN,
  matchesAll,
} from "../plugins/inter-pod-affinity/affinity-filter.js";
import { SKEWED, WITHOUT_LABEL, globalMin } from "../plugins/pod-topology-spread/spread-filter.js";
import type { ClassTally } from "./class-tally.js";
import type { DomainTally } from "./domain-tally.js";
import type { NodeGroup } from "./node-group.js";

/** Smallest count where no domain is eligible, as the plain form has it. */
const NO_DOMAIN = 2 ** 31 - 1;

/** The hard constraints of a class on groups of nodes, for the sums of this moment. */
export class SpreadGroupFilter {
  private readonly selfMatch: readonly number[];
  private readonly mins: number[] = [];

  constructor(private readonly tally: ClassTally) {
    const { hard, pod } = tally.rules;
    this.selfMatch = hard.map(({ selector }) => (selector.matches(pod.pod.labels) ? 1 : 0));
  }

  /** Finds the smallest counts; to be called when sums may have changed. */
  prepare(): void {
    const { hard } = this.tally.rules;
    for (let i = 0; i < hard.length; i += 1) {
      const counted = this.tally.hard[i]!;
      const min = counted.kind === "host" ? this.leastHost(i) : counted.least(NO_DOMAIN);
      this.mins[i] = globalMin(hard[i]!, { min, size: counted.known });
    }
  }

  private leastHost(i: number): number {
    const { nonZero, known } = this.tally.hard[i]!;
    if (nonZero < known) return 0;
    let min = NO_DOMAIN;
    for (const { hard } of this.tally.hosts.list) {
      if (hard[i]! > 0 && hard[i]! < min) min = hard[i]!;
    }
    return min;
  }

  filter({ fixed, marks }: NodeGroup): Status | null {
    const { hard } = this.tally.rules;
    for (let i = 0; i < hard.length; i += 1) {
      const { topologyKey, maxSkew } = hard[i]!;
      if (fixed.sample.labels[topologyKey] === undefined) return WITHOUT_LABEL;
      const counted = this.tally.hard[i]!;
      const count =
        counted.kind === "host" ? (marks?.hard[i] ?? 0) : counted.ofDomain(fixed.sample.row);
      if (count + this.selfMatch[i]! - this.mins[i]! > maxSkew) return SKEWED;
    }
    return null;
  }
}

/** Required affinity and anti-affinity of a class on groups of nodes. */
export class AffinityGroupFilter {
  private readonly isFirstOfSeries: boolean;

  constructor(
    private readonly tally: ClassTally,
    pod: PodInfo,
  ) {
    this.isFirstOfSeries = matchesAll(tally.terms.requiredAffinity, pod.pod);
  }

  filter(group: NodeGroup): Status | null {
    const { ownAntiAffinity, existingAntiAffinity } = this.tally;
    const { marks } = group;
    if (!this.satisfiesAffinity(group)) return AFFINITY_UNMET;
    if ((marks !== null && marks.own > 0) || anyInDomain(ownAntiAffinity, group)) {
      return ANTI_AFFINITY_BROKEN;
    }
    return (marks !== null && marks.existing > 0) || anyInDomain(existingAntiAffinity, group)
      ? EXISTING_ANTI_AFFINITY_BROKEN
      : null;
  }

  private satisfiesAffinity({ fixed, marks }: NodeGroup): boolean {
    const { affinity } = this.tally;
    if (affinity.length === 0) return true;
    let podsExist = true;
    let anywhere = false;
    for (let i = 0; i < affinity.length; i += 1) {
      const tally = affinity[i]!;
      if (tally.nonZero > 0) anywhere = true;
      if (fixed.sample.labels[tally.key] === undefined) return false;
      const count =
        tally.kind === "host" ? (marks?.near[i] ?? 0) : tally.ofDomain(fixed.sample.row);
      if (count <= 0) podsExist = false;
    }
    return podsExist || (!anywhere && this.isFirstOfSeries);
  }
}

function anyInDomain(tallies: readonly DomainTally[], { fixed }: NodeGroup): boolean {
  for (let i = 0; i < tallies.length; i += 1) {
    const tally = tallies[i]!;
    if (tally.kind === "shared" && tally.nonZero > 0 && tally.ofDomain(fixed.sample.row) > 0) {
      return true;
    }
  }
  return false;
}
