import type {
  CloudRefusal,
  Instance,
  NodeGroup,
  NodeGroups,
} from "../../../src/autoscaling/cluster-autoscaler/node-group.js";
import type { NodeGroupOptions } from "../../../src/autoscaling/cluster-autoscaler/options.js";
import type { CaseClock } from "./ca-clock.js";
import { type CaseCluster, withReadiness } from "./ca-cluster.js";
import { buildNode, micros, type RawNode } from "./ca-objects.js";
import { type GivenOptions, nodeGroupOptions } from "./ca-options.js";

interface Switches {
  readonly increaseFails?: boolean;
  readonly neverRegister?: boolean;
  readonly neverReady?: boolean;
  readonly createError?: boolean;
  readonly deleteFails?: boolean;
}

/** Delays in seconds. */
export interface RawGroup extends Switches {
  readonly id: string;
  readonly min: number;
  readonly max: number;
  readonly nodes?: readonly string[];
  readonly target?: number;
  readonly template?: RawNode;
  readonly price?: number;
  readonly options?: GivenOptions;
  readonly registerDelay?: number;
  readonly readyDelay?: number;
  readonly deleteDelay?: number;
}

/** What was asked of the cloud or of the API server; refused where `ok` is false. */
export interface Action {
  readonly at: number;
  readonly do: "increase" | "decreaseTarget" | "delete" | "evict";
  readonly group?: string;
  readonly by?: number;
  readonly nodes?: readonly string[];
  readonly pod?: string;
  readonly ok?: false;
}

export interface CloudSurroundings {
  readonly clock: CaseClock;
  readonly cluster: CaseCluster;
  /** Of all groups. */
  readonly options: GivenOptions;
  record(action: Omit<Action, "at">): void;
}

class CaseGroup implements NodeGroup {
  readonly options: NodeGroupOptions;
  private members: Instance[];
  private target: number;
  private made = 0;

  constructor(
    private raw: RawGroup,
    private readonly around: CloudSurroundings,
  ) {
    this.options = nodeGroupOptions(around.options, raw.options);
    this.members = (raw.nodes ?? []).map((name) => ({ name, creationError: null }));
    this.target = raw.target ?? this.members.length;
  }

  get id(): string {
    return this.raw.id;
  }

  get minSize(): number {
    return this.raw.min;
  }

  get maxSize(): number {
    return this.raw.max;
  }

  get pricePerHour(): number | null {
    return this.raw.price ?? null;
  }

  change(change: Partial<RawGroup>): void {
    this.raw = { ...this.raw, ...change };
  }

  targetSize(): number {
    return this.target;
  }

  instances(): readonly Instance[] {
    return this.members;
  }

  has(name: string): boolean {
    return this.members.some((member) => member.name === name);
  }

  template() {
    const { template } = this.raw;
    return template === undefined ? null : buildNode(named(template, `${this.id}-template`));
  }

  private answer(action: Omit<Action, "at" | "group">, refusal: CloudRefusal): CloudRefusal {
    this.around.record({ ...action, group: this.id, ...(refusal !== null && { ok: false }) });
    return refusal;
  }

  increaseSize(by: number): CloudRefusal {
    const isRefused = this.raw.increaseFails === true || this.target + by > this.raw.max;
    const refusal = this.answer({ do: "increase", by }, isRefused ? "refused" : null);
    if (refusal !== null) return refusal;
    this.target += by;
    for (let i = 0; i < by; i += 1) this.make();
    return null;
  }

  private make(): void {
    this.made += 1;
    const name = `${this.id}-new${this.made}`;
    const { createError, neverRegister, registerDelay = 0 } = this.raw;
    const creationError = createError === true ? "outOfResources" : null;
    this.members.push({ name, creationError });
    if (createError === true || neverRegister === true) return;
    this.around.clock.after(micros(registerDelay), () => this.register(name));
  }

  private register(name: string): void {
    if (!this.has(name)) return;
    const { clock, cluster } = this.around;
    const { template, neverReady, readyDelay = 0 } = this.raw;
    if (template === undefined) throw new Error(`group ${this.id} has no template`);
    const node = buildNode(named(template, name), clock.now);
    const isReady = readyDelay === 0 && neverReady !== true;
    cluster.putNode(withReadiness(node, isReady, clock.now));
    if (isReady || neverReady === true) return;
    clock.after(micros(readyDelay), () => cluster.setReady(name, true));
  }

  decreaseTargetSize(by: number): CloudRefusal {
    const isRefused = this.target - by < this.members.length;
    const refusal = isRefused ? "there are instances of that size" : null;
    if (refusal === null) this.target -= by;
    return this.answer({ do: "decreaseTarget", by: -by }, refusal);
  }

  deleteNodes(names: readonly string[]): CloudRefusal {
    const refusal = this.raw.deleteFails === true ? "refused" : null;
    this.answer({ do: "delete", nodes: names }, refusal);
    if (refusal !== null) return refusal;
    this.target -= names.length;
    this.lose(names, micros(this.raw.deleteDelay ?? 0));
    return null;
  }

  /** Instances go now, their Node objects after the delay. */
  lose(names: readonly string[], delayMicros: number): void {
    const { clock, cluster } = this.around;
    this.members = this.members.filter(({ name }) => !names.includes(name));
    for (const name of names) clock.after(delayMicros, () => cluster.removeNode(name));
  }
}

function named(template: RawNode, name: string): RawNode {
  return { ...template, metadata: { ...template.metadata, name } };
}

/** The groups of a case, and what its cloud does with them. */
export class CaseCloud implements NodeGroups {
  private readonly groups: readonly CaseGroup[];

  constructor(groups: readonly RawGroup[], around: CloudSurroundings) {
    this.groups = groups.map((raw) => new CaseGroup(raw, around));
  }

  list(): readonly NodeGroup[] {
    return this.groups;
  }

  groupOf(nodeName: string): NodeGroup | null {
    return this.groups.find((group) => group.has(nodeName)) ?? null;
  }

  /** Node names begin with their group's id and `-`. */
  isGone(nodeName: string): boolean {
    return this.groupOf(nodeName) === null && this.madeBy(nodeName) !== undefined;
  }

  private madeBy(nodeName: string): CaseGroup | undefined {
    return this.groups.find(({ id }) => nodeName.startsWith(`${id}-`));
  }

  change({ id, ...change }: Partial<RawGroup> & { readonly id: string }): void {
    this.groups.find((group) => group.id === id)?.change(change);
  }

  loseInstance(name: string): void {
    this.groups.find((group) => group.has(name))?.lose([name], 0);
  }
}
