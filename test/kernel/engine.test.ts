import { describe, expect, test } from "vitest";
import { InvariantError } from "../../src/base/assert.js";
import { Engine, HORIZON_MICROS } from "../../src/kernel/engine.js";
import { Phase } from "../../src/kernel/phase.js";
import { SimulationStuckError } from "../../src/kernel/simulation-stuck-error.js";

function engineWithLog(options: { maxEventsPerInstant?: number } = {}) {
  const engine = new Engine({ seed: 1, ...options });
  const log: [time: number, a: number, b: number, c: number][] = [];
  const note = engine.registerHandler("note", (a, b, c) => log.push([engine.now, a, b, c]));
  return { engine, log, note };
}

describe("order", () => {
  test("is by time, then phase, then who was scheduled first", () => {
    const { engine, log, note } = engineWithLog();
    engine.scheduleAt(20, Phase.world, note, 1);
    engine.scheduleAt(10, Phase.react, note, 2);
    engine.scheduleAt(10, Phase.world, note, 3);
    engine.scheduleAt(10, Phase.react, note, 4);
    engine.scheduleAt(10, Phase.settle, note, 5);
    engine.scheduleAt(10, Phase.commit, note, 6);
    engine.run({ untilMicros: 100 });
    expect(log.map(([time, a]) => [time, a])).toEqual([
      [10, 3],
      [10, 6],
      [10, 2],
      [10, 4],
      [10, 5],
      [20, 1],
    ]);
  });

  test("an event may schedule one for an earlier phase of its own instant; it comes next", () => {
    const { engine, log, note } = engineWithLog();
    const late = engine.registerHandler("late", () => {
      engine.scheduleAfter(0, Phase.world, note, 1);
    });
    engine.scheduleAt(5, Phase.react, late);
    engine.scheduleAt(5, Phase.react, note, 2);
    engine.run({ untilMicros: 5 });
    expect(log.map(([, a]) => a)).toEqual([1, 2]);
  });

  test("arguments arrive as they were given", () => {
    const { engine, log, note } = engineWithLog();
    engine.scheduleAfter(7, Phase.world, note, 2 ** 53 - 1, -3);
    engine.run({ untilMicros: 10 });
    expect(log).toEqual([[7, 2 ** 53 - 1, -3, 0]]);
  });
});

describe("run", () => {
  test("includes the events at its end, leaves the clock there, and can go on", () => {
    const { engine, log, note } = engineWithLog();
    for (const time of [10, 20, 30]) engine.scheduleAt(time, Phase.world, note, time);
    expect(engine.run({ untilMicros: 20 })).toBe("until");
    expect([engine.now, log.length]).toEqual([20, 2]);
    engine.scheduleAt(25, Phase.world, note, 25);
    expect(engine.run({ untilMicros: 40 })).toBe("drained");
    expect([engine.now, engine.eventsProcessed]).toEqual([40, 4]);
    expect(log.map(([time]) => time)).toEqual([10, 20, 25, 30]);
  });

  test("until idle ends when only background events are left, at the last event", () => {
    const { engine, note } = engineWithLog();
    let syncs = 0;
    const sync = engine.registerHandler(
      "sync",
      () => {
        syncs++;
        engine.scheduleAfter(10, Phase.react, sync);
      },
      { background: true },
    );
    engine.scheduleAt(0, Phase.react, sync);
    engine.scheduleAt(35, Phase.world, note);
    expect(engine.run({ untilMicros: 1000, untilIdle: true })).toBe("idle");
    expect([engine.now, syncs]).toEqual([35, 4]);
    expect(engine.run({ untilMicros: 1000 })).toBe("until");
    expect(engine.now).toBe(1000);
  });

  test("a cancelled event does not keep a run alive", () => {
    const { engine, note } = engineWithLog();
    const id = engine.scheduleAt(500, Phase.world, note);
    engine.scheduleAt(10, Phase.world, note);
    expect(engine.cancel(id)).toBe(true);
    expect(engine.cancel(id)).toBe(false);
    expect(engine.run({ untilMicros: 1000, untilIdle: true })).toBe("drained");
    expect(engine.now).toBe(10);
  });

  test("stops after the event that asked for it, and goes on from there", () => {
    const { engine, log, note } = engineWithLog();
    const stop = engine.registerHandler("stop", () => engine.stop());
    engine.scheduleAt(10, Phase.world, stop);
    engine.scheduleAt(10, Phase.react, note, 1);
    expect(engine.run({ untilMicros: 100 })).toBe("stopped");
    expect([engine.now, log.length]).toEqual([10, 0]);
    expect(engine.run({ untilMicros: 100 })).toBe("drained");
    expect(log.length).toBe(1);
  });

  test("tells observers of each event, after it happened", () => {
    const { engine, log, note } = engineWithLog();
    const seen: [number, string, number][] = [];
    engine.onEvent((time, handler) => seen.push([time, engine.handlerName(handler), log.length]));
    engine.scheduleAt(10, Phase.world, note);
    engine.scheduleAt(20, Phase.world, note);
    engine.run({ untilMicros: 100 });
    expect(seen).toEqual([
      [10, "note", 1],
      [20, "note", 2],
    ]);
  });

  test("an event past the horizon never comes", () => {
    const { engine, log, note } = engineWithLog();
    engine.scheduleAfter(Number.MAX_SAFE_INTEGER - 1, Phase.world, note);
    expect(engine.run({ untilMicros: HORIZON_MICROS - 1 })).toBe("until");
    expect(log).toEqual([]);
  });
});

