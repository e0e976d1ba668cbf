import { counted } from "../../base/counted.js";
import type { Manifest } from "../../api/kubernetes.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";
import { isOf } from "./snapshot.js";

/** What gives a dump that a run can start from. */
const DUMP_COMMAND =
  "kubectl get nodes,pods,deploy,rs,svc,endpointslices,ns,priorityclasses,pdb,pvc,pv,sc -A -o yaml > dump.yaml";
const SHOWN_NODES = 3;

interface Dumped {
  readonly object: LoadedObject;
  readonly nodeName: string;
}

/**
 * The issue of pods that a live server gave out and that are all bound to nodes that are not here: what
 * `kubectl get all` prints is no set of manifests, and no state to start from. Null where some node is known.
 */
export function dumpWithoutNodes(
  objects: readonly LoadedObject[],
  isKnown: (node: string) => boolean,
  shownAs: (name: string) => string,
): Issue | null {
  const bound = objects.flatMap((object): readonly Dumped[] => {
    const { nodeName } = (object.manifest.spec ?? {}) as { readonly nodeName?: unknown };
    if (typeof nodeName !== "string" || nodeName === "") return [];
    return isOf("Pod")(object) && isDumped(object.manifest) ? [{ object, nodeName }] : [];
  });
  const [first] = bound;
  if (first === undefined || bound.some(({ nodeName }) => isKnown(nodeName))) return null;
  const nodes = [...new Set(bound.map(({ nodeName }) => nodeName))];
  const names = nodes.slice(0, SHOWN_NODES).join(", ") + (nodes.length > SHOWN_NODES ? ", …" : "");
  const { file, line } = first.object.origin;
  const message = `a dump without its nodes: it binds ${counted(bound.length, "pod")} to nodes that are not here (${names}); dump these too: \`${DUMP_COMMAND}\``;
  return { file: shownAs(file), line, column: 1, path: "", value: "", message };
}

/** Whether a server gave the object out: nobody writes these fields by hand. */
function isDumped({ metadata, status }: Manifest): boolean {
  const { uid, creationTimestamp, generateName, name, ownerReferences } = metadata;
  return (
    Boolean(uid ?? creationTimestamp) ||
    (ownerReferences ?? []).length > 0 ||
    (generateName !== undefined && name !== undefined) ||
    (status as { phase?: unknown } | null | undefined)?.phase !== undefined
  );
}
