import { beforeAll, describe, expect, test } from "vitest";
import type { Distribution } from "../../src/kernel/distribution.js";
import { distributionOf } from "../../src/kernel/distribution.js";
import { Engine } from "../../src/kernel/engine.js";
import { Phase } from "../../src/kernel/phase.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";

/**
 * Queues whose answers are known, on the bare kernel. Not one lucky seed: each case is simulated in
 * many independent experiments; each makes intervals for the mean number in the system and for the
 * mean wait from its replications, and as many of them must cover theory as their level says, within
 * what a binomial count can do. Too few would mean a wrong mean or errors that are too small, too
 * many errors that are too large (a correlation between replications).
 *
 * Replications start from the stationary distribution, so that their means have no bias however
 * short they are.
 */
interface QueueCase {
  readonly servers: number;
  readonly load: number;
  /** Length of a replication, in mean service times. */
  readonly length: number;
}

const CASES: QueueCase[] = [
  { servers: 1, load: 0.5, length: 300 },
  { servers: 1, load: 0.8, length: 500 },
  { servers: 1, load: 0.95, length: 800 },
  { servers: 3, load: 0.8, length: 200 },
  { servers: 10, load: 0.9, length: 60 },
];
const REPLICATIONS = 16;
const SERVICE_MICROS = 1_000_000;
/** Two-sided quantiles of Student's t with 15 degrees of freedom. */
const LEVELS = [
  { level: 0.8, quantile: 1.34061 },
  { level: 0.95, quantile: 2.13145 },
];
/** How improbable a count of covering intervals must be to fail. */
const RARE = 1e-4;
/** The quantile of the normal curve for that probability, both sides together. */
const RARE_ERRORS = 3.89;

/** Erlang's formulas, with the mean service time as the unit of time. */
function theory({ servers, load }: QueueCase) {
  const offered = servers * load;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < servers; n++) {
    term *= offered / n;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - load);
  const emptyShare = 1 / (sum + last);
  const waiting = (last * emptyShare * load) / (1 - load);
  return { emptyShare, numberInSystem: waiting + offered, wait: waiting / offered };
}

/** The number in the system that a uniform finds, under the stationary distribution. */
function stationaryNumber({ servers, load }: QueueCase, emptyShare: number, u: number): number {
  let share = emptyShare;
  let below = share;
  let n = 0;
  while (below < u && n < 10_000) {
    n++;
    share *= (servers * load) / Math.min(n, servers);
    below += share;
  }
  return n;
}

class MultiServerQueue {
  private readonly engine: Engine;
  private readonly between: Distribution;
  private readonly service = distributionOf({ type: "exponential", mean: SERVICE_MICROS });
  /** Of how many arrivals, about those of a replication, the wait counts. */
  private readonly toCount: number;
  private readonly arrival: number;
  private readonly departure: number;
  private inSystem = 0;
  private area = 0;
  private changedMicros = 0;
  /** Arrival times of those who wait, in order; null for those who were there at the start. */
  private readonly line: (number | null)[] = [];
  private served = 0;
  private waits = 0;
  private stopsWhenCounted = false;

  constructor(
    private readonly queue: QueueCase,
    seed: number,
  ) {
    this.toCount = Math.floor(queue.servers * queue.load * queue.length);
    const mean = SERVICE_MICROS / (queue.servers * queue.load);
    this.between = distributionOf({ type: "exponential", mean });
    this.engine = new Engine({ seed });
    this.arrival = this.engine.registerHandler("arrival", () => this.onArrival());
    this.departure = this.engine.registerHandler("departure", () => this.onDeparture());
  }

  run(initial: number): { numberInSystem: number; wait: number; events: number } {
    this.inSystem = initial;
    for (let i = 0; i < initial; i++) {
      if (i < this.queue.servers) this.startService();
      else this.line.push(null);
    }
    this.scheduleArrival();
    const untilMicros = this.queue.length * SERVICE_MICROS;
    this.engine.run({ untilMicros });
    this.changeTo(this.inSystem);
    const numberInSystem = this.area / untilMicros;
    // Then on, until the wait of each of a fixed number of arrivals is known.
    this.stopsWhenCounted = true;
    if (this.served < this.toCount) this.engine.run({ untilMicros: untilMicros * 1000 });
    const wait = this.waits / this.toCount / SERVICE_MICROS;
    return { numberInSystem, wait, events: this.engine.eventsProcessed };
  }

