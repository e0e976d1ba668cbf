import type { VersionOf } from "../../../api/object-version.js";
import type { Informer } from "../../../store/informer.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import type { NodeGroupOptions } from "../options.js";

type Node = VersionOf<"Node">;

type SupplyAnswer =
  | { readonly ok: true; readonly node: string }
  | { readonly ok: false; readonly message: string };

/** Where machines come from: who asks sees them through the watches. */
export interface MachineSupply {
  /** Asks for one machine of a pool: its Node will have that name. */
  request(pool: string): SupplyAnswer;
  /** Gives one back, whether its Node has come or not. */
  remove(node: string): SupplyAnswer;
}

/** A pool of nodes whose number the autoscaler sets. */
export interface AutoscaledPool {
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** Dollars; null where nobody says. */
  readonly pricePerHour: number | null;
  readonly options: NodeGroupOptions;
  /** More machines than these the cloud has not; null: it has as many as are asked for. */
  readonly stock: number | null;
  /** A Node as its kubelets register it. */
  readonly template: Node | null;
}

/** The node groups of a run: what the cloud has been asked for, and what of it the watches show. */
export class ProvisionedGroups implements NodeGroups {
  private readonly groups: readonly ProvisionedGroup[];
  private readonly byNode = new Map<string, ProvisionedGroup>();
  /** Nodes whose machine was given back, until their object goes, too. */
  private readonly leaving = new Set<string>();

  constructor(parts: {
    readonly pools: readonly AutoscaledPool[];
    readonly supply: MachineSupply;
    readonly nodes: Informer<"Node">;
    /** The name of the pool that a node is of; null for none. */
    readonly poolOf: (node: Node) => string | null;
  }) {
    const { pools, supply, nodes, poolOf } = parts;
    this.groups = pools.map(
      (pool) =>
        new ProvisionedGroup(pool, supply, {
          joined: (group, node) => this.byNode.set(node, group),
          left: (node) => {
            this.byNode.delete(node);
            if (nodes.find("", node) !== undefined) this.leaving.add(node);
          },
        }),
    );
    nodes.addHandler({
      added: (node) => {
        if (this.leaving.has(node.name)) return;
        this.groups.find(({ id }) => id === poolOf(node))?.take(node.name);
      },
      deleted: ({ name }) => {
        this.leaving.delete(name);
        this.byNode.get(name)?.lose(name);
        this.byNode.delete(name);
      },
    });
  }

  list(): readonly NodeGroup[] {
    return this.groups;
  }

  groupOf(nodeName: string): NodeGroup | null {
    return this.byNode.get(nodeName) ?? null;
  }

  isGone(nodeName: string): boolean {
    return this.leaving.has(nodeName);
  }
}

interface Membership {
  joined(group: ProvisionedGroup, node: string): void;
  left(node: string): void;
}

/** A pool as a node group: it is to have as many machines as it has, since each that is asked for is one at once. */
class ProvisionedGroup implements NodeGroup {
  private readonly machines = new Set<string>();

  constructor(
    private readonly pool: AutoscaledPool,
    private readonly supply: MachineSupply,
    private readonly membership: Membership,
  ) {}

  get id(): string {
    return this.pool.name;
  }

  get minSize(): number {
    return this.pool.minSize;
  }

  get maxSize(): number {
    return this.pool.maxSize;
  }

  get pricePerHour(): number | null {
    return this.pool.pricePerHour;
  }

  get options(): NodeGroupOptions {
    return this.pool.options;
  }

  targetSize(): number {
    return this.machines.size;
  }

  instances() {
    return [...this.machines].map((name) => ({ name, creationError: null }));
  }

  template(): Node | null {
    return this.pool.template;
  }

  increaseSize(by: number): string | null {
    const { name, maxSize, stock } = this.pool;
    const size = this.machines.size + by;
    if (size > maxSize) return `${size} nodes of ${name} are more than its maximum of ${maxSize}`;
    if (stock !== null && size > stock) {
      return `out of resources: the cloud has ${stock} machines for ${name}, not ${size}`;
    }
    for (let i = 0; i < by; i += 1) {
      const answer = this.supply.request(name);
      if (!answer.ok) return answer.message;
      this.take(answer.node);
    }
    return null;
  }

  decreaseTargetSize(): string {
    return `all machines of ${this.id} that are wanted are there or on their way`;
  }

  deleteNodes(names: readonly string[]): string | null {
    const foreign = names.find((name) => !this.machines.has(name));
    if (foreign !== undefined) return `${foreign} is no machine of ${this.id}`;
    for (const name of names) {
      const answer = this.supply.remove(name);
      if (!answer.ok) return answer.message;
      this.lose(name);
      this.membership.left(name);
    }
    return null;
  }

  take(node: string): void {
    this.machines.add(node);
    this.membership.joined(this, node);
  }

  lose(node: string): void {
    this.machines.delete(node);
  }
}
