import { expect, it } from "vitest";
import { WorkQueue } from "../../src/control/work-queue.js";
import { Engine } from "../../src/kernel/engine.js";

interface Harness {
  readonly engine: Engine;
  readonly queue: WorkQueue;
  /** `key@milliseconds` of each sync. */
  readonly syncs: string[];
}

function harness(onSync: (queue: WorkQueue, key: number) => void, workers = 2): Harness {
  const engine = new Engine({ seed: 1 });
  const syncs: string[] = [];
  const queue: WorkQueue = new WorkQueue({
    engine,
    name: "test",
    workers,
    sync: (key) => {
      syncs.push(`${key}@${engine.now / 1000}`);
      onSync(queue, key);
    },
  });
  return { engine, queue, syncs };
}

const run = (engine: Engine, millis: number) => engine.run({ untilMicros: millis * 1000 });

it("syncs a key once, however often it was added", () => {
  const { engine, queue, syncs } = harness((queue, key) => queue.done(key));
  for (const key of [7, 3, 7, 7, 3]) queue.add(key);
  run(engine, 1);
  expect(syncs).toEqual(["7@0", "3@0"]);
  queue.add(7);
  run(engine, 2);
  expect(syncs).toEqual(["7@0", "3@0", "7@1"]);
});

it("runs a key again that was added while it was synced, and never twice at once", () => {
  const { engine, queue, syncs } = harness(() => {});
  queue.add(1);
  run(engine, 1);
  queue.add(1);
  run(engine, 2);
  expect(syncs).toEqual(["1@0"]);
  queue.done(1);
  run(engine, 3);
  expect(syncs).toEqual(["1@0", "1@2"]);
  queue.done(1);
  run(engine, 4);
  expect(syncs.length).toBe(2);
});

it("has as many syncs under way as it has workers", () => {
  const { engine, queue, syncs } = harness(() => {});
  for (const key of [1, 2, 3, 4]) queue.add(key);
  run(engine, 1);
  expect(syncs).toEqual(["1@0", "2@0"]);
  expect(queue.length).toBe(2);
  queue.done(2);
  run(engine, 2);
  expect(syncs).toEqual(["1@0", "2@0", "3@1"]);
});

it("doubles the delay with each failure, up to 1000 seconds, until the key is forgotten", () => {
  let failures = 0;
  const { engine, queue, syncs } = harness((queue, key) => {
    failures += 1;
    if (failures <= 4) queue.addRateLimited(key);
    else queue.forget(key);
    queue.done(key);
  });
  queue.add(0);
  run(engine, 1000);
  expect(syncs).toEqual(["0@0", "0@5", "0@15", "0@35", "0@75"]);
  expect(queue.failuresOf(0)).toBe(0);
  failures = -30;
  queue.add(0);
  run(engine, 5e9);
  const times = syncs.map((sync) => Number(sync.slice(2)));
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  expect(Math.max(...gaps.slice(5))).toBe(1_000_000);
});

it("of several delays keeps the shortest, and forgets them when a sync begins", () => {
  const { engine, queue, syncs } = harness((queue, key) => queue.done(key));
  queue.addAfter(1, 500_000);
  queue.addAfter(1, 100_000);
  queue.addAfter(1, 300_000);
  run(engine, 50);
  expect(syncs).toEqual([]);
  run(engine, 1000);
  expect(syncs).toEqual(["1@100"]);
  queue.addAfter(1, 500_000);
  queue.add(1);
  run(engine, 3000);
  expect(syncs).toEqual(["1@100", "1@1000"]);
});

it("keeps a retry that is due later when another sync comes before it", () => {
  const { engine, queue, syncs } = harness((queue, key) => queue.done(key));
  for (let failure = 0; failure < 7; failure++) queue.addRateLimited(1);
  run(engine, 1_000);
  queue.addRateLimited(1);
  queue.add(1);
  run(engine, 3_000);
  expect(syncs).toEqual(["1@5", "1@1000", "1@1640"]);
});

it("drains thousands of keys in order", () => {
  const { engine, queue, syncs } = harness((queue, key) => queue.done(key));
  for (let key = 0; key < 5000; key++) queue.add(key);
  run(engine, 1);
  expect(syncs.length).toBe(5000);
  expect(syncs[4999]).toBe("4999@0");
});
