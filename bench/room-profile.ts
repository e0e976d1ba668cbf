import { Session } from "node:inspector/promises";

/** Processor time and sampled live memory, summed over the files of each room of `src`. */
export interface RoomProfile {
  readonly cpuMillis: ReadonlyMap<string, number>;
  readonly heapBytes: ReadonlyMap<string, number>;
}

const SAMPLING_MICROS = 500;
const HEAP_SAMPLING_BYTES = 64 * 1024;

/** Runs `work` under the engine's own profilers; they slow it down by a tenth or so. */
export async function profileByRoom(work: () => void | Promise<void>): Promise<RoomProfile> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLING_MICROS });
  await session.post("HeapProfiler.enable");
  await session.post("HeapProfiler.startSampling", { samplingInterval: HEAP_SAMPLING_BYTES });
  await session.post("Profiler.start");
  await work();
  const { profile } = await session.post("Profiler.stop");
  const heap = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const cpuMillis = new Map<string, number>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id);
    const room = roomOf(frame?.url ?? "", frame?.functionName ?? "");
    add(cpuMillis, room, (profile.timeDeltas?.[i] ?? 0) / 1000);
  }
  const heapBytes = new Map<string, number>();
  const walk = (node: typeof heap.profile.head, above: string): void => {
    const own = roomOf(node.callFrame.url, "");
    // What a library or the engine allocates belongs to the room that called it.
    const room = own === "other" ? above : own;
    add(heapBytes, room, node.selfSize);
    for (const child of node.children) walk(child, room);
  };
  walk(heap.profile.head, "other");
  return { cpuMillis, heapBytes };
}

/** A line a room, the dearest first. */
export function roomLines(profile: RoomProfile): readonly string[] {
  const cpuTotal = [...profile.cpuMillis.values()].reduce((a, b) => a + b, 0);
  const rooms = [...new Set([...profile.cpuMillis.keys(), ...profile.heapBytes.keys()])];
  return rooms
    .map((room) => ({
      room,
      cpu: profile.cpuMillis.get(room) ?? 0,
      heap: profile.heapBytes.get(room) ?? 0,
    }))
    .filter(({ cpu, heap }) => cpu >= cpuTotal / 200 || heap >= 2 ** 20)
    .sort((a, b) => b.cpu - a.cpu)
    .map(({ room, cpu, heap }) => {
      const share = ((100 * cpu) / cpuTotal).toFixed(1);
      const seconds = (cpu / 1000).toFixed(2);
      const megabytes = (heap / 2 ** 20).toFixed(0);
      return `${room.padEnd(20)} ${seconds.padStart(8)} s ${share.padStart(5)} % ${megabytes.padStart(6)} MB`;
    });
}

function roomOf(url: string, functionName: string): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  const match = /\/(?:src|dist)\/([a-z]+)\//.exec(url);
  if (match !== null) return match[1]!;
  return url.includes("/bench/") ? "bench" : "other";
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
