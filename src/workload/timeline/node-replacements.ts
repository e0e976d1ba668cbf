import type { ObjectVersion } from "../../api/object-version.js";
import { counted } from "../../base/counted.js";
import type { TimeMicros } from "../../base/time.js";
import type { StepState } from "../../record/cluster-observer.js";
import { Drains, type DrainsOptions } from "./drains.js";
import { chosenNodes } from "./node-choice.js";
import type { Operation, OperationRunner } from "./operation.js";
import type { Step } from "./step.js";

export interface ReplaceNodes extends Operation {
  readonly type: "replaceNodes";
  readonly pool: string;
  /** Nodes that there may be beyond the number that there was. */
  readonly surge: number;
  /** Nodes that may be missing from it. */
  readonly unavailable: number;
  /** After how long a drain is given up; null: never. */
  readonly timeoutMicros: TimeMicros | null;
  /** A node whose drain was given up goes all the same, with what runs on it. */
  readonly force: boolean;
}

/** What makes machines and takes them away; the answer is their names, or why there are none. */
interface Machines {
  addNodes(pool: string, count: number): Ordered;
  removeNodes(request: {
    readonly nodes: readonly string[];
    readonly pool: null;
    readonly count: number;
  }): Ordered;
}

type Ordered =
  | { readonly ok: true; readonly nodes: readonly string[] }
  | { readonly ok: false; readonly message: string };

interface NodeReplacementsOptions extends DrainsOptions {
  readonly nodes: Machines;
}

/** How far the replacement of a pool's nodes has come. */
class Replacement {
  /** Old nodes that nobody drains yet, the oldest first. */
  readonly waiting: string[];
  readonly draining = new Set<string>();
  /** Old nodes that are on their way out, or gone. */
  gone = 0;
  made = 0;
  /** New nodes that are not Ready yet. */
  readonly coming = new Set<string>();
  readonly total: number;
  isOver = false;

  constructor(
    readonly operation: ReplaceNodes,
    nodes: readonly string[],
  ) {
    this.waiting = [...nodes];
    this.total = nodes.length;
  }

  get ready(): number {
    return this.made - this.coming.size;
  }

  /** New nodes that may be asked for now. */
  get mayMake(): number {
    return Math.min(this.total, this.gone + this.operation.surge) - this.made;
  }

  /** Old nodes whose drain may begin now. */
  get mayDrain(): number {
    const free = this.ready - this.gone + this.operation.unavailable - this.draining.size;
    return Math.min(free, this.waiting.length);
  }

  get text(): string {
    return `${this.gone} of ${counted(this.total, "node")} replaced`;
  }
}

/**
 * Replaces all nodes of a pool, as managed node pools are upgraded: new ones come first, as many as
 * `surge` allows; old ones, the oldest first, are cordoned and drained as `kubectl drain` does, which
 * respects budgets, and taken away when they are empty. There are never more than `surge` nodes too
 * many, and never more than `unavailable` too few that are Ready and not cordoned, by its own doing.
 *
 * Source: GKE, "Node upgrade strategies: Surge upgrades"; EKS, "Understand each phase of node updates".
 */
export class NodeReplacements implements OperationRunner<ReplaceNodes> {
  private readonly replacements: Replacement[] = [];
  private readonly drains: Drains;

  constructor(private readonly options: NodeReplacementsOptions) {
    const ended = (node: string, failure: string | null) => this.drainEnded(node, failure);
    this.drains = new Drains({ ...options, name: "timeline/replaceNodes", ended });
    const seen = (node: ObjectVersion<"Node">) => {
      if (isReady(node)) this.nodeReady(node.name);
    };
    options.informers.informer("Node").addHandler({
      added: seen,
      updated: (_before, node) => seen(node),
      deleted: ({ name }) => this.nodeGone(name),
    });
  }

