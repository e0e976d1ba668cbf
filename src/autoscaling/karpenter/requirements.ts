import type { Labels } from "../../api/kubernetes.js";
import { type RawRequirement, Requirement } from "./requirement.js";
import { WELL_KNOWN_LABELS } from "./well-known-labels.js";

/** Why a node of some requirements cannot take others: a label that it does not have, or keys at odds. */
export type Incompatibility =
  | { readonly unknownLabel: string }
  | { readonly conflicts: readonly (readonly [incoming: Requirement, existing: Requirement])[] };

/**
 * What is allowed for the labels of a node, a requirement a key. What is added to a key is intersected with
 * what is there.
 *
 * Source: karpenter 1.15, `pkg/scheduling/requirements.go`.
 */
export class Requirements implements Iterable<Requirement> {
  private readonly byKey: Map<string, Requirement>;

  constructor(requirements: Iterable<Requirement> = []) {
    this.byKey = new Map();
    this.addAll(requirements);
  }

  static ofRaw(requirements: readonly RawRequirement[]): Requirements {
    return new Requirements(requirements.map((one) => Requirement.of(one)));
  }

  static ofLabels(labels: Labels): Requirements {
    return new Requirements(
      Object.entries(labels).map(([key, value]) => Requirement.in(key, [value])),
    );
  }

  [Symbol.iterator](): Iterator<Requirement> {
    return this.byKey.values();
  }

  get size(): number {
    return this.byKey.size;
  }

  clone(): Requirements {
    return new Requirements(this);
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  find(key: string): Requirement | undefined {
    return this.byKey.get(key);
  }

  /** Of a key that is not spoken of, any value. */
  get(key: string): Requirement {
    return this.byKey.get(key) ?? Requirement.exists(key);
  }

  add(requirement: Requirement): this {
    const existing = this.byKey.get(requirement.key);
    this.byKey.set(
      requirement.key,
      existing === undefined ? requirement : requirement.intersection(existing),
    );
    return this;
  }

  addAll(requirements: Iterable<Requirement>): this {
    for (const requirement of requirements) this.add(requirement);
    return this;
  }

  /** Puts the requirement in the place of what there was of its key. */
  replace(requirement: Requirement): this {
    this.byKey.set(requirement.key, requirement);
    return this;
  }

  delete(key: string): void {
    this.byKey.delete(key);
  }

  get hasMinValues(): boolean {
    for (const { minValues } of this.byKey.values()) {
      if (minValues !== null) return true;
    }
    return false;
  }

  /**
   * True if a node with these requirements may take `incoming` ones. A label that these do not speak of is taken
   * for absent, unless `allowed` holds it.
   */
  isCompatible(incoming: Requirements, allowed: ReadonlySet<string> = NONE): boolean {
    for (const [key, requirement] of incoming.byKey) {
      const existing = this.byKey.get(key);
      if (existing === undefined) {
        if (!requirement.allowsAbsence && !allowed.has(key)) return false;
      } else if (areAtOdds(requirement, existing)) {
        return false;
      }
    }
    return true;
  }

  /** Why not, where {@link isCompatible} says no: the first label by name, or all keys at odds by name. */
  incompatibility(
    incoming: Requirements,
    allowed: ReadonlySet<string> = NONE,
  ): Incompatibility | null {
    const keys = [...incoming.byKey.keys()].sort();
    for (const key of keys) {
      const isMissing = !this.byKey.has(key) && !allowed.has(key);
      if (isMissing && !incoming.byKey.get(key)!.allowsAbsence) return { unknownLabel: key };
    }
    const conflicts: [Requirement, Requirement][] = [];
    for (const key of keys) {
      const requirement = incoming.byKey.get(key)!;
      const existing = this.byKey.get(key);
      if (existing !== undefined && areAtOdds(requirement, existing)) {
        conflicts.push([requirement, existing]);
      }
    }
    return conflicts.length === 0 ? null : { conflicts };
  }

  /** True if there are values that both allow, of every key that both speak of. */
  intersects(other: Requirements): boolean {
    const [few, many] = this.size <= other.size ? [this, other] : [other, this];
    for (const [key, requirement] of few.byKey) {
      const counterpart = many.byKey.get(key);
      if (counterpart !== undefined && areAtOdds(requirement, counterpart)) return false;
    }
    return true;
  }

  /** As manifests have them, by key. */
  raw(): readonly RawRequirement[] {
    return [...this.byKey.keys()].sort().flatMap((key) => this.byKey.get(key)!.raw());
  }
}

const NONE: ReadonlySet<string> = new Set();

/** For {@link Requirements.isCompatible}, where the node does not exist yet. */
export const MAY_BE_MISSING = WELL_KNOWN_LABELS;

function areAtOdds(a: Requirement, b: Requirement): boolean {
  return !a.hasIntersection(b) && !(a.allowsAbsence && b.allowsAbsence);
}
