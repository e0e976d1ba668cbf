import type { Kind } from "../../../api/kinds.js";
import type { VersionOf } from "../../../api/object-version.js";
import type { Informer } from "../../../store/informer.js";

/** The objects of a kind in the order in which they were made, as a watch tells of them. */
export class InOrderOfCreation<K extends Kind> {
  private readonly objects = new Map<string, VersionOf<K>>();
  private known: readonly VersionOf<K>[] | null = null;

  constructor(informer: Informer<K>) {
    informer.addHandler({
      added: (object) => this.put(object),
      updated: (_, object) => this.put(object),
      deleted: ({ uid }) => {
        this.objects.delete(uid);
        this.known = null;
      },
    });
  }

  private put(object: VersionOf<K>): void {
    this.objects.set(object.uid, object);
    this.known = null;
  }

  list(): readonly VersionOf<K>[] {
    this.known ??= [...this.objects.values()];
    return this.known;
  }
}
