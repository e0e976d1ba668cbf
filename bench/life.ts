import { getHeapStatistics } from "node:v8";
import type { World } from "../src/scenario/assemble/world.js";
import { assertRunning, type Churn, scenarioOf, startDeleting } from "./churn.js";
import { buildWorld } from "./worlds.js";

/** A steady churn of simple pods, long enough that each handler runs some thousand times. */
const LOAD: Churn = {
  nodes: 500,
  replicaSets: 300,
  replicas: 50,
  replacedPerSecond: 2,
  warmUpSeconds: 600,
  hours: 0.5,
  defaultSpread: false,
};

interface Spent {
  events: number;
  nanoseconds: number;
  bytes: number;
}

/**
 * What a pod's life costs, by the handler of the event: how many a life, time and bytes allocated. Handlers are
 * told by the engine itself, so the table cannot get old. Each event is timed from the end of the one before, so the
 * queue's own work belongs to the event that it brings. Times and bytes are taken in a run each, because counting bytes
 * costs more than most events.
 */
export async function run(): Promise<void> {
  const times = await lives("nanoseconds");
  const bytes = await lives("bytes");
  const names = [...times.spent.keys()];
  const rows = names
    .map((name) => ({ name, ...times.spent.get(name)!, bytes: bytes.spent.get(name)?.bytes ?? 0 }))
    .sort((a, b) => b.nanoseconds - a.nanoseconds);
  console.log("events a life   us each   us a life   bytes a life  handler");
  const line = (events: number, nanoseconds: number, allocated: number, name: string) =>
    console.log(
      [
        (events / times.lives).toFixed(2).padStart(13),
        (nanoseconds / 1000 / Math.max(events, 1)).toFixed(2).padStart(9),
        (nanoseconds / 1000 / times.lives).toFixed(2).padStart(11),
        Math.round(allocated / bytes.lives)
          .toLocaleString("en")
          .padStart(14),
        ` ${name}`,
      ].join(" "),
    );
  for (const { name, events, nanoseconds, bytes: allocated } of rows) {
    if (events / times.lives >= 0.01) line(events, nanoseconds, allocated, name);
  }
  const sum = (of: "events" | "nanoseconds" | "bytes") =>
    rows.reduce((all, row) => all + row[of], 0);
  line(sum("events"), sum("nanoseconds"), sum("bytes"), "all");
}

/** Runs the churn, and tells what was spent by the name of the handler. */
async function lives(what: "nanoseconds" | "bytes") {
  const world = await buildWorld({ text: scenarioOf(LOAD) });
  const { engine } = world.ground;
  engine.run({ untilMicros: LOAD.warmUpSeconds * 1e6 });
  assertRunning(world, LOAD.replicaSets * LOAD.replicas);
  const deleted = startDeleting(world, LOAD);
  const byHandler: Spent[] = [];
  follow(world, what, byHandler);
  engine.run({ untilMicros: (LOAD.warmUpSeconds + LOAD.hours * 3600) * 1e6 });
  const spent = new Map<string, Spent>();
  for (const [handler, one] of byHandler.entries()) {
    if (one === undefined) continue;
    const name = engine.handlerName(handler);
    const all = spent.get(name) ?? { events: 0, nanoseconds: 0, bytes: 0 };
    spent.set(name, all);
    all.events += one.events;
    all.nanoseconds += one.nanoseconds;
    all.bytes += one.bytes;
  }
  return { spent, lives: deleted() };
}

function follow(world: World, what: "nanoseconds" | "bytes", byHandler: Spent[]): void {
  const read = what === "bytes" ? () => getHeapStatistics().used_heap_size : nanosecondsNow;
  let last = read();
  world.ground.engine.onEvent((_, handler) => {
    const now = read();
    byHandler[handler] ??= { events: 0, nanoseconds: 0, bytes: 0 };
    const one = byHandler[handler]!;
    one.events += 1;
    // After a garbage collection less is used than before: what that event made is not counted.
    if (now > last) one[what] += now - last;
    last = read();
  });
}

const nanosecondsNow = () => Number(process.hrtime.bigint());
