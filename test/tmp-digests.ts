import { readdirSync } from "node:fs";
import { join } from "node:path";
const root = process.argv[2]!;
const { loadedFrom, loadedFromMemory, worldOf } = await import(join(root, "test/runs/built-world.ts"));
const { randomScenario } = await import(join(root, "test/runs/random-scenario.ts"));
process.chdir(root);
function walk(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : e.name.endsWith(".yaml") ? [join(dir, e.name)] : []).sort();
}
const only = process.argv[3];
for (const path of walk("scenarios").filter((p) => !/\/apps\/ferry\/|explain\/apps/.test(p) && (only === "all" || !/openb/.test(p)))) {
  try {
    const world = await worldOf(await loadedFrom([path]));
    world.run();
    console.log(path, world.ground.engine.digest.hex());
  } catch (e) { console.log(path, "ERR", String(e).slice(0, 200)); }
}
for (let seed = 1; seed <= 15; seed++) for (const calm of [false, true]) {
  const world = await worldOf(await loadedFromMemory(randomScenario(seed, calm)));
  world.run();
  console.log(`random ${seed} ${calm}`, world.ground.engine.digest.hex());
}
