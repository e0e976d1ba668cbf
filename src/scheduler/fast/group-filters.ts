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
import type { NodeGroup } from "./grouped-shape.js";

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
      const { domains } = this.tally.hard[i]!;
      let min = NO_DOMAIN;
      for (const count of domains.values()) if (count < min) min = count;
      this.mins[i] = globalMin(hard[i]!, { min, size: domains.size });
    }
  }

  filter({ fixed }: NodeGroup): Status | null {
    const { hard } = this.tally.rules;
    for (let i = 0; i < hard.length; i += 1) {
      const { topologyKey, maxSkew } = hard[i]!;
      if (fixed.sample.labels[topologyKey] === undefined) return WITHOUT_LABEL;
      const count = this.tally.hard[i]!.ofDomain(fixed.sample);
      if (count + this.selfMatch[i]! - this.mins[i]! > maxSkew) return SKEWED;
    }
    return null;
  }
}

/** Required affinity and anti-affinity of a class on groups of nodes. */
export class AffinityGroupFilter {
  private readonly isFirstOfSeries: boolean;
  private readonly pod: PodInfo;

  constructor(private readonly tally: ClassTally) {
    this.pod = tally.rules.pod;
    this.isFirstOfSeries = matchesAll(this.pod.template.requiredAffinityTerms, this.pod.pod);
  }

  filter(group: NodeGroup): Status | null {
    const { ownAntiAffinity, existingAntiAffinity } = this.tally;
    if (!this.satisfiesAffinity(group)) return AFFINITY_UNMET;
    if (group.ownAntiAffinity || anyInDomain(ownAntiAffinity, group)) return ANTI_AFFINITY_BROKEN;
    return group.existingAntiAffinity || anyInDomain(existingAntiAffinity, group)
      ? EXISTING_ANTI_AFFINITY_BROKEN
      : null;
  }

  private satisfiesAffinity({ fixed }: NodeGroup): boolean {
    const { affinity } = this.tally;
    if (affinity.length === 0) return true;
    let podsExist = true;
    let anywhere = false;
    for (const tally of affinity) {
      if (tally.nonZero > 0) anywhere = true;
      if (fixed.sample.labels[tally.key] === undefined) return false;
      if (tally.ofDomain(fixed.sample) <= 0) podsExist = false;
    }
    return podsExist || (!anywhere && this.isFirstOfSeries);
  }
}

function anyInDomain(tallies: readonly DomainTally[], { fixed }: NodeGroup): boolean {
  if (tallies.length === 0) return false;
  for (const tally of tallies) {
    if (tally.kind === "shared" && tally.nonZero > 0 && tally.ofDomain(fixed.sample) > 0) {
      return true;
    }
  }
  return false;
}