  take(operation: ReplaceNodes): Step | null {
    const { store } = this.options;
    const { pool } = operation;
    const target = { kind: "NodePool", namespace: "", name: pool };
    const choice = { node: null, zone: null, pool };
    const names = chosenNodes(store, choice).map(({ name }) => name);
    if (names.length === 0) return { target, refusal: "it has no nodes" };
    if (this.replacements.some((one) => !one.isOver && one.operation.pool === pool)) {
      return { target, refusal: "its nodes are being replaced already" };
    }
    const replacement = new Replacement(operation, names);
    this.replacements.push(replacement);
    this.report(replacement, `replacing ${counted(names.length, "node")}`);
    this.goOn(replacement);
    return null;
  }

  /** Tells of those that have not ended: once, when the run is over. */
  finish(): void {
    this.drains.finish();
    for (const one of this.replacements) {
      if (one.isOver) continue;
      const waits = [
        ...(one.draining.size > 0 ? [`the drain of ${[...one.draining].join(", ")}`] : []),
        ...(one.coming.size > 0 ? [`${[...one.coming].join(", ")} to be Ready`] : []),
      ];
      this.report(one, `not ended: ${one.text}; waits for ${waits.join(" and ")}`, "unfinished");
    }
  }

  private goOn(replacement: Replacement): void {
    if (replacement.isOver) return;
    const { pool } = replacement.operation;
    if (replacement.mayMake > 0) {
      const ordered = this.options.nodes.addNodes(pool, replacement.mayMake);
      if (!ordered.ok) {
        this.fail(replacement, ordered.message);
        return;
      }
      replacement.made += ordered.nodes.length;
      for (const name of ordered.nodes) replacement.coming.add(name);
    }
    while (replacement.mayDrain > 0) this.drain(replacement, replacement.waiting.shift()!);
    if (replacement.gone < replacement.total || replacement.coming.size > 0) return;
    replacement.isOver = true;
    this.report(replacement, replacement.text);
  }

  private drain(replacement: Replacement, node: string): void {
    const { timeoutMicros } = replacement.operation;
    replacement.draining.add(node);
    this.drains.take({
      ...{ type: "drain", node, timeoutMicros, gracePeriodSeconds: null },
      ...{ force: true, podSelector: null },
    });
  }

  private drainEnded(node: string, failure: string | null): void {
    const replacement = this.replacements.find((one) => one.draining.has(node));
    if (replacement === undefined) return;
    if (failure !== null && !replacement.operation.force) {
      this.fail(replacement, `${node}: ${failure}`);
      return;
    }
    replacement.draining.delete(node);
    replacement.gone += 1;
    this.options.nodes.removeNodes({ nodes: [node], pool: null, count: 0 });
    this.goOn(replacement);
  }

  private nodeReady(name: string): void {
    for (const one of this.replacements) if (one.coming.delete(name)) this.goOn(one);
  }

  /** Whoever took it away: an old node that is gone needs no drain. */
  private nodeGone(name: string): void {
    for (const one of this.replacements) {
      const at = one.waiting.indexOf(name);
      if (at < 0) continue;
      one.waiting.splice(at, 1);
      one.gone += 1;
      this.goOn(one);
    }
  }

  private report({ operation }: Replacement, message: string, state: StepState = "done"): void {
    const { observer, engine } = this.options;
    const about = `NodePool/${operation.pool}`;
    observer.timelineStep("replaceNodes", about, message, engine.now, state);
  }

  /** What is not replaced stays as it is, as after an upgrade that failed. */
  private fail(replacement: Replacement, message: string): void {
    const { observer, engine } = this.options;
    const { pool } = replacement.operation;
    const text = `${replacement.text}: ${message}`;
    const target = { kind: "NodePool", namespace: "", name: pool };
    replacement.isOver = true;
    observer.event(
      "Warning",
      "TimelineStepFailed",
      target,
      `replaceNodes ${pool}: ${text}`,
      engine.now,
    );
    this.report(replacement, `failed: ${text}`, "failed");
  }
}

function isReady({ status }: ObjectVersion<"Node">): boolean {
  return (
    status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true
  );
}
