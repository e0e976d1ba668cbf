import type { TimeMicros } from "../base/time.js";
import type { Kind } from "../api/kinds.js";
import { Informer } from "./informer.js";
import type { ObjectStore } from "./object-store.js";

/** The informers that the parts of one component share: one cursor and one cache a kind. */
export class InformerFactory {
  private readonly informers = new Map<Kind, unknown>();

  constructor(
    private readonly store: ObjectStore,
    /** Name of the component, such as `kube-controller-manager`. */
    readonly component: string,
    private readonly lagMicros: TimeMicros,
  ) {}

  informer<K extends Kind>(kind: K): Informer<K> {
    const known = this.informers.get(kind);
    if (known !== undefined) return known as Informer<K>;
    const informer = new Informer(this.store, this.component, kind, this.lagMicros);
    this.informers.set(kind, informer);
    return informer;
  }
}
