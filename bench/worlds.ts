import { nodeFileSystem, type FileSystem } from "../src/scenario/load/file-system.js";
import { loadScenario } from "../src/scenario/load/load-scenario.js";
import { World } from "../src/scenario/assemble/world.js";

/** A file system that holds one scenario; every other path is the machine's own. */
function withScenario(text: string): FileSystem {
  const bytes = new TextEncoder().encode(text);
  const isIt = (path: string) => path.endsWith("bench.yaml");
  return {
    ...nodeFileSystem,
    look: async (path) =>
      isIt(path) ? { kind: "file", sizeBytes: bytes.length } : nodeFileSystem.look(path),
    read: async (path) => (isIt(path) ? bytes : nodeFileSystem.read(path)),
    async *stream(path) {
      if (isIt(path)) yield bytes;
      else yield* nodeFileSystem.stream(path);
    },
  };
}

/** The world of a scenario that is written here or stands in a file; throws when it is refused. */
export async function buildWorld(source: { text: string } | { path: string }): Promise<World> {
  const dataFolder = process.env.SEATRIAL_DATA ?? "data";
  const loaded =
    "text" in source
      ? await loadScenario("bench.yaml", { files: withScenario(source.text), dataFolder })
      : await loadScenario(source.path, { files: nodeFileSystem, dataFolder });
  if (loaded.outcome !== "loaded") throw new Error(JSON.stringify(loaded));
  const world = await World.build(loaded.loaded, { events: null });
  if (!(world instanceof World)) throw new Error(JSON.stringify(world));
  return world;
}
