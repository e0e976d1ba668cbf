import type { HostPort } from "../../scheduler/framework/host-ports.js";
import { conflict } from "./host-port-conflicts.js";
import { isOfferingCompatible } from "./instance-prices.js";
import type { InstanceType } from "./instance-type.js";
import { minValuesOf } from "./min-values.js";
import type { Requirements } from "./requirements.js";
import { fits, type ResourceAmounts, sumOf } from "./resource-amounts.js";

/** Types on which the same DaemonSets will have pods. */
export interface DaemonGroup {
  readonly types: readonly InstanceType[];
  /** What those pods ask for together; null: there are none. */
  readonly overhead: ResourceAmounts | null;
  readonly hostPorts: readonly HostPort[];
}

/** Why no type is left. */
export type TypeShortage = { readonly shortage: string };

export interface TypeChoice {
  /** By group, and in the order of the table within. */
  readonly types: readonly InstanceType[];
  /** Keys whose minimum of values is not met, with the number of values that are left. */
  readonly unmetMinValues: ReadonlyMap<string, number>;
}

interface TypeQuestion {
  /** The types to choose from. */
  readonly among: ReadonlySet<InstanceType>;
  readonly groups: readonly DaemonGroup[];
  readonly requirements: Requirements;
  /** Of the pods on the node, the new one included. */
  readonly requests: ResourceAmounts;
  /** Of the new pod. */
  readonly hostPorts: readonly HostPort[];
  readonly relaxesMinValues: boolean;
}

/** Which types pass the two tests that requirements alone decide, by place in the table. */
interface Passed {
  readonly requirements: readonly boolean[];
  readonly offering: readonly boolean[];
}

/**
 * Chooses instance types for nodes. What requirements alone decide is remembered.
 *
 * Source: karpenter 1.15, `filterInstanceTypesByRequirements` in `pkg/controllers/provisioning/scheduling/nodeclaim.go`.
 */
export class InstanceFilter {
  private readonly keys: readonly string[];
  private readonly remembered = new Map<string, Passed>();

  constructor(private readonly table: readonly InstanceType[]) {
    const keys = new Set<string>();
    for (const { requirements, offerings } of table) {
      for (const { key } of requirements) keys.add(key);
      for (const offering of offerings) for (const { key } of offering.requirements) keys.add(key);
    }
    this.keys = [...keys].sort();
  }

  choose(question: TypeQuestion): TypeChoice | TypeShortage {
    const { groups, among, requirements, hostPorts, requests } = question;
    const passed = this.passed(requirements);
    const tests = new TestsPassed();
    const types: InstanceType[] = [];
    for (const group of groups) {
      if (conflict(hostPorts, group.hostPorts)) continue;
      const total = group.overhead === null ? requests : sumOf([requests, group.overhead]);
      for (const type of group.types) {
        if (!among.has(type)) continue;
        const isMet = passed.requirements[type.index]!;
        const hasOffering = passed.offering[type.index]!;
        const isFit = hasOffering && fits(total, type.allocatable);
        if (tests.note(isMet, isFit, hasOffering)) types.push(type);
      }
    }
    const { isMet, unsatisfied } = minValuesOf(types, requirements);
    if (!isMet && !question.relaxesMinValues) {
      return { shortage: "minValues requirement is not met for label(s)" };
    }
    return types.length === 0
      ? { shortage: tests.toString() }
      : { types, unmetMinValues: unsatisfied };
  }

  private passed(requirements: Requirements): Passed {
    const signature = this.keys.map((key) => requirements.find(key)?.signature ?? "").join("\n");
    let passed = this.remembered.get(signature);
    if (passed === undefined) {
      passed = {
        requirements: this.table.map((type) => type.requirements.intersects(requirements)),
        offering: this.table.map(({ available }) =>
          available.some((offering) => isOfferingCompatible(requirements, offering)),
        ),
      };
      this.remembered.set(signature, passed);
    }
    return passed;
  }
}

/** Which of the three tests any type passed, alone and in pairs. */
class TestsPassed {
  private met = false;
  private fit = false;
  private offered = false;
  private allButOffering = false;
  private allButFit = false;
  private allButMet = false;

  /** True if all three are passed. */
  note(met: boolean, fit: boolean, offered: boolean): boolean {
    this.met ||= met;
    this.fit ||= fit;
    this.offered ||= offered;
    this.allButOffering ||= met && fit && !offered;
    this.allButFit ||= met && offered && !fit;
    this.allButMet ||= fit && offered && !met;
    return met && fit && offered;
  }

  /** Why none passed all. */
  toString(): string {
    const { met, fit, offered } = this;
    const failed = [
      ...(met ? [] : ["met the scheduling requirements"]),
      ...(fit ? [] : ["had enough resources"]),
      ...(offered ? [] : ["had a required offering"]),
    ];
    if (failed.length > 1) return `no instance type ${failed.join(" or ")}`;
    return `no instance type ${this.single()}`;
  }

  private single(): string {
    if (!this.met) return "met all requirements";
    if (!this.fit) return "has enough resources";
    if (!this.offered) return "has the required offering";
    if (this.allButOffering) {
      return "which met the scheduling requirements and had enough resources, had a required offering";
    }
    if (this.allButMet) {
      return "which had enough resources and the required offering met the scheduling requirements";
    }
    if (this.allButFit) {
      return "which met the scheduling requirements and the required offering had the required resources";
    }
    return "met the requirements/resources/offering tuple";
  }
}
