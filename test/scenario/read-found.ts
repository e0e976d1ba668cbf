import { type Found, readObjects } from "../../src/scenario/load/documents.js";
import type { FileSystem } from "../../src/scenario/load/file-system.js";

/** Whatever is found in a file, in pieces where it is larger than `splitAboveBytes`. */
export async function readFound(
  files: FileSystem,
  path: string,
  splitAboveBytes?: number,
): Promise<readonly unknown[]> {
  const found: Found[] = [];
  const options = splitAboveBytes === undefined ? {} : { splitAboveBytes };
  for await (const one of readObjects(files, { path, shown: path, ...options })) found.push(one);
  return found.map((one) =>
    !("object" in one)
      ? one
      : {
          value: one.object.value,
          line: one.object.line,
          name: one.object.issue(["metadata", "name"], "here"),
        },
  );
}
