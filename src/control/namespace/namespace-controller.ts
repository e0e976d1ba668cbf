import { assert } from "../../base/assert.js";
import { ALL_KINDS, KINDS, type Kind } from "../../api/kinds.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WorkQueue } from "../work-queue.js";

type Namespace = ObjectVersion<"Namespace">;

const FINALIZER = "kubernetes";
/** Upstream's `--concurrent-namespace-syncs`. */
const WORKERS = 10;

interface Sync {
  unanswered: number;
  failed: boolean;
}

/**
 * Empties a namespace that is being deleted and then lets it go: all of its objects are deleted, and
 * when the last one is gone the namespace's own finalizer is taken off.
 * Source: Kubernetes, "Namespaces: Automatic deletion"; upstream's pkg/controller/namespace.
 */
export class NamespaceController implements Controller {
  private readonly queue: WorkQueue;
  private readonly namespaces: Informer<"Namespace">;
  private readonly contents: readonly Informer<Kind>[];
  /** Objects that are left in a namespace that is being deleted, by its name. */
  private readonly left = new Map<string, { readonly row: number; count: number }>();
  private readonly syncs = new Map<number, Sync>();
  private readonly answered: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WorkQueue({
      engine,
      name: "namespace",
      workers: options.workers ?? WORKERS,
      sync: (row) => this.sync(row),
    });
    this.namespaces = informers.informer("Namespace");
    this.contents = ALL_KINDS.filter((kind) => KINDS[kind].namespaced).map(
      (kind) => informers.informer(kind) as unknown as Informer<Kind>,
    );
    this.answered = client.onAnswer((outcome, row) => this.onAnswer(outcome, row));
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
    if (namespace.deletionTimeMicros !== null) this.queue.add(namespace.row);
  }

  private onContentGone(name: string): void {
    const left = this.left.get(name);
    if (left === undefined) return;
    left.count -= 1;
    if (left.count <= 0) this.queue.add(left.row);
  }

  private sync(row: number): void {
    const namespace = this.namespaces.at(row);
    const sync: Sync = { unanswered: 0, failed: false };
    this.syncs.set(row, sync);
    if (namespace !== undefined && namespace.deletionTimeMicros !== null) {
      this.empty(namespace, sync);
    }
    if (sync.unanswered === 0) this.finish(row, sync);
  }

  private empty(namespace: Namespace, sync: Sync): void {
    const content = this.contentOf(namespace.name);
    this.left.set(namespace.name, { row: namespace.row, count: content.length });
    for (const object of content) {
      if (object.deletionTimeMicros !== null) continue;
      this.submit(namespace.row, sync, { verb: "delete", target: object });
    }
    if (content.length > 0) return;
    const finalizers = namespace.spec.finalizers ?? [];
    if (finalizers.includes(FINALIZER)) {
      const others = finalizers.filter((name) => name !== FINALIZER);
      const change = { spec: { ...namespace.spec, finalizers: others } };
      this.submit(namespace.row, sync, { verb: "update", base: namespace, change });
    } else if (finalizers.length === 0) {
      // A dump may leave the finalizer out: nothing keeps the namespace any more.
      this.submit(namespace.row, sync, { verb: "delete", target: namespace });
    }
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

  private submit(row: number, sync: Sync, request: WriteRequest): void {
    sync.unanswered += 1;
    this.options.client.submit(request, this.answered, row);
  }

  private onAnswer(outcome: Outcome, row: number): void {
    const sync = this.syncs.get(row);
    assert(sync !== undefined, "an answer came for a sync that is over");
    sync.unanswered -= 1;
    if (!outcome.ok && outcome.reason !== "NotFound") sync.failed = true;
    if (sync.unanswered === 0) this.finish(row, sync);
  }

  private finish(row: number, sync: Sync): void {
    this.syncs.delete(row);
    if (sync.failed) this.queue.addRateLimited(row);
    else this.queue.forget(row);
    this.queue.done(row);
  }
}
