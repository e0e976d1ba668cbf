import type { VolumeTimes } from "../../api/volumes/volume-times.js";
import { StorageTimes } from "../../workload/storage/storage-times.js";
import { DEFAULTS } from "../defaults.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** How long storage systems and nodes take with volumes. */
export function wireStorage(ground: Ground, { storage }: Scenario): VolumeTimes {
  const { streams } = ground.engine;
  return new StorageTimes({ streams, entries: storage, defaultMicros: DEFAULTS.storageMicros });
}
