import type { Kind } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf } from "../../api/legacy-versions.js";
import type { LoadedObject } from "../schema/scenario.js";
import { parseInstant } from "../units.js";

const MICROS_PER_SECOND = 1_000_000;
/** Fields of a time that has passed. */
const PAST_TIME = /(?:At|[tT]ime|Timestamp)$/;
const FUTURE_TIMES: ReadonlySet<string> = new Set(["deletionTimestamp", "nextScheduleTime"]);

/** Objects of one of Kubernetes' own kinds: another group may have one of that name. */
export function isOf(kind: Kind): (object: LoadedObject) => boolean {
  return ({ manifest }) => kindOf(manifest.apiVersion, manifest.kind) === kind;
}

/**
 * The newest time that any object tells of, up to whole seconds: when the dump was made, as nearly
 * as it shows. In microseconds since 1970; null when there is none.
 */
export function newestTimeMicros(objects: readonly LoadedObject[]): number | null {
  let newest: number | null = null;
  let newestText = "";
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [field, inside] of Object.entries(value)) {
      if (typeof inside !== "string") {
        look(inside);
      } else if (PAST_TIME.test(field) && !FUTURE_TIMES.has(field)) {
        if (isUtcSecond(inside) && inside <= newestText) continue;
        const time = parseInstant(inside);
        if (!("value" in time) || (newest !== null && time.value <= newest)) continue;
        newest = time.value;
        newestText = isUtcSecond(inside) ? inside : "";
      }
    }
  };
  for (const { manifest } of objects) {
    look({ metadata: timesOf(manifest), status: manifest.status });
  }
  return newest === null ? null : Math.ceil(newest / MICROS_PER_SECOND) * MICROS_PER_SECOND;
}

/** As Kubernetes writes most times, `2026-01-01T00:00:00Z`: these are in order as texts are. */
function isUtcSecond(text: string): boolean {
  return text.length === 20 && text[10] === "T" && text.endsWith("Z");
}

function timesOf(manifest: Manifest): unknown {
  const { creationTimestamp } = manifest.metadata;
  return { creationTimestamp };
}
