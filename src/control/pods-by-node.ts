import type { Informer, RowsOf } from "../store/informer.js";

export type { RowsOf };

/** Rows of the pods that are bound to each node, shared by the controllers that ask. */
export function podsByNode(pods: Informer<"Pod">): RowsOf {
  return pods.index("nodeName", ({ nodeName }) => nodeName);
}
