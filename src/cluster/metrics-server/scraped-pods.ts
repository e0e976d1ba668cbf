import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerLife } from "./container-counters.js";
import type { PodLives } from "./container-lives.js";
import type { ContainerPoints } from "./container-points.js";
import type { ScrapeOptions } from "./scrape-options.js";
import type { SingleLives } from "./single-lives.js";

/** What the scrapes up to the newest have found of a pod. */
export interface ScrapedPod {
  readonly key: object;
  lives: PodLives | null;
  /** Containers of which there are points, and where. */
  readonly names: string[];
  readonly places: number[];
  /** Of each life. */
  placesOfLives: readonly number[];
  /** The lives that it has found, in its order. */
  readonly found: ContainerLife[];
  readonly foundPlaces: number[];
  foundCount: number;
}

/** So many scrapes say all that there is to know of a pod that nobody has asked for before. */
const SCRAPES_REMEMBERED = 4;

/** What scrapes have found of pods, whatever lives their containers have had. */
export class ScrapedPods {
  /** By the row of the pod. */
  private readonly known: (ScrapedPod | undefined)[] = [];

  /**
   * @param scrapes by the row of the pod: the newest scrape in its points.
   * @param singles told of pods that have had one life only; null: there is no such thing.
   */
  constructor(
    private readonly options: ScrapeOptions,
    private readonly points: ContainerPoints,
    private readonly scrapes: number[],
    private readonly singles: SingleLives | null,
  ) {}

  /** A pod as the newest scrape has found it; null: there is nothing to tell of it. */
  find(pod: PodVersion, nowMicros: TimeMicros): ScrapedPod | null {
    const lives = this.options.livesOf(pod);
    if (lives === undefined) return null;
    const { row } = pod;
    const newest = Math.floor(nowMicros / this.options.resolutionMicros);
    const oldest = newest - SCRAPES_REMEMBERED;
    let known = this.known[row];
    if (known === undefined || known.key !== lives.key || this.scrapes[row]! < oldest) {
      for (const place of known?.places ?? []) this.points.release(place);
      known = newlyKnown(lives.key);
      this.makeRoom(row);
      this.known[row] = known;
      this.scrapes[row] = oldest;
      this.singles?.leave(row);
    }
    if (known.lives !== lives) {
      this.givePlaces(lives, known);
      this.singles?.leave(row);
    }
    while (this.scrapes[row]! < newest) {
      this.scrapes[row]! += 1;
      this.scrape(pod, lives, known);
    }
    return this.isComplete(known) ? known : null;
  }

  /** Without gaps: an array with large ones is a table of hashes. */
  private makeRoom(row: number): void {
    while (this.known.length <= row) {
      this.known.push(undefined);
      this.scrapes.push(0);
    }
  }

  /** Not where some container of the last scrape has no rate yet. */
  private isComplete({ foundPlaces, foundCount }: ScrapedPod): boolean {
    for (let i = 0; i < foundCount; i++) {
      if (this.points.windowMicros(foundPlaces[i]!) === Number.POSITIVE_INFINITY) return false;
    }
    return foundCount > 0;
  }

  private scrape(pod: PodVersion, found: PodLives, known: ScrapedPod): void {
    const { resolutionMicros, readingMicros, counters, failed } = this.options;
    const { row } = pod;
    const scrape = this.scrapes[row]!;
    known.foundCount = 0;
    this.singles?.leave(row);
    if (failed?.(scrape) === true) return;
    const at = scrape * resolutionMicros;
    const { lives } = found;
    for (let i = 0; i < lives.length; i++) {
      const life = lives[i]!;
      const { container, startMicros, endMicros } = life;
      if (startMicros > at || (endMicros !== null && endMicros <= at)) continue;
      const timestampMicros = readingMicros(startMicros, at);
      if (timestampMicros < startMicros) continue;
      const place = known.placesOfLives[i]!;
      const cpu = counters.cpuNanos(pod, row, container, startMicros, timestampMicros);
      this.points.take(place, scrape, startMicros, timestampMicros, Math.trunc(cpu));
      known.found[known.foundCount] = life;
      known.foundPlaces[known.foundCount] = place;
      known.foundCount += 1;
    }
    const isSingle = lives.length === 1 && known.foundCount === 1 && lives[0]!.endMicros === null;
    if (isSingle) this.singles?.put(pod, lives[0]!.container, known.foundPlaces[0]!, scrape);
  }

  /** Lives of one container have one place. */
  private givePlaces(found: PodLives, known: ScrapedPod): void {
    known.lives = found;
    known.placesOfLives = found.lives.map(({ container: { name } }) => {
      let at = known.names.indexOf(name);
      if (at < 0) {
        at = known.names.push(name) - 1;
        known.places.push(this.points.add());
      }
      return known.places[at]!;
    });
  }
}

function newlyKnown(key: object): ScrapedPod {
  return {
    ...{ key, lives: null, names: [], places: [], placesOfLives: [] },
    ...{ found: [], foundPlaces: [], foundCount: 0 },
  };
}
