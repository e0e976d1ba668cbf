import type { CountingRule } from "../framework/counting-rule.js";
import type { Plugin } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import { PodInfo } from "../framework/pod-info.js";
import type { BlockSizes } from "./block-maxima.js";
import { ByParts } from "./by-parts.js";
import { DecisionDesk } from "./decision-desk.js";
import { FastClass } from "./fast-class.js";
import { FirstLook } from "./first-look.js";
import { SharedFixedRows } from "./fixed-rows.js";
import { MarkedNodes } from "./marked-nodes.js";
import { SharedGroups } from "./node-groups.js";
import type { NodeTable } from "./node-table.js";
import { anyKeepsAway } from "./nominations.js";
import type { PluginParts } from "./plugin-parts.js";
import { PodParts } from "./pod-parts.js";
import { PodSums } from "./pod-sums.js";
import { RequestShape, type SharedByShapes } from "./request-shape.js";
import { ShapeGroups } from "./shape-groups.js";
import { JudgedNodes } from "./shape-rows.js";
import type { TemplateUses } from "./template-uses.js";
import { TopologyKeys } from "./topology-keys.js";

export interface RememberOptions extends BlockSizes {
  /** What is remembered takes about this much memory at most. */
  readonly memoryBytes: number;
  /** At most about this many classes of pods are remembered. */
  readonly maxClasses: number;
  /** A topology key with more values than this is looked at node by node. */
  readonly maxSharedDomains: number;
}

/** Rough size of a class without its sums, and of a shape with its groups without what is by node. */
const CLASS_BYTES = 2048;
const SHAPE_BYTES = 4096;
/** Of a shape that came once. */
const PLACE_BYTES = 512;
/** Decisions between two looks at the memory in use, if nothing large is made meanwhile. */
const CHECK_EVERY = 1024;
/** A shape, and each set of its groups, takes about so much memory a node. */
const BYTES_PER_NODE = 8;
/** So many looks at most until the bound is filled with new shapes and groups. */
const LOOKS = 16;

interface KnownClass {
  readonly shape: KnownShape;
  /** Null: of all pods of the shape that no counting rule concerns. */
  readonly template: KnownTemplate | null;
  readonly of: FastClass;
  marked: MarkedNodes | null;
  lastUse: number;
}

interface KnownShape {
  /** Null until the second decision: of a shape that comes once nothing is kept. */
  shape: RequestShape | null;
  /** Pods that no counting rule concerns, of whatever template: nothing but the shape tells them apart. */
  simple: KnownClass | null;
  /** By topology keys, for all classes of the shape that share them. */
  readonly groups: Map<string, ShapeGroups>;
  lastUse: number;
  /** A decision asked for it. */
  isAsked: boolean;
}

/** What is known of a template: its shape, and its classes by the rules that count for it. */
interface KnownTemplate {
  readonly shape: KnownShape;
  /** Plugins that have to be asked node by node. */
  readonly plain: readonly Plugin[];
  /** One for each set of rules, by their keys. */
  ruled: readonly KnownClass[];
  /** That of the last pod, and its rules by counting plugin. */
  last: KnownClass | null;
  rules: readonly (CountingRule | null)[];
  /** It came before. */
  isSeenAgain: boolean;
}

type Rule = CountingRule | null | undefined;

/** A class that is ready to decide, with the groups of its shape in sync. */
export interface ReadyClass {
  readonly of: FastClass;
  readonly groups: ShapeGroups;
  /** Plugins that have to be asked node by node. */
  readonly plain: readonly Plugin[];
}

const NO_PLUGINS: readonly Plugin[] = [];
const NO_CLASSES: readonly KnownClass[] = [];
const NO_KEYS: readonly string[] = [];
const NO_NODES: readonly NodeInfo[] = [];
const NO_RULES: readonly (CountingRule | null)[] = [];

