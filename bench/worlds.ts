import { World } from "../src/scenario/assemble/world.js";
import { type FileSystem, nodeFileSystem } from "../src/scenario/load/file-system.js";
import { loadScenario } from "../src/scenario/load/load-scenario.js";

/** A file system that holds a scenario and its manifests; every other path is the machine's own. */
function withScenario(text: string, manifests: string): FileSystem {
  const encoder = new TextEncoder();
  const files = new Map([
    ["bench.yaml", encoder.encode(text)],
    ["bench-app.yaml", encoder.encode(manifests)],
  ]);
  const own = (path: string) => files.get(path.slice(path.lastIndexOf("/") + 1));
  return {
    ...nodeFileSystem,
    look: async (path) => {
      const bytes = own(path);
      return bytes === undefined
        ? nodeFileSystem.look(path)
        : { kind: "file", sizeBytes: bytes.length };
    },
    read: async (path) => own(path) ?? nodeFileSystem.read(path),
    async *stream(path) {
      const bytes = own(path);
      if (bytes === undefined) yield* nodeFileSystem.stream(path);
      else yield bytes;
    },
  };
}

/**
 * The world of a scenario that is written here, with the manifests that it calls `bench-app.yaml`, or stands
 * in a file; throws when it is refused.
 */
export async function buildWorld(
  source: { text: string; manifests?: string } | { path: string },
): Promise<World> {
  const dataFolder = process.env.SEATRIAL_DATA ?? "data";
  const loaded =
    "text" in source
      ? await loadScenario("bench.yaml", {
          files: withScenario(source.text, source.manifests ?? ""),
          dataFolder,
        })
      : await loadScenario(source.path, { files: nodeFileSystem, dataFolder });
  if (loaded.outcome !== "loaded") throw new Error(JSON.stringify(loaded));
  const world = await World.build(loaded.loaded, { events: null });
  if (!(world instanceof World)) throw new Error(JSON.stringify(world));
  return world;
}
