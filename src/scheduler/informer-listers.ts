import type { GenericKind } from "../api/kinds.js";
import type { ObjectVersion, VersionOf } from "../api/object-version.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { LISTED_KINDS, listerTables } from "./framework/lister-tables.js";
import type { Listers, ObjectTable } from "./framework/listers.js";

/** The plugins' listers over the scheduler's own informers: they lag as its watches do. */
export function informerListers(informers: InformerFactory): Listers {
  const tables = listerTables();
  const fill = <K extends GenericKind>(objects: ObjectTable<K>, kind: K): void => {
    const informer: Informer<K> = informers.informer(kind);
    informer.addHandler({
      added: (object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      updated: (_, object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      deleted: (object) => objects.delete(object.namespace, object.name),
    });
  };
  for (const name of Object.keys(LISTED_KINDS) as (keyof Listers)[]) {
    fill(tables[name] as ObjectTable<GenericKind>, LISTED_KINDS[name]);
  }
  return tables;
}