describe("cancel", () => {
  test("of an event that ran, or from within the event itself, is false", () => {
    const { engine, note } = engineWithLog();
    const answers: boolean[] = [];
    const own = engine.registerHandler("own", () => answers.push(engine.cancel(id)));
    const id = engine.scheduleAt(10, Phase.world, own);
    const first = engine.scheduleAt(5, Phase.world, note);
    engine.run({ untilMicros: 100 });
    expect(answers).toEqual([false]);
    // The place of the first event in the queue is taken again; its id is not.
    engine.scheduleAt(200, Phase.world, note);
    expect(engine.cancel(first)).toBe(false);
    expect(engine.eventsPending).toBe(1);
    expect(engine.cancel(0)).toBe(false);
  });
});

describe("a run that does not move on", () => {
  test("is stopped with the time, the count and the handlers that went round", () => {
    const engine = new Engine({ seed: 1, maxEventsPerInstant: 5000 });
    const quiet = engine.registerHandler("quiet", () => {});
    const ping = engine.registerHandler("ping", () => {
      engine.scheduleAfter(0, Phase.world, pong);
    });
    const pong = engine.registerHandler("pong", () => {
      engine.scheduleAfter(0, Phase.react, ping);
    });
    engine.scheduleAt(1_500_000, Phase.world, quiet);
    engine.scheduleAt(1_500_000, Phase.world, ping);
    let error: unknown;
    try {
      engine.run({ untilMicros: 9_000_000 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SimulationStuckError);
    const stuck = error as SimulationStuckError;
    expect([stuck.timeMicros, stuck.eventCount]).toEqual([1_500_000, 5000]);
    expect(stuck.handlers.map((handler) => handler.name).sort()).toEqual(["ping", "pong"]);
    expect(stuck.message).toMatch(/stuck at 1\.500000 s: 5000 events .*(ping, pong|pong, ping)/);
  });

  test("is told from a busy one by the instant, not by the count", () => {
    const { engine, note } = engineWithLog({ maxEventsPerInstant: 2000 });
    for (let i = 0; i < 10_000; i++) engine.scheduleAt(i >> 10, Phase.world, note);
    expect(engine.run({ untilMicros: 100 })).toBe("drained");
  });
});

describe("wrong use is refused", () => {
  test.each<[string, (engine: Engine, handler: number) => void]>([
    ["a time before now", (engine, handler) => engine.scheduleAt(9, Phase.world, handler)],
    ["a negative delay", (engine, handler) => engine.scheduleAfter(-1, Phase.world, handler)],
    ["half a microsecond", (engine, handler) => engine.scheduleAfter(0.5, Phase.world, handler)],
    ["no time", (engine, handler) => engine.scheduleAfter(Number.NaN, Phase.world, handler)],
    ["no handler", (engine) => engine.scheduleAfter(1, Phase.world, 99)],
    ["a fraction", (engine, handler) => engine.scheduleAfter(1, Phase.world, handler, 0.5)],
    ["too large", (engine, handler) => engine.scheduleAfter(1, Phase.world, handler, 2 ** 53)],
    ["a name twice", (engine) => engine.registerHandler("note", () => {})],
    ["a run into the past", (engine) => engine.run({ untilMicros: 5 })],
    ["a run past the horizon", (engine) => engine.run({ untilMicros: HORIZON_MICROS })],
  ])("%s", (_, act) => {
    const { engine, note } = engineWithLog();
    engine.scheduleAt(10, Phase.world, note);
    engine.run({ untilMicros: 10 });
    expect(() => act(engine, note)).toThrow(InvariantError);
  });
});

/** A small world that draws, schedules, cancels and counts. */
function restless(seed: number, options = { started: true }): Engine {
  const engine = new Engine({ seed });
  const step = engine.registerHandler("step", (a, b) => {
    const stream = engine.streams.stream("steps");
    const doomed = engine.scheduleAfter(stream.int(1000), Phase.react, step, a, b + 1);
    if (stream.next() < 0.5) engine.cancel(doomed);
    if (stream.next() < 0.45) engine.scheduleAfter(stream.int(5000), Phase.world, step, a + 1, b);
  });
  const sync = engine.registerHandler(
    "sync",
    (round) => {
      const delay = Math.floor(engine.streams.draw("sync", round) * 1e4);
      engine.scheduleAfter(delay, Phase.settle, sync, round + 1);
      engine.scheduleAfter(1, Phase.world, step, round);
    },
    { background: true },
  );
  if (options.started) engine.scheduleAt(0, Phase.world, sync);
  return engine;
}

describe("digest", () => {
  function digestAfter(seed: number, stops: number[]): string {
    const engine = restless(seed);
    for (const untilMicros of stops) engine.run({ untilMicros });
    return `${engine.eventsProcessed} ${engine.digest.hex()}`;
  }

  test("is equal for equal seeds, however the run is cut, and differs otherwise", () => {
    const whole = digestAfter(1, [2_000_000]);
    expect(digestAfter(1, [1, 999_999, 1_000_000, 2_000_000])).toBe(whole);
    expect(digestAfter(2, [2_000_000])).not.toBe(whole);
    expect(digestAfter(1, [2_000_001, 2_050_000])).not.toBe(whole);
  });

  test("sees time, handler and each argument", () => {
    const digests = new Set<string>();
    for (const [time, which, a, b, c] of [
      [1, 0, 0, 0, 0],
      [2, 0, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [1, 0, 1, 0, 0],
      [1, 0, 0, 1, 0],
      [1, 0, 0, 0, 1],
    ] as const) {
      const engine = new Engine({ seed: 1 });
      const handlers = ["x", "y"].map((name) => engine.registerHandler(name, () => {}));
      engine.scheduleAt(time, Phase.world, handlers[which]!, a, b, c);
      engine.run({ untilMicros: 10 });
      digests.add(engine.digest.hex());
    }
    expect(digests.size).toBe(6);
  });
});