  private onArrival(): void {
    this.scheduleArrival();
    const mustWait = this.inSystem >= this.queue.servers;
    this.changeTo(this.inSystem + 1);
    if (mustWait) this.line.push(this.engine.now);
    else {
      this.countWait(0);
      this.startService();
    }
  }

  private onDeparture(): void {
    this.changeTo(this.inSystem - 1);
    const next = this.line.shift();
    if (next === undefined) return;
    if (next !== null) this.countWait(this.engine.now - next);
    this.startService();
  }

  private countWait(micros: number): void {
    if (this.served < this.toCount) this.waits += micros;
    this.served++;
    if (this.stopsWhenCounted && this.served === this.toCount) this.engine.stop();
  }

  private changeTo(inSystem: number): void {
    this.area += this.inSystem * (this.engine.now - this.changedMicros);
    this.changedMicros = this.engine.now;
    this.inSystem = inSystem;
  }

  private scheduleArrival(): void {
    const delay = this.between.quantile(this.engine.streams.stream("arrivals").next());
    this.engine.scheduleAfter(Math.round(delay), Phase.world, this.arrival);
  }

  private startService(): void {
    const delay = this.service.quantile(this.engine.streams.stream("services").next());
    this.engine.scheduleAfter(Math.round(delay), Phase.world, this.departure);
  }
}

/** How far the mean of samples is from the truth, in standard errors. */
function errorsFrom(samples: readonly number[], truth: number): number {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const squares = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const error = Math.sqrt(squares / (samples.length - 1) / samples.length);
  return Math.abs(mean - truth) / error;
}

/** The probability of at most `count` successes in `trials`. */
function binomialAtMost(count: number, trials: number, chance: number): number {
  let term = (1 - chance) ** trials;
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= ((trials - k + 1) / k) * (chance / (1 - chance));
    sum += term;
  }
  return sum;
}

/** Simulates each queue in so many experiments. */
export function testQueues(experiments: number): void {
  describe.each(CASES)("M/M/$servers at load $load", (queue) => {
    const { emptyShare, numberInSystem, wait } = theory(queue);
    const covered = LEVELS.map(() => ({ number: 0, wait: 0 }));
    const allNumbers: number[] = [];
    const allWaits: number[] = [];
    let events = 0;

    beforeAll(() => {
      for (let experiment = 0; experiment < experiments; experiment++) {
        const runs = Array.from({ length: REPLICATIONS }, (_, replication) => {
          const seed = experiment * REPLICATIONS + replication;
          const u = new RandomStreams(seed).draw("initial", 0);
          return new MultiServerQueue(queue, seed).run(stationaryNumber(queue, emptyShare, u));
        });
        for (const run of runs) events += run.events;
        const numbers = runs.map((run) => run.numberInSystem);
        const waits = runs.map((run) => run.wait);
        allNumbers.push(...numbers);
        allWaits.push(...waits);
        for (const [i, { quantile }] of LEVELS.entries()) {
          if (errorsFrom(numbers, numberInSystem) <= quantile) covered[i]!.number++;
          if (errorsFrom(waits, wait) <= quantile) covered[i]!.wait++;
        }
      }
    }, 180_000);

    test("was simulated", () => {
      const perReplication = 1.8 * queue.servers * queue.load * queue.length;
      expect(events).toBeGreaterThan(experiments * REPLICATIONS * perReplication);
    });

    test("agrees with theory in the mean of all replications", () => {
      expect(errorsFrom(allNumbers, numberInSystem)).toBeLessThan(RARE_ERRORS);
      expect(errorsFrom(allWaits, wait)).toBeLessThan(RARE_ERRORS);
    });

    test.each(LEVELS.map(({ level }, i) => [level, i] as const))(
      "has %d intervals that cover theory as often as they should",
      (level, i) => {
        for (const count of [covered[i]!.number, covered[i]!.wait]) {
          const what = `${count} of ${experiments} at ${level}`;
          expect(binomialAtMost(count, experiments, level), what).toBeGreaterThan(RARE);
          expect(1 - binomialAtMost(count - 1, experiments, level), what).toBeGreaterThan(RARE);
        }
      },
    );
  });
}
