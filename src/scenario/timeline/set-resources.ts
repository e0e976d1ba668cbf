import { z } from "zod";
import type { ResourceList } from "../../api/kubernetes.js";
import { changingContainers } from "../../workload/timeline/container-change.js";
import type { OperationTarget } from "../../workload/timeline/operation.js";
import { resourceList, target, text } from "../schema/scalars.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

interface SetResources {
  readonly type: "setResources";
  readonly target: OperationTarget;
  /** `*` for all. */
  readonly container: string;
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

export const setResources = timelineOperation({
  name: "setResources",
  meaning: "Changes requests and limits of one container of a pod template.",
  schema: z.strictObject({
    target,
    container: text,
    requests: resourceList.optional(),
    limits: resourceList.optional(),
  }),
  read: ({ target, container, requests, limits }): Parsed<SetResources> => {
    if (requests === undefined && limits === undefined) {
      return { problem: "expected `requests` or `limits`" };
    }
    const lists = { requests: requests ?? {}, limits: limits ?? {} };
    return { value: { type: "setResources", target, container, ...lists } };
  },
  issues: ({ path, operation }, names) => [
    ...names.target([...path, "target"], operation.target),
    ...names.container([...path, "container"], operation),
  ],
  runner: ({ store }) => ({
    take: (step) => {
      const { requests, limits } = step;
      const resources = { requests, limits };
      const done = `resources ${JSON.stringify(resources)}`;
      return changingContainers(step, store, { change: { resources }, done });
    },
  }),
});
