import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { coveragePage } from "./interval-coverage.js";
import { stoppingTable } from "./precision-coverage.js";
import { hasData, makeStudy } from "./make-study.js";
import { mixFiles } from "./mix-files.js";

/**
 * `npm run studies [-- NAME…]`: makes the committed results again; with `mixes TRACES` the mixes of pods, with `coverage` the page on intervals; `stopping` prints the table of
 * intervals after `--until-precision`. */
const [first, ...others] = process.argv.slice(2);
if (first === "mixes") {
  for (const [name, text] of Object.entries(mixFiles(others[0] ?? "../shared/traces"))) {
    writeFileSync(join("scenarios/studies/packing/mixes", name), text);
  }
} else if (first === "coverage") {
  writeFileSync("docs/coverage.md", coveragePage());
} else if (first === "stopping") {
  console.log(stoppingTable());
} else {
  const names = first === undefined ? readdirSync("scenarios/studies") : [first, ...others];
  for (const name of names) {
    if (!existsSync(`scenarios/studies/${name}/experiment.yaml`)) continue;
    if (!hasData(name)) {
      console.log(`${name}: left as it is, for its data are not here (SEATRIAL_DATA)`);
      continue;
    }
    const folder = join("results/studies", name);
    const files = await makeStudy(name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    console.log(`${folder}: ${Object.keys(files).length} files`);
  }
}
