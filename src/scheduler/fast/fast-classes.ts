import { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import {
  type ClassRules,
  type Constraints,
  constraintsOf,
  isRecognised,
  rulesOf,
} from "./class-rules.js";
import { ClassTally } from "./class-tally.js";
import { DecisionDesk } from "./decision-desk.js";
import { type Division, divisionOf } from "./division.js";
import { FastClass } from "./fast-class.js";
import type { FastProfile } from "./fast-profile.js";
import type { BlockSizes } from "./block-maxima.js";
import { Groupings } from "./groupings.js";
import { MarkedNodes } from "./marked-nodes.js";
import type { NodeTable } from "./node-table.js";
import type { NodesAside } from "./nodes-aside.js";
import { OwnLayout } from "./own-layout.js";
import { RequestShape, type SharedByShapes } from "./request-shape.js";
import { ShapeIndex } from "./shape-index.js";
import { JudgedNodes } from "./shape-rows.js";
import { type Layout, SharedLayout } from "./shared-layout.js";
import type { TemplateUses } from "./template-uses.js";
import { TopologyKeys } from "./topology-keys.js";

export interface RememberOptions extends BlockSizes {
  /** What is remembered takes about this much memory at most. */
  readonly memoryBytes: number;
  /** At most about this many classes of pods are remembered. */
  readonly maxClasses: number;
  /** A topology key with more values than this is looked at node by node. */
  readonly maxSharedDomains: number;
  /** A class with pods on more nodes than this has a layout of its own. */
  readonly maxNodesAside: number;
  /** Whether somebody asks which of equal nodes came first. */
  readonly firstOfTies: boolean;
}

/** Rough size of a class without its sums, and of a shape with a layout without what is by node. */
const CLASS_BYTES = 2048;
const SHAPE_BYTES = 4096;
/** Decisions between two looks at the memory in use, if nothing large is made meanwhile. */
const CHECK_EVERY = 1024;
/** A shape or layout takes about so much memory a node. */
const BYTES_PER_NODE = 8;
/** So many looks at most until the bound is filled with new shapes and layouts. */
const LOOKS = 16;

interface KnownClass {
  readonly template: KnownTemplate;
  readonly key: string;
  readonly of: FastClass;
  marked: MarkedNodes | null;
  /** Layout of its own, once it had pods on many nodes. */
  own: OwnLayout | null;
  division: Division | null;
  /** Of the namespaces when it was made. */
  readonly namespacesVersion: number;
  lastUse: number;
}

interface KnownShape {
  readonly shape: RequestShape;
  /** Layouts by topology keys, for all classes of the shape that share them. */
  readonly layouts: Map<string, SharedLayout>;
  lastUse: number;
}

/** What is known of a template: its shape, and its classes by the rules that concern it. */
interface KnownTemplate {
  readonly shape: KnownShape;
  /** What held for the last pod of it. */
  constraints: Constraints | null;
  /** Pods that no rule beyond single nodes concerns. */
  simple: KnownClass | null;
  /** By the selectors of the default constraints; "" where these do not apply. */
  ruled: Map<string, KnownClass> | null;
  /** It came before. */
  isSeenAgain: boolean;
}

/** A class that is ready to decide, with its layout in sync. */
export interface ReadyClass {
  readonly of: FastClass;
  readonly layout: Layout;
  /** The nodes that it sets aside; more may be added. */
  readonly aside: NodesAside;
}

/** What is remembered for one profile: shapes, their layouts, and classes of pods, within a bound. */
export class FastClasses {
  /** Classes and shapes that were forgotten for the bound on memory. */
  forgotten = 0;
  private readonly shapes = new ShapeIndex<KnownShape>();
  /** By template; null for one that only the plain form knows how to place. */
  private readonly templates = new Map<number, KnownTemplate | null>();
  private readonly classes = new Set<KnownClass>();
  private readonly keys: TopologyKeys;
  private readonly desk: DecisionDesk;
  private readonly shared: SharedByShapes;
  private uses: TemplateUses | null = null;
  private clock = 0;
  private untilCheck = 0;
  private judgedBefore = 0;

  constructor(
    private readonly profile: FastProfile,
    private readonly table: NodeTable,
    private readonly options: RememberOptions,
    private readonly usesOf: () => TemplateUses,
  ) {
    this.shared = { groupings: new Groupings(table), nodes: new JudgedNodes() };
    this.keys = new TopologyKeys(table, options.maxSharedDomains);
    this.desk = new DecisionDesk(profile, table);
  }

  /** Nodes judged so far, over all shapes. */
  get judged(): number {
    let judged = this.judgedBefore;
    for (const { shape } of this.shapes.values()) judged += shape.rows.judged;
    return judged;
  }

  /** The class of the pod, ready to decide; null where it is not recognised. The table is in sync. */
  ready(pod: PodInfo): ReadyClass | null {
    this.clock += 1;
    this.untilCheck -= 1;
    if (this.untilCheck <= 0) this.boundMemory();
    if (pod.pod.nodeName !== "") return null;
    const template = this.templateFor(pod);
    if (template === null) return null;
    const { shape } = template.shape;
    template.shape.lastUse = this.clock;
    if (!shape.usable) return null;
    shape.sync();
    if (!shape.usable) return null;
    const constraints = constraintsOf(this.profile, pod, template.constraints);
    template.constraints = constraints;
    if (constraints === null && !this.isNearOthers(pod.template)) {
      template.simple ??= this.newClass(template, "", null);
      return this.withLayout(template.simple, null);
    }
    return this.ruled(template, pod, constraints);
  }

  private isNearOthers(template: PodTemplateInfo): boolean {
    if (this.profile.affinity === null) return false;
    return template.hasAffinity || this.table.state.nodesWithAffinity.size > 0;
  }

  private templateFor(pod: PodInfo): KnownTemplate | null {
    const { id } = pod.template;
    const known = this.templates.get(id);
    if (known === null) return null;
    if (known !== undefined) {
      known.isSeenAgain = true;
      return known;
    }
    if (this.templates.size > 4 * this.options.maxClasses) this.forgetTemplates();
    const template = isRecognised(pod.template) ? this.newTemplate(pod) : null;
    this.templates.set(id, template);
    return template;
  }

  private newTemplate(pod: PodInfo): KnownTemplate {
    let shape = this.shapes.get(pod.template);
    if (shape === undefined) {
      // The decision places its own pod: that one will have a node.
      const waiting = new PodInfo(pod.pod, pod.template);
      shape = {
        shape: new RequestShape(this.profile, this.table, waiting, this.shared),
        layouts: new Map(),
        lastUse: this.clock,
      };
      this.shapes.set(pod.template, shape);
      this.grows();
    }
    return {
      shape,
      constraints: null,
      simple: null,
      ruled: null,
      isSeenAgain: false,
    };
  }

  /** The class of a pod with rules that look beyond single nodes. */
  private ruled(
    template: KnownTemplate,
    pod: PodInfo,
    constraints: Constraints | null,
  ): ReadyClass | null {
    this.uses ??= this.usesOf();
    const key = constraints?.key ?? "";
    let entry = template.ruled?.get(key);
    if (entry !== undefined && this.isOutdated(entry, this.uses)) {
      this.drop(entry);
      entry = undefined;
    }
    // Many a template comes once: what is kept up to date is worth it from the second time on.
    if (entry === undefined) {
      entry = this.newClass(template, key, rulesOf(this.profile, pod, constraints));
      if (template.isSeenAgain) {
        template.ruled ??= new Map();
        template.ruled.set(key, entry);
        this.classes.add(entry);
      }
    }
    entry.lastUse = this.clock;
    const tally = entry.of.tally!;
    if (this.classes.has(entry)) tally.sync(this.uses);
    else tally.countOnce(this.uses);
    if (entry.division?.generation !== tally.generation) entry.division = divisionOf(tally);
    return entry.division.isTellable ? this.withLayout(entry, tally) : null;
  }

  /** Whether namespaces have changed and terms that select them matter to the class. */
  private isOutdated(entry: KnownClass, uses: TemplateUses): boolean {
    const { version } = this.profile.framework.listers.namespaces;
    if (entry.namespacesVersion === version) return false;
    return entry.of.pod.template.readsNamespaces || uses.namespaceDependents > 0;
  }

  private newClass(template: KnownTemplate, key: string, rules: ClassRules | null): KnownClass {
    const { shape } = template.shape;
    const tally = rules === null ? null : new ClassTally(rules, this.table, this.keys);
    const of = new FastClass(this.desk, shape, tally, rules?.pod ?? shape.pod);
    const namespacesVersion = this.profile.framework.listers.namespaces.version;
    const { clock: lastUse } = this;
    return {
      template,
      key,
      of,
      marked: null,
      own: null,
      division: null,
      namespacesVersion,
      lastUse,
    };
  }

  private withLayout(entry: KnownClass, tally: ClassTally | null): ReadyClass | null {
    const nodes = tally?.hosts.list.length ?? 0;
    const { maxNodesAside } = this.options;
    // A layout of its own, once made, is kept until there are clearly fewer nodes.
    const own = nodes > (entry.own === null ? maxNodesAside : maxNodesAside / 2);
    if (own && tally !== null) return this.withOwnLayout(entry, tally);
    entry.own = null;
    const layout = this.sharedLayout(entry);
    if (!layout.sync()) return null;
    const { aside } = this.desk;
    if (tally === null || nodes === 0) {
      aside.begin();
    } else {
      entry.marked ??= new MarkedNodes(tally, this.table);
      entry.marked.setAside(layout, aside);
    }
    return { of: entry.of, layout, aside };
  }

  private withOwnLayout(entry: KnownClass, tally: ClassTally): ReadyClass | null {
    const keys = entry.division?.keys ?? [];
    if (entry.own === null || !sameKeys(entry.own.keys, keys)) {
      this.grows();
      const { shape } = entry.template.shape;
      entry.own = new OwnLayout(this.table, shape, keys, tally, this.options);
    }
    tally.hosts.forgetChanges();
    const { aside } = this.desk;
    aside.begin();
    return entry.own.sync() ? { of: entry.of, layout: entry.own, aside } : null;
  }

  private sharedLayout({ template, division }: KnownClass): SharedLayout {
    const { shape, layouts } = template.shape;
    const text = division?.keysText ?? "";
    let layout = layouts.get(text);
    if (layout === undefined) {
      layout = new SharedLayout(this.table, shape, division?.keys ?? [], this.options);
      layouts.set(text, layout);
      this.grows();
    }
    return layout;
  }

  private forget(entry: KnownClass): void {
    this.drop(entry);
    this.forgotten += 1;
  }

  private drop(entry: KnownClass): void {
    this.classes.delete(entry);
    entry.template.ruled?.delete(entry.key);
    if (entry.of.tally !== null) this.uses?.unsubscribe(entry.of.tally);
  }

  /** Templates without a class that is kept cost little to know again. */
  private forgetTemplates(): void {
    for (const [id, template] of this.templates) {
      if (template === null || (template.ruled?.size ?? 0) === 0) this.templates.delete(id);
    }
  }

  /** Bytes of what is remembered, about. */
  get bytes(): number {
    let bytes = 0;
    const divisions = new Set(this.shared.groupings.all);
    for (const { shape, layouts } of this.shapes.values()) {
      bytes += SHAPE_BYTES + shape.bytes;
      for (const layout of layouts.values()) {
        bytes += layout.bytes;
        divisions.add(layout.fixed);
      }
    }
    for (const entry of this.classes) {
      bytes += classBytes(entry);
      if (entry.own !== null) divisions.add(entry.own.fixed);
    }
    for (const division of divisions) bytes += division.bytes;
    return bytes;
  }

  /** A shape or a layout is made: these take memory, so it is looked at the sooner. */
  private grows(): void {
    const share = (this.table.nodes.length * BYTES_PER_NODE * LOOKS) / this.options.memoryBytes;
    this.untilCheck -= 1 + Math.floor(CHECK_EVERY * share);
  }

  /** Forgets the half that was not asked for longest, as often as it takes. */
  private boundMemory(): void {
    this.untilCheck = CHECK_EVERY;
    const { memoryBytes, maxClasses } = this.options;
    while (this.classes.size > maxClasses || this.bytes > memoryBytes) {
      const uses = [...this.shapes.values(), ...this.classes].map((one) => one.lastUse);
      const median = uses.sort((a, b) => a - b)[uses.length >> 1];
      if (median === undefined || median === this.clock) return;
      for (const known of [...this.shapes.values()]) {
        if (known.lastUse > median) continue;
        this.judgedBefore += known.shape.rows.judged;
        this.shapes.delete(known.shape.pod.template);
        this.forgotten += 1;
      }
      // A shape is asked for whenever one of its classes is: no class outlives its shape.
      for (const entry of this.classes) if (entry.lastUse <= median) this.forget(entry);
      this.forgetTemplates();
      this.shared.groupings.forget();
    }
  }
}

function classBytes({ of, own }: KnownClass): number {
  return CLASS_BYTES + (of.tally?.bytes ?? 0) + (own?.bytes ?? 0);
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}
