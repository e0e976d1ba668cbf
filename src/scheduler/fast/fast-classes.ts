import { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import type { SpreadConstraint } from "../plugins/pod-topology-spread/spread-constraint.js";
import { type ClassRules, ClassTally } from "./class-tally.js";
import { DecisionDesk, FastClass } from "./fast-class.js";
import type { FastProfile } from "./fast-profile.js";
import type { BlockSizes } from "./group-rows.js";
import { GroupedShape, dividesHosts } from "./grouped-shape.js";
import { KeyKinds } from "./key-kinds.js";
import type { NodeTable } from "./node-table.js";
import { RequestShape, shapeKey } from "./request-shape.js";
import { type TemplateUses, dependsOnNamespaces } from "./template-uses.js";

export interface RememberOptions extends BlockSizes {
  /** What is remembered takes about this much memory at most. */
  readonly memoryBytes: number;
  /** At most about this many classes of pods are remembered. */
  readonly maxClasses: number;
  /** A topology key with more values than this is looked at node by node. */
  readonly maxSharedDomains: number;
}

const NO_KEYS: readonly string[] = [];
const NO_CONSTRAINTS: readonly SpreadConstraint[] = [];
/** Rough size of a class without its sums. */
const CLASS_BYTES = 2048;
/** Decisions between two looks at the memory in use. */
const CHECK_EVERY = 1024;
/** A new shape or layout counts as so many decisions, as it is these that take memory. */
const LAYOUT_STEPS = 32;

interface KnownClass {
  readonly key: string;
  readonly of: FastClass;
  /** Layout of its own, if its nodes are told apart one by one. */
  own: GroupedShape | null;
  division: Division | null;
  lastUse: number;
}

/** How the rules of a class divide the nodes, as long as its tally has this generation. */
interface Division {
  readonly generation: number;
  /** False where a rule needs what is not kept. */
  readonly tellable: boolean;
  readonly byHost: boolean;
  readonly keys: readonly string[];
  readonly keysText: string;
}

interface KnownShape {
  readonly shape: RequestShape;
  /** Layouts by topology keys, for all classes of the shape that share them. */
  readonly layouts: Map<string, GroupedShape>;
  lastUse: number;
}

/** A class that is ready to decide, with its layout in sync. */
export interface ReadyClass {
  readonly of: FastClass;
  readonly layout: GroupedShape;
}

/** What is remembered for one profile: shapes, their layouts, and classes of pods, within a bound. */
export class FastClasses {
  /** Classes and shapes that were forgotten for the bound on memory. */
  forgotten = 0;
  private readonly shapes = new Map<string, KnownShape>();
  /** Text of the shape by template; null for one that only the plain form knows how to place. */
  private readonly shapeOf = new Map<number, string | null>();
  private readonly classes = new Map<string, KnownClass>();
  /** Templates that were asked for at least once, of late. */
  private readonly seen = new Set<number>();
  private readonly kinds: KeyKinds;
  private readonly desk: DecisionDesk;
  private uses: TemplateUses | null = null;
  private clock = 0;
  private untilCheck = 0;

  constructor(
    private readonly profile: FastProfile,
    private readonly table: NodeTable,
    private readonly options: RememberOptions,
    private readonly usesOf: () => TemplateUses,
  ) {
    this.kinds = new KeyKinds(table, options.maxSharedDomains);
    this.desk = new DecisionDesk(profile, table);
  }

  /** Rows judged so far, over all shapes. */
  get judged(): number {
    let judged = this.judgedBefore;
    for (const { shape } of this.shapes.values()) judged += shape.rows.judged;
    return judged;
  }

  private judgedBefore = 0;

  /** The class of the pod, ready to decide; null where it is not recognised. The table is in sync. */
  ready(pod: PodInfo): ReadyClass | null {
    this.clock += 1;
    this.untilCheck -= 1;
    if (this.untilCheck <= 0) this.boundMemory();
    const { template } = pod;
    if (pod.pod.nodeName !== "") return null;
    const known = this.shapeFor(template, pod);
    if (known === null) return null;
    const { shape } = known;
    if (!shape.usable) return null;
    shape.sync();
    if (!shape.usable) return null;
    const rules = this.rulesOf(pod);
    if (rules === null) return this.withLayout(known, this.classFor(pod, "", known, null), null);
    if (this.uses === null) this.uses = this.usesOf();
    if (this.uses.namespaceDependents > 0) return null;
    const entry = this.classFor(pod, rules.key, known, rules.rules);
    const { tally } = entry.of;
    if (tally === null) return null;
    if (this.classes.get(entry.key) === entry) tally.sync(this.uses);
    else tally.countOnce(this.uses);
    const division = divisionOf(entry, tally);
    return division.tellable ? this.withLayout(known, entry, division) : null;
  }

  private shapeFor(template: PodTemplateInfo, pod: PodInfo): KnownShape | null {
    let key = this.shapeOf.get(template.id);
    if (key === undefined) {
      key = isRecognised(template) ? shapeKey(template) : null;
      if (this.shapeOf.size > 4 * this.options.maxClasses) this.shapeOf.clear();
      this.shapeOf.set(template.id, key);
    }
    if (key === null) return null;
    let known = this.shapes.get(key);
    if (known === undefined) {
      const shape = new RequestShape(this.profile, this.table, new PodInfo(pod.pod, pod.template));
      known = { shape, layouts: new Map(), lastUse: 0 };
      this.shapes.set(key, known);
      this.untilCheck -= LAYOUT_STEPS;
    }
    known.lastUse = this.clock;
    return known;
  }

  /** Null if no rule looks beyond single nodes, for this pod and what is placed now. */
  private rulesOf(pod: PodInfo): { readonly rules: ClassRules; readonly key: string } | null {
    const { spread, affinity, groupFilters, spreadWeight, affinityWeight } = this.profile;
    const { template } = pod;
    const hard = groupFilters.includes("spread")
      ? spread?.constraints(pod, "DoNotSchedule")
      : undefined;
    const soft = spreadWeight > 0 ? spread?.constraints(pod, "ScheduleAnyway") : undefined;
    const constrained = (hard?.length ?? 0) + (soft?.length ?? 0) > 0;
    const near = template.hasAffinity || this.table.state.nodesWithAffinity.size > 0;
    if (!constrained && (!near || affinity === null)) return null;
    const ownConstraints = (template.spec.topologySpreadConstraints ?? []).length > 0;
    const rules: ClassRules = {
      // The decision places its own.
      pod: new PodInfo(pod.pod, pod.template),
      hard: hard ?? NO_CONSTRAINTS,
      soft: soft ?? NO_CONSTRAINTS,
      requireAllKeys: ownConstraints || spread?.args.defaultingType === "List",
      affinityFilters: groupFilters.includes("affinity"),
      affinityScores: affinity !== null && affinityWeight > 0 ? affinity.args : null,
    };
    // Default constraints select by what owns the pod, so its template does not tell.
    const key = ownConstraints || !constrained ? "rules" : selectorsText(rules);
    return { rules, key };
  }

  private classFor(
    pod: PodInfo,
    rulesKey: string,
    known: KnownShape,
    rules: ClassRules | null,
  ): KnownClass {
    const key = `${pod.template.id} ${rulesKey}`;
    let entry = this.classes.get(key);
    // A shape that was forgotten takes its classes with it.
    if (entry === undefined || entry.of.shape !== known.shape) {
      if (entry !== undefined) this.forget(entry);
      const tally = rules === null ? null : new ClassTally(rules, this.table, this.kinds);
      const of = new FastClass(this.desk, known.shape, tally, rules?.pod ?? known.shape.pod);
      entry = { key, of, own: null, division: null, lastUse: 0 };
      // Many a template comes once: what is kept up to date is worth it from the second time on.
      if (tally === null || this.isSeenAgain(pod.template.id)) this.classes.set(key, entry);
    }
    entry.lastUse = this.clock;
    return entry;
  }

  private isSeenAgain(template: number): boolean {
    if (this.seen.has(template)) return true;
    if (this.seen.size > 4 * this.options.maxClasses) this.seen.clear();
    this.seen.add(template);
    return false;
  }

  private withLayout(
    known: KnownShape,
    entry: KnownClass,
    division: Division | null,
  ): ReadyClass | null {
    let layout: GroupedShape | undefined;
    const keys = division?.keys ?? NO_KEYS;
    if (division?.byHost === true) {
      if (entry.own === null || !sameKeys(entry.own.keys, keys)) {
        const { tally } = entry.of;
        this.untilCheck -= LAYOUT_STEPS;
        entry.own = new GroupedShape(this.table, known.shape, keys, tally, this.options);
      }
      layout = entry.own;
    } else {
      const text = division?.keysText ?? "";
      layout = known.layouts.get(text);
      if (layout === undefined) {
        layout = new GroupedShape(this.table, known.shape, keys, null, this.options);
        known.layouts.set(text, layout);
      }
    }
    layout.sync();
    return layout.usable ? { of: entry.of, layout } : null;
  }

  private forget(entry: KnownClass): void {
    this.classes.delete(entry.key);
    if (entry.of.tally !== null) this.uses?.unsubscribe(entry.of.tally);
    this.forgotten += 1;
  }

  /** Bytes of what is remembered, about. */
  get bytes(): number {
    let bytes = 0;
    for (const { shape, layouts } of this.shapes.values()) {
      bytes += shape.bytes;
      for (const layout of layouts.values()) bytes += layout.bytes;
    }
    for (const entry of this.classes.values()) bytes += classBytes(entry);
    return bytes;
  }

  /** Forgets the half that was not asked for longest, as often as it takes. */
  private boundMemory(): void {
    this.untilCheck = CHECK_EVERY;
    const { memoryBytes, maxClasses } = this.options;
    while (this.classes.size > maxClasses || this.bytes > memoryBytes) {
      const uses = [...this.shapes.values(), ...this.classes.values()].map((one) => one.lastUse);
      const median = uses.sort((a, b) => a - b)[uses.length >> 1];
      if (median === undefined || median === this.clock) return;
      for (const entry of this.classes.values()) if (entry.lastUse <= median) this.forget(entry);
      for (const [key, { shape, lastUse }] of this.shapes) {
        if (lastUse > median) continue;
        this.judgedBefore += shape.rows.judged;
        this.shapes.delete(key);
        this.forgotten += 1;
      }
    }
  }
}

function divisionOf(entry: KnownClass, tally: ClassTally): Division {
  if (entry.division?.generation === tally.generation) return entry.division;
  const keys = groupingKeys(tally);
  entry.division = {
    generation: tally.generation,
    tellable: isTellable(tally),
    byHost: dividesHosts(tally),
    keys,
    keysText: keys.join("\n"),
  };
  return entry.division;
}

function classBytes({ of, own }: KnownClass): number {
  return CLASS_BYTES + (of.tally?.bytes ?? 0) + (own?.bytes ?? 0);
}

/** Pods that only the plain form knows how to place: with volumes, or bound to a node by name. */
function isRecognised(template: PodTemplateInfo): boolean {
  return (
    !template.hasVolumes &&
    template.parseError === "" &&
    (template.spec.nodeName ?? "") === "" &&
    !dependsOnNamespaces(template)
  );
}

function selectorsText({ hard, soft }: ClassRules): string {
  return [...hard, ...soft].map(({ selector }) => selector.toString()).join("|");
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

/** False where a rule needs what is not kept: hard rules by host other than anti-affinity. */
function isTellable(tally: ClassTally): boolean {
  for (const one of tally.all()) if (one.kind === "mixed") return false;
  for (const one of tally.hard) if (one.kind !== "shared") return false;
  for (const one of tally.affinity) if (one.kind !== "shared") return false;
  for (const one of tally.softZonal) if (one.kind !== "shared") return false;
  return true;
}

/** Keys whose values divide the nodes; `?key` where only its presence matters. */
function groupingKeys(tally: ClassTally): readonly string[] {
  const keys = new Set<string>();
  for (const { key, kind } of tally.all()) if (kind === "shared") keys.add(key);
  for (const one of tally.softHost) if (one !== null) keys.add(`?${one.key}`);
  return [...keys].sort();
}
