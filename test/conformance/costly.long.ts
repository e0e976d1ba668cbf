import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { COSTLY } from "./costly.js";
import { listedOf, readKnownFailures, surprises } from "./known-failures.js";
import { runVectorFile } from "./run-vector-file.js";

const known = readKnownFailures();

test.each(COSTLY)("every case of %s fails where it is known to fail, and nowhere else", (name) => {
  const path = fileURLToPath(new URL(`./vectors/${name}`, import.meta.url));
  const result = runVectorFile(JSON.parse(readFileSync(path, "utf8")))!;
  const differences = Object.fromEntries(
    result.failures.map((failure) => [failure.id, failure.differences]),
  );
  const { unlisted, nowPassing } = surprises(listedOf(known[name]), result);
  expect(unlisted.map((id) => [id, differences[id]])).toEqual([]);
  expect(nowPassing, "take these out of known-failures.json").toEqual([]);
});
