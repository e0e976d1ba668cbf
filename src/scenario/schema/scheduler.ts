import { z } from "zod";
import { described } from "./leaf.js";
import { count, filePath, word } from "./scalars.js";

export const scheduler = z.strictObject({
  config: described(
    z.union([filePath, z.record(z.string(), z.unknown())]).optional(),
    "A KubeSchedulerConfiguration: a path, or the object itself.",
  ),
  modules: described(
    z.array(filePath).optional(),
    "Plugins of one's own, that the configuration may then name like any other: files in TypeScript or JavaScript.",
  ),
  ties: described(
    word("random", "first").optional(),
    "Between nodes of the same best score: uniform, from a stream of its own, or the first.",
    { default: "random", source: "upstream" },
  ),
  verifyEvery: described(
    count.optional(),
    "Each so-many-th decision from what is remembered is taken once more by the plain rules, and the run ends with an error where they differ; 0 for none. Costs time, and changes no result. Default with modules: 100.",
    { default: 0 },
  ),
});
