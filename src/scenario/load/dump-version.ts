import { NEWEST_MINOR, OLDEST_MINOR } from "../../api/features.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";
import { isOf } from "./snapshot.js";

/**
 * A note where nodes say that they run another minor version of Kubernetes than the one whose
 * behaviour is simulated: what the run claims to be verified is not about their version.
 */
export function versionNotes(
  objects: readonly LoadedObject[],
  minor: number,
  shownAs: (name: string) => string,
): readonly Issue[] {
  const byMinor = new Map<number, { readonly text: string; readonly node: LoadedObject }>();
  for (const node of objects.filter(isOf("Node"))) {
    const text = kubeletVersion(node);
    const match = /^v?1\.(\d+)/.exec(text);
    if (match !== null && !byMinor.has(Number(match[1])))
      byMinor.set(Number(match[1]), { text, node });
  }
  const others = [...byMinor].filter(([theirs]) => theirs !== minor).sort(([a], [b]) => a - b);
  const [first] = others;
  if (first === undefined) return [];
  const { file, line } = first[1].node.origin;
  const versions = others.map(([, { text }]) => text).join(", ");
  const message = `nodes say that they run Kubernetes ${versions}, and the run behaves as 1.${minor}: ${adviceOn(others.map(([theirs]) => theirs))}`;
  return [{ file: shownAs(file), line, column: 1, path: "", value: "", message }];
}

function kubeletVersion({ manifest }: LoadedObject): string {
  const { nodeInfo } = (manifest.status ?? {}) as {
    readonly nodeInfo?: { readonly kubeletVersion?: unknown };
  };
  return typeof nodeInfo?.kubeletVersion === "string" ? nodeInfo.kubeletVersion : "";
}

/** What to do about it, by the newest of their versions: no API server is older than a kubelet. */
function adviceOn(minors: readonly number[]): string {
  const newest = Math.max(...minors);
  if (newest < OLDEST_MINOR) return `the oldest version that can be simulated is 1.${OLDEST_MINOR}`;
  if (newest > NEWEST_MINOR) return `the newest version that can be simulated is 1.${NEWEST_MINOR}`;
  return `kubernetesVersion: "1.${newest}" would have it behave as theirs`;
}