/** What is remembered for one profile: shapes, their groups of nodes, and classes of pods, within a bound. */
export class FastClasses {
  /** Classes and shapes that were forgotten for the bound on memory. */
  forgotten = 0;
  /** By priority, as nominated pods of a lower one do not count, and what plugins read of the pods. */
  private readonly shapes = new Map<number, ByParts<KnownShape>>();
  private readonly shapeParts: PodParts;
  /** Of plugins to which pods of one template may differ. */
  private readonly tellingParts: PodParts;
  /** By template, with a text where its pods differ. */
  private readonly templates = new Map<number | string, KnownTemplate>();
  private readonly classes = new Set<KnownClass>();
  private readonly keys: TopologyKeys;
  private readonly desk: DecisionDesk;
  private readonly shared: SharedByShapes;
  /** The rules of the pod that is decided on, by counting plugin. */
  private readonly rules: Rule[] = [];
  private uses: TemplateUses | null = null;
  private clock = 0;
  private untilCheck = 0;

  constructor(
    private readonly parts: PluginParts,
    private readonly table: NodeTable,
    private readonly options: RememberOptions,
    private readonly usesOf: () => TemplateUses,
  ) {
    this.shapeParts = new PodParts(parts.remembered);
    this.tellingParts = new PodParts(parts.telling);
    this.shared = {
      groups: new SharedGroups(table),
      fixed: new SharedFixedRows(parts, table),
      nodes: new JudgedNodes(),
    };
    this.keys = new TopologyKeys(table, options.maxSharedDomains);
    this.desk = new DecisionDesk(parts, table);
  }

  /** Nodes judged so far, over all shapes. */
  get judged(): number {
    return this.shared.nodes.judged;
  }

  /**
   * The class of the pod, ready to decide; null where it is not recognised. The table is in sync. `looks`: the
   * first pod of a shape may be decided by a look at the nodes, of which nothing is kept.
   */
  ready(pod: PodInfo, looks: boolean): ReadyClass | FirstLook | null {
    this.clock += 1;
    this.untilCheck -= 1;
    if (this.untilCheck <= 0) this.boundMemory();
    if (pod.pod.nodeName !== "") return null;
    const template = this.templateFor(pod);
    const { shape: known } = template;
    const plain = this.plainFor(template, pod);
    const { isAsked } = known;
    known.lastUse = this.clock;
    known.isAsked = true;
    const ruled = this.areRuled(template, pod);
    const told = !this.rules.includes(undefined);
    const nominated = this.parts.framework.nominator.any;
    const isTold = told && plain.length === 0 && !(nominated && anyKeepsAway(this.parts.framework));
    if (looks && !isAsked && !ruled && isTold) return this.firstLook(pod);
    const shape = this.kept(known, pod);
    if (!shape.usable) return null;
    shape.sync();
    if (!shape.usable) return null;
    const entry = ruled ? this.ruled(template, pod) : null;
    if (entry?.of.sums?.isTellable) return this.withGroups(entry, pod, plain);
    known.simple ??= this.simpleClass(known, shape);
    const untold =
      entry === null && told
        ? plain
        : [...plain, ...this.parts.counting.map(({ plugin }) => plugin)];
    return this.withGroups(known.simple, pod, untold);
  }

  private plainFor({ plain }: KnownTemplate, pod: PodInfo): readonly Plugin[] {
    if (plain.length === 0) return plain;
    return plain.filter((plugin) => plugin.passesEverywhere?.(pod) !== true);
  }

  private firstLook(pod: PodInfo): FirstLook | null {
    const shape = this.newShape(pod);
    if (!shape.usable) return null;
    const groups = shape.groupsBy(NO_KEYS);
    groups.sync();
    if (!groups.usable) return null;
    return new FirstLook(new FastClass(this.desk, shape, null, pod), groups, this.shared.nodes);
  }

  private kept(known: KnownShape, pod: PodInfo): RequestShape {
    if (known.shape !== null) return known.shape;
    this.grows();
    known.shape = this.newShape(pod);
    return known.shape;
  }

  private newShape(pod: PodInfo): RequestShape {
    // The decision places its own pod: that one will have a node.
    const waiting = new PodInfo(pod.pod, pod.template);
    return new RequestShape(this.parts, this.table, waiting, this.shared);
  }

