import { ALL_KINDS, KINDS, type Kind } from "../../api/kinds.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { type StepEnd, Syncs } from "../syncs.js";

type Namespace = ObjectVersion<"Namespace">;

const FINALIZER = "kubernetes";
/** Upstream's `--concurrent-namespace-syncs`. */
const WORKERS = 10;

/** A sync that is under way. */
interface Sync {
  readonly namespace: Namespace;
  hasBegun: boolean;
  failed: boolean;
}

/**
 * Empties a namespace that is being deleted and then lets it go: all of its objects are deleted, and
 * when the last one is gone the namespace's own finalizer is taken off.
 * Source: Kubernetes, "Namespaces: Automatic deletion"; upstream's pkg/controller/namespace.
 */
export class NamespaceController implements Controller {
  private readonly syncs: Syncs<Sync>;
  private readonly namespaces: Informer<"Namespace">;
  private readonly contents: readonly Informer<Kind>[];
  /** Objects that are left in a namespace that is being deleted, by its name. */
  private readonly left = new Map<string, { readonly row: number; count: number }>();
  private readonly answered: AnswerId;

  constructor(options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.syncs = new Syncs<Sync>({
      engine,
      client,
      name: "namespace",
      workers: options.workers ?? WORKERS,
      begin: (row) => this.begin(row),
      step: (sync) => this.step(sync),
    });
    this.namespaces = informers.informer("Namespace");
    this.contents = ALL_KINDS.filter((kind) => KINDS[kind].namespaced).map(
      (kind) => informers.informer(kind) as unknown as Informer<Kind>,
    );
    this.answered = this.syncs.onAnswer((sync, outcome) => {
      if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    });
  }

  start(): void {
    this.namespaces.addHandler({
      added: (namespace) => this.onNamespace(namespace),
      updated: (_, namespace) => this.onNamespace(namespace),
      deleted: ({ name }) => this.left.delete(name),
    });
    for (const informer of this.contents) {
      informer.addHandler({ deleted: ({ namespace }) => this.onContentGone(namespace) });
    }
  }

  private onNamespace(namespace: Namespace): void {
    if (namespace.deletionTimeMicros !== null) this.syncs.add(namespace.row);
  }

  private onContentGone(name: string): void {
    const left = this.left.get(name);
    if (left === undefined) return;
    left.count -= 1;
    if (left.count <= 0) this.syncs.add(left.row);
  }

  private begin(row: number): Sync | null {
    const namespace = this.namespaces.at(row);
    if (namespace === undefined || namespace.deletionTimeMicros === null) return null;
    return { namespace, hasBegun: false, failed: false };
  }

  private step(sync: Sync): StepEnd {
    if (sync.hasBegun) return sync.failed ? "retry" : "done";
    sync.hasBegun = true;
    this.empty(sync.namespace);
    return "go on";
  }

  private empty(namespace: Namespace): void {
    const content = this.contentOf(namespace.name);
    this.left.set(namespace.name, { row: namespace.row, count: content.length });
    for (const object of content) {
      if (object.deletionTimeMicros !== null) continue;
      this.send(namespace, { verb: "delete", target: object });
    }
    if (content.length > 0) return;
    const finalizers = namespace.spec.finalizers ?? [];
    if (finalizers.includes(FINALIZER)) {
      const others = finalizers.filter((name) => name !== FINALIZER);
      const change = { spec: { ...namespace.spec, finalizers: others } };
      this.send(namespace, { verb: "update", base: namespace, change });
    } else if (finalizers.length === 0) {
      // A dump may leave the finalizer out: nothing keeps the namespace any more.
      this.send(namespace, { verb: "delete", target: namespace });
    }
  }

  private send({ row }: Namespace, request: WriteRequest): void {
    this.syncs.send(row, this.answered, request);
  }

  private contentOf(name: string): AnyVersion[] {
    const found: AnyVersion[] = [];
    for (const informer of this.contents) {
      for (const object of informer.values()) {
        if (object.namespace === name) found.push(object as AnyVersion);
      }
    }
    return found;
  }
}
