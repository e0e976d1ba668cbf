import { z } from "zod";
import { described, notYet } from "./leaf.js";
import { filePath, word } from "./scalars.js";

export const scheduler = z.strictObject({
  config: described(
    z.union([filePath, z.record(z.string(), z.unknown())]).optional(),
    "A KubeSchedulerConfiguration: a path, or the object itself.",
  ),
  modules: notYet("plugins of one's own (`scheduler.modules`)"),
  ties: described(
    word("random", "first").optional(),
    "Between nodes of the same best score: uniform, from a stream of its own, or the first.",
    { default: "random", source: "upstream" },
  ),
});
