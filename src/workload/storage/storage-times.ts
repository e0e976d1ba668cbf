import type {
  VolumeIdentity,
  VolumeOperation,
  VolumeTimes,
} from "../../api/volumes/volume-times.js";
import type { TimeMicros } from "../../base/time.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import { entityOrdinal } from "../behavior/entity-ordinal.js";

/** How long operations on the volumes that it matches take. */
export interface StorageEntry {
  /** Null matches all. */
  readonly match: { readonly storageClass: string | null; readonly driver: string | null };
  /** In microseconds; what is absent has its default. */
  readonly times: Readonly<Partial<Record<VolumeOperation, DistributionSpec>>>;
}

export interface StorageTimesOptions {
  readonly streams: RandomStreams;
  /** The first that matches a volume decides. */
  readonly entries: readonly StorageEntry[];
  readonly defaultMicros: Readonly<Record<VolumeOperation, TimeMicros>>;
}

interface Entry extends Pick<StorageEntry, "match"> {
  readonly times: ReadonlyMap<string, Distribution>;
}

/**
 * What storage systems take of time. Draws are keyed by the volume's claim and how often that was done to
 * it: the same under every policy.
 */
export class StorageTimes implements VolumeTimes {
  private readonly entries: readonly Entry[];
  private readonly counts = new Map<string, number>();

  constructor(private readonly options: StorageTimesOptions) {
    this.entries = options.entries.map(({ match, times }) => ({
      match,
      times: new Map(
        Object.entries(times).map(([operation, spec]) => [operation, distributionOf(spec)]),
      ),
    }));
  }

  micros(operation: VolumeOperation, volume: VolumeIdentity): TimeMicros {
    const { defaultMicros, streams } = this.options;
    const entry = this.entries.find(({ match }) => matches(match, volume));
    const distribution = entry?.times.get(operation);
    if (distribution === undefined) return defaultMicros[operation];
    const counted = `${operation}/${volume.key}`;
    const count = this.counts.get(counted) ?? 0;
    this.counts.set(counted, count + 1);
    const u = streams.draw(`storage/${operation}`, entityOrdinal(`${volume.key}/${count}`));
    return Math.min(Math.max(0, Math.round(distribution.quantile(u))), Number.MAX_SAFE_INTEGER);
  }
}

function matches(match: StorageEntry["match"], volume: VolumeIdentity): boolean {
  if (match.storageClass !== null && match.storageClass !== volume.storageClass) return false;
  return match.driver === null || match.driver === volume.driver;
}
