import { z } from "zod";
import { changingContainers } from "../../workload/timeline/container-change.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import { target, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface SetImage {
  readonly type: "setImage";
  readonly target: OperationTarget;
  /** `*` for all. */
  readonly container: string;
  readonly image: string;
}

export const setImage = timelineOperation({
  name: "setImage",
  meaning: "Changes the image of one container of a pod template.",
  schema: z.strictObject({ target, container: text, image: text }),
  read: (given): Parsed<SetImage> => ({ value: { type: "setImage", ...given } }),
  issues: ({ path, operation }, names) => [
    ...names.target([...path, "target"], operation.target),
    ...names.container([...path, "container"], operation),
  ],
  runner: ({ store }) => ({
    take: (step) => {
      const { image } = step;
      return changingContainers(step, store, { change: { image }, done: `image ${image}` });
    },
  }),
});