  /** Finds the rules that count for the pod; false if there is none, or one cannot be told. */
  private areRuled({ rules: known }: KnownTemplate, pod: PodInfo): boolean {
    const { rules } = this;
    const { counting } = this.parts;
    let some = false;
    let all = true;
    for (let i = 0; i < counting.length; i += 1) {
      const rule = counting[i]!.plugin.countingRule!(pod, known[i]);
      rules[i] = rule;
      if (rule === undefined) all = false;
      else if (rule !== null) some = true;
    }
    return some && all;
  }

  private templateFor(pod: PodInfo): KnownTemplate {
    const { id } = pod.template;
    const telling = this.tellingParts.of(pod);
    const key = telling.length === 0 ? id : [id, ...telling].join("\n");
    const known = this.templates.get(key);
    if (known !== undefined) {
      known.isSeenAgain = true;
      return known;
    }
    if (this.templates.size > this.mostTemplates) this.forgetTemplates();
    const template = this.newTemplate(pod);
    this.templates.set(key, template);
    return template;
  }

  /** Each pod of a StatefulSet is of a template of its own, which its successor shares. */
  private get mostTemplates(): number {
    return Math.max(4 * this.options.maxClasses, this.table.state.podCount);
  }

  private newTemplate(pod: PodInfo): KnownTemplate {
    const shape = this.shapeFor(pod);
    let plain = NO_PLUGINS;
    for (const plugin of this.parts.plain) {
      if (plugin.concerns?.(pod) !== false) plain = [...plain, plugin];
    }
    return {
      shape,
      plain,
      ruled: NO_CLASSES,
      last: null,
      rules: NO_RULES,
      isSeenAgain: false,
    };
  }

  private shapeFor(pod: PodInfo): KnownShape {
    let shapes = this.shapes.get(pod.priority);
    if (shapes === undefined) {
      shapes = new ByParts();
      this.shapes.set(pod.priority, shapes);
    }
    const parts = this.shapeParts.of(pod);
    let shape = shapes.get(parts);
    if (shape === undefined) {
      const { clock: lastUse } = this;
      shape = { shape: null, simple: null, groups: new Map(), lastUse, isAsked: false };
      shapes.add(parts, shape);
    }
    return shape;
  }

  private *allShapes(): IterableIterator<KnownShape> {
    for (const shapes of this.shapes.values()) yield* shapes.values();
  }

  /** The class of a pod with counting rules, its sums up to date. */
  private ruled(template: KnownTemplate, pod: PodInfo): KnownClass {
    this.uses ??= this.usesOf();
    let entry = template.last;
    if (entry === null || !sameItems<Rule>(template.rules, this.rules)) {
      entry = this.classFor(template, pod);
      template.last = this.classes.has(entry) ? entry : null;
    }
    entry.lastUse = this.clock;
    const sums = entry.of.sums!;
    if (template.last === entry) sums.sync(this.uses);
    else sums.countOnce(this.uses);
    return entry;
  }

  private classFor(template: KnownTemplate, pod: PodInfo): KnownClass {
    const rules = this.rules.map((rule) => rule ?? null);
    if (template.isSeenAgain) template.rules = rules;
    for (const known of template.ruled) {
      const ofKnown = known.of.sums!.rules;
      if (ofKnown.some((rule) => rule?.isOutdated)) this.drop(known);
      else if (haveSameKeys(ofKnown, rules)) return known;
    }
    const entry = this.newClass(template, pod, rules);
    // Many a template comes once: what is kept up to date is worth it from the second time on.
    if (template.isSeenAgain) {
      template.ruled = [...template.ruled, entry];
      this.classes.add(entry);
    }
    return entry;
  }

  private simpleClass(known: KnownShape, shape: RequestShape): KnownClass {
    const of = new FastClass(this.desk, shape, null, shape.pod);
    return { shape: known, template: null, of, marked: null, lastUse: this.clock };
  }

  private newClass(
    template: KnownTemplate,
    pod: PodInfo,
    rules: readonly (CountingRule | null)[],
  ): KnownClass {
    const { shape } = template;
    const sums = new PodSums(pod, rules, this.table, this.keys);
    const waiting = new PodInfo(pod.pod, pod.template);
    const of = new FastClass(this.desk, this.kept(shape, pod), sums, waiting);
    return { shape, template, of, marked: null, lastUse: this.clock };
  }

