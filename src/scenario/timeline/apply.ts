import { z } from "zod";
import type { Manifest } from "../../api/kubernetes.js";
import type { NewObject } from "../../api/new-object.js";
import type { StepWrite } from "../../workload/timeline/step.js";
import { leaf } from "../schema/leaf.js";
import { filePath } from "../schema/scalars.js";
import type { LoadedObject } from "../schema/scenario.js";
import type { Parsed } from "../units.js";
import { type BroughtObjects, timelineOperation } from "./timeline-operation.js";

interface Apply {
  readonly type: "apply";
  /** What is to be read; absent once it was. */
  readonly unread?: BroughtObjects;
  readonly objects: readonly LoadedObject[];
}

const NOTHING: BroughtObjects = { files: [], inline: [] };

const inlineManifest = leaf(
  { type: "object", required: ["apiVersion", "kind", "metadata"] },
  (raw): Parsed<Manifest> => {
    const object = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
    const { apiVersion, kind, metadata } = object;
    return typeof apiVersion === "string" &&
      typeof kind === "string" &&
      typeof metadata === "object" &&
      metadata !== null
      ? { value: object as Manifest }
      : { problem: "expected a path, or a Kubernetes object with apiVersion, kind and metadata" };
  },
);

export const apply = timelineOperation({
  name: "apply",
  meaning: "Files, or one object: creates, or changes what is there, as kubectl apply.",
  schema: z.union([
    filePath.transform((path) => ({ files: [path], inline: [] as Manifest[] })),
    z.array(filePath).transform((files) => ({ files, inline: [] as Manifest[] })),
    inlineManifest.transform((object) => ({ files: [] as string[], inline: [object] })),
  ]),
  read: (given): Parsed<Apply> => ({ value: { type: "apply", unread: given, objects: [] } }),
  brings: ({ unread = NOTHING }) => unread,
  withObjects: ({ type }, objects) => ({ type, objects }),
  runner: ({ checkedObject }) => ({
    take: ({ objects }) =>
      objects.map(({ manifest }) => applied(manifest, checkedObject(manifest))),
  }),
});

function applied(manifest: Manifest, checked: NewObject | undefined): StepWrite {
  const { name = "", namespace = "" } = manifest.metadata;
  const target = { namespace, kind: manifest.kind, name };
  const request = { verb: "apply" as const, manifest };
  return { target, request: checked === undefined ? request : { ...request, checked }, done: null };
}
