import type { Trouble } from "../../api/kinds/kind-descriptor.js";
import { ALL_KINDS, type Kind, kindNamed } from "../../api/kinds.js";
import { type ObjectVersion, targetText } from "../../api/object-version.js";
import { parseTimestamp } from "../../api/timestamp.js";
import type { Karpenter } from "../../autoscaling/karpenter/controller/karpenter.js";
import { nearestName, nearName } from "../../base/near-name.js";
import type { TimeMicros } from "../../base/time.js";
import type { ObjectStore } from "../../store/object-store.js";

/** An object that does not do what it is there for. */
export interface StandingTrouble {
  /** `shop/HorizontalPodAutoscaler/web` */
  readonly target: string;
  readonly message: string;
  /** Null where its status does not say since when. */
  readonly sinceMicros: TimeMicros | null;
}

/**
 * What their status says now of objects that cannot do what they are there for, with the nearest name
 * where what they are about is not there. `startTimeMs`: virtual zero as milliseconds since 1970.
 */
export function standingTroubles(
  store: ObjectStore,
  startTimeMs: number,
  karpenter: Karpenter | null,
): readonly StandingTrouble[] {
  const idle = karpenter?.idlePools() ?? [];
  return [
    ...troublesOfStatus(store, startTimeMs),
    ...idle.map(({ name, why }) => {
      const target = targetText({ kind: "NodePool", namespace: "", name });
      return { target, message: why, sinceMicros: null };
    }),
  ];
}

function troublesOfStatus(store: ObjectStore, startTimeMs: number): readonly StandingTrouble[] {
  const troubles: StandingTrouble[] = [];
  for (const kind of ALL_KINDS) {
    const descriptor = kindNamed(kind)!;
    if (descriptor.trouble === undefined) continue;
    for (const object of store.table(kind)) {
      const { namespace, spec, status } = object as ObjectVersion;
      const trouble = descriptor.trouble(spec, status);
      if (trouble === null) continue;
      troubles.push({
        target: targetText(object),
        message: `${trouble.message}${nearestText(store, namespace, trouble)}`,
        sinceMicros: parseTimestamp(trouble.since, startTimeMs),
      });
    }
  }
  return troubles;
}

function nearestText(store: ObjectStore, namespace: string, { about }: Trouble): string {
  if (about === undefined) return "";
  if (kindNamed(about.kind) === undefined) {
    const near = nearName(about.kind, ALL_KINDS, 3);
    return near === "" ? "" : `; did you mean the kind ${near}?`;
  }
  const table = store.table(about.kind as Kind);
  if (table.find(namespace, about.name) !== undefined) return "";
  const wanted = targetText({ ...about, namespace });
  const names = [...table].map(targetText);
  if (names.length === 0) return `; there is no \`${wanted}\`, nor any other ${about.kind}`;
  return `; there is no \`${wanted}\`, the nearest is \`${nearestName(wanted, names)}\``;
}
