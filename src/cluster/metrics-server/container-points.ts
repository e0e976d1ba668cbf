import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** Where the numbers of a container begin in their column: as many as a line of the processor's cache holds. */
const WIDTH = 8;
const SCRAPE = 0;
const START = 1;
const TIMESTAMP = 2;
const CPU_NANOS = 3;
const START_BEFORE = 4;
const TIMESTAMP_BEFORE = 5;
const CPU_NANOS_BEFORE = 6;
const MEMORY_BYTES = 7;

/** A container younger than that has no rate yet. */
const FRESH_MICROS = 10 * MICROS_PER_SECOND;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The last two points of each container, between which its rate is. A point that is not newer than the stored one
 * keeps the pair that there is; one of a new life begins anew.
 * Source: metrics-server, pkg/storage/pod.go.
 */
export class ContainerPoints {
  private numbers = new Float64Array(256 * WIDTH);
  private used = 0;
  private readonly free: number[] = [];

  constructor(private readonly resolutionMicros: TimeMicros) {}

  /** A container of which no point is known. */
  add(): number {
    const place = this.free.pop() ?? this.used++;
    if ((place + 1) * WIDTH > this.numbers.length) this.grow();
    const { numbers } = this;
    const at = place * WIDTH;
    numbers.fill(NEVER, at, at + WIDTH);
    return place;
  }

  release(place: number): void {
    this.free.push(place);
  }

  /** Another scrape has found the container. */
  take(
    place: number,
    scrape: number,
    startMicros: TimeMicros,
    timestampMicros: TimeMicros,
    cpuNanos: number,
  ): void {
    const { numbers } = this;
    const at = place * WIDTH;
    this.findBefore(at, scrape, startMicros, timestampMicros);
    numbers[at + SCRAPE] = scrape;
    numbers[at + START] = startMicros;
    numbers[at + TIMESTAMP] = timestampMicros;
    numbers[at + CPU_NANOS] = cpuNanos;
    numbers[at + MEMORY_BYTES] = Number.NaN;
  }

  /** The last point tells another use of CPU. */
  correct(place: number, cpuNanos: number): void {
    this.numbers[place * WIDTH + CPU_NANOS] = cpuNanos;
  }

  /** Of the last point, in bytes; NaN: nobody has asked for it. */
  memoryBytes(place: number): number {
    return this.numbers[place * WIDTH + MEMORY_BYTES]!;
  }

  keepMemory(place: number, bytes: number): void {
    this.numbers[place * WIDTH + MEMORY_BYTES] = bytes;
  }

  /** The scrape that has found the last point. */
  scrape(place: number): number {
    return this.numbers[place * WIDTH + SCRAPE]!;
  }

  startMicros(place: number): TimeMicros {
    return this.numbers[place * WIDTH + START]!;
  }

  timestampMicros(place: number): TimeMicros {
    return this.numbers[place * WIDTH + TIMESTAMP]!;
  }

  /** Between the two points; infinite: there is only one. */
  windowMicros(place: number): TimeMicros {
    const { numbers } = this;
    const at = place * WIDTH;
    return numbers[at + TIMESTAMP]! - numbers[at + TIMESTAMP_BEFORE]!;
  }

  /** Whether the second point goes on from the first: a counter that went back is left out. */
  rises(place: number): boolean {
    const { numbers } = this;
    const at = place * WIDTH;
    return (
      numbers[at + START]! >= numbers[at + START_BEFORE]! &&
      numbers[at + CPU_NANOS]! >= numbers[at + CPU_NANOS_BEFORE]!
    );
  }

  /** In whole billionths of a core. */
  cpuNanos(place: number): number {
    const { numbers } = this;
    const at = place * WIDTH;
    const seconds =
      (numbers[at + TIMESTAMP]! - numbers[at + TIMESTAMP_BEFORE]!) / MICROS_PER_SECOND;
    return Math.trunc((numbers[at + CPU_NANOS]! - numbers[at + CPU_NANOS_BEFORE]!) / seconds);
  }

  /** The point from which the rate until the one that comes counts. */
  private findBefore(at: number, scrape: number, start: TimeMicros, timestamp: TimeMicros): void {
    const { numbers } = this;
    const age = timestamp - start;
    if (age >= FRESH_MICROS && age < this.resolutionMicros) {
      numbers[at + START_BEFORE] = start;
      numbers[at + TIMESTAMP_BEFORE] = start;
      numbers[at + CPU_NANOS_BEFORE] = 0;
      return;
    }
    const known = numbers[at + TIMESTAMP]!;
    const wasThere = numbers[at + SCRAPE] === scrape - 1;
    if (!wasThere || start >= known) {
      numbers[at + TIMESTAMP_BEFORE] = NEVER;
    } else if (timestamp > known) {
      numbers[at + START_BEFORE] = numbers[at + START]!;
      numbers[at + TIMESTAMP_BEFORE] = known;
      numbers[at + CPU_NANOS_BEFORE] = numbers[at + CPU_NANOS]!;
    } else if (numbers[at + TIMESTAMP_BEFORE]! >= timestamp) {
      numbers[at + TIMESTAMP_BEFORE] = NEVER;
    }
  }

  private grow(): void {
    const larger = new Float64Array(this.numbers.length * 2);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