  private withGroups(entry: KnownClass, pod: PodInfo, plain: readonly Plugin[]): ReadyClass | null {
    const { sums, nominated } = entry.of;
    const { framework } = this.parts;
    const waitedFor = framework.nominator.any ? nominated.find(framework, pod, plain) : NO_NODES;
    if (waitedFor === null) return null;
    const groups = this.groupsFor(entry, sums?.groupKeys ?? NO_KEYS);
    if (!groups.sync()) return null;
    const { aside } = this.desk;
    if (sums === null || sums.hosts.list.length === 0) {
      aside.begin();
    } else {
      entry.marked ??= new MarkedNodes(sums, this.table);
      entry.marked.setAside(groups, aside);
    }
    if (!nominated.close(framework, pod, waitedFor)) return null;
    return { of: entry.of, groups, plain };
  }

  private groupsFor({ of, shape }: KnownClass, keys: readonly string[]): ShapeGroups {
    const { groups: known } = shape;
    const text = keys.length === 1 ? keys[0]! : keys.join("\n");
    let groups = known.get(text);
    if (groups === undefined) {
      groups = new ShapeGroups(this.table, of.shape, keys, this.options);
      known.set(text, groups);
      this.grows();
    }
    return groups;
  }

  private forget(entry: KnownClass): void {
    this.drop(entry);
    this.forgotten += 1;
  }

  private drop(entry: KnownClass): void {
    this.classes.delete(entry);
    const template = entry.template!;
    template.ruled = template.ruled.filter((one) => one !== entry);
    if (template.last === entry) template.last = null;
    if (entry.of.sums !== null) this.uses?.unsubscribe(entry.of.sums);
  }

  /** Templates without a class that is kept cost little to know again. */
  private forgetTemplates(): void {
    for (const [id, template] of this.templates) {
      if (template.ruled.length === 0) this.templates.delete(id);
    }
  }

  /** Bytes of what is remembered, about. */
  get bytes(): number {
    let bytes = 0;
    const shared = new Set<{ readonly bytes: number }>(this.shared.groups.all);
    for (const { shape, groups } of this.allShapes()) {
      bytes += PLACE_BYTES;
      if (shape === null) continue;
      bytes += SHAPE_BYTES + shape.bytes;
      shared.add(shape.fixed);
      for (const one of groups.values()) {
        bytes += one.bytes;
        shared.add(one.nodes);
      }
    }
    for (const entry of this.classes) {
      bytes += CLASS_BYTES + (entry.of.sums?.bytes ?? 0);
    }
    for (const one of shared) bytes += one.bytes;
    return bytes;
  }

  /** A shape, or groups of one, is made: these take memory, so it is looked at the sooner. */
  private grows(): void {
    const share = (this.table.nodes.length * BYTES_PER_NODE * LOOKS) / this.options.memoryBytes;
    this.untilCheck -= 1 + Math.floor(CHECK_EVERY * share);
  }

  /** Forgets the half that was not asked for longest, as often as it takes. */
  private boundMemory(): void {
    this.untilCheck = CHECK_EVERY;
    const { memoryBytes, maxClasses } = this.options;
    while (this.classes.size > maxClasses || this.bytes > memoryBytes) {
      const uses = [...this.allShapes(), ...this.classes].map((one) => one.lastUse);
      const median = uses.sort((a, b) => a - b)[uses.length >> 1];
      if (median === undefined || median === this.clock) return;
      for (const shapes of this.shapes.values()) {
        this.forgotten += shapes.deleteIf(({ lastUse }) => lastUse <= median);
      }
      // A shape is asked for whenever one of its classes is: no class outlives its shape.
      for (const entry of this.classes) if (entry.lastUse <= median) this.forget(entry);
      this.forgetTemplates();
      this.shared.groups.forget();
      this.shared.fixed.forget();
    }
  }
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function haveSameKeys(
  a: readonly (CountingRule | null)[],
  b: readonly (CountingRule | null)[],
): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i]?.key !== b[i]?.key) return false;
  return true;
}
