import { readObjects } from "../src/scenario/load/documents.js";
import { nodeFileSystem } from "../src/scenario/load/file-system.js";

/** A program that reads the objects of a file, and nothing else. */
const path = process.argv[2]!;
let objects = 0;
for await (const found of readObjects(nodeFileSystem, { path, shown: path })) {
  if (!("object" in found)) throw new Error(JSON.stringify(found));
  objects += 1;
}
console.log(`${objects} objects`);
