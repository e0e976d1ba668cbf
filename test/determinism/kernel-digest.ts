/**
 * Prints digests of everything in the kernel that could differ between machines or versions of Node:
 * the ported functions, the distributions, the random streams, and a run of events that draws from
 * them. `tsx test/determinism/kernel-digest.ts [SEED]`.
 */
import { distributionOf } from "../../src/kernel/distribution.js";
import type { DistributionSpec } from "../../src/kernel/distribution-spec.js";
import { Engine } from "../../src/kernel/engine.js";
import * as math from "../../src/kernel/math.js";
import { Phase } from "../../src/kernel/phase.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import { RunDigest } from "../../src/kernel/run-digest.js";

const seed = Number(process.argv[2] ?? 1);

const SPECS: DistributionSpec[] = [
  { type: "exponential", mean: 2e6 },
  { type: "normal", mean: 9e7, sd: 1.5e7 },
  { type: "lognormal", mean: 3e6, cv: 0.4 },
  { type: "weibull", shape: 0.7, scale: 2e6 },
  { type: "gamma", shape: 2.5, scale: 1e6 },
  { type: "pareto", shape: 2.2, min: 1e6 },
];

function digestOf(fill: (digest: RunDigest) => void): string {
  const digest = new RunDigest();
  fill(digest);
  return digest.hex();
}

/** Uniforms of the seed, and each function over the range that it is used in. */
function functions(digest: RunDigest): void {
  const stream = new RandomStreams(seed).stream("arguments");
  for (let i = 0; i < 20_000; i++) {
    const u = stream.next();
    for (const f of [math.sin, math.cos, math.tan]) digest.fold(f((u - 0.5) * 1e4));
    for (const f of [math.ln, math.erfcinv, math.gamma]) digest.fold(f(u));
    for (const f of [math.exp, math.expm1, math.erfc]) digest.fold(f((u - 0.5) * 20));
    digest.fold(math.log1p(-u));
    digest.fold(math.pow(u, (u - 0.5) * 30));
  }
}

function samples(digest: RunDigest): void {
  const streams = new RandomStreams(seed);
  for (const spec of SPECS) {
    const distribution = distributionOf(spec);
    for (let i = 0; i < 5_000; i++) digest.fold(distribution.quantile(streams.draw(spec.type, i)));
  }
}

/** Every event draws when the next one comes, and now and then takes one back. */
function events(): string {
  const engine = new Engine({ seed });
  const distributions = SPECS.map(distributionOf);
  let last = 0;
  const handler = engine.registerHandler("step", (which, count) => {
    const stream = engine.streams.stream(`step-${which}`);
    const distribution = distributions[stream.int(distributions.length)]!;
    const delay = Math.round(distribution.quantile(stream.next() || 0.5));
    const id = engine.scheduleAfter(delay, Phase.world, handler, which, count + 1);
    if (stream.next() < 0.01 && engine.cancel(last)) {
      engine.scheduleAfter(1, Phase.react, handler, which, 0);
    }
    last = id;
  });
  for (let which = 0; which < 50; which++) engine.scheduleAt(which, Phase.world, handler, which, 0);
  engine.run({ untilMicros: 36e8 });
  return `${engine.eventsProcessed} ${engine.digest.hex()}`;
}

console.log(`functions ${digestOf(functions)}`);
console.log(`samples ${digestOf(samples)}`);
console.log(`events ${events()}`);
