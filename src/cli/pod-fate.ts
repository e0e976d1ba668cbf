import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import { durationText } from "./figure-text.js";
import { type PodLife, waitMicros, wasThereBefore } from "./pod-lives.js";

/** Why kubelets refuse pods that are bound to them. */
const REFUSALS = /^(?:OutOf.+|NodeAffinity|NodePorts|TaintToleration)$/;

/** What became of a pod, in a clause. */
export function fateText(life: PodLife, endMicros: TimeMicros): string {
  const { node, boundMicros, finishedMicros } = life;
  const time = durationText(waitMicros(life, endMicros) / 1e6);
  if (wasThereBefore(life)) return `was on ${node} when the run began`;
  if (!Number.isNaN(boundMicros)) return `${placementText(life, time)}${failureText(life)}`;
  if (Number.isNaN(finishedMicros)) return `still pending at the end of the run, after ${time}`;
  return `deleted at ${durationText(finishedMicros / 1e6)} without ever having had a node, after ${time}`;
}

function placementText({ node, attempts }: PodLife, time: string): string {
  return attempts > 0
    ? `placed on ${node} after ${time}`
    : `assigned to ${node} from the beginning`;
}

function failureText({ phase, finishedMicros, reason }: PodLife): string {
  if (phase !== "Failed") return "";
  const why = reason === "" ? "" : ` (${reason})`;
  return `, failed at ${durationText(finishedMicros / 1e6)}${why}`;
}

/** Of a pod that came with its node. */
export function unaskedLines({ startedMicros }: PodLife): readonly string[] {
  const lines = [
    "The scheduler was not asked: whoever made the pod named its node (spec.nodeName).",
  ];
  if (!Number.isNaN(startedMicros)) {
    lines.push(`It began to run at ${durationText(startedMicros / 1e6)}.`);
  }
  return lines;
}

/** Why a pod that had a node never ran there; nothing of others. */
export function neverRanLines(
  life: PodLife,
  { pod, isNodeThere }: { readonly pod: PodVersion | undefined; readonly isNodeThere: boolean },
): readonly string[] {
  const { node, phase, reason, startedMicros, attempts } = life;
  if (node === "" || !Number.isNaN(startedMicros)) return [];
  if (!isNodeThere && attempts === 0) {
    const end =
      phase === "Failed" ? ", and the pod garbage collector ends pods of nodes that are gone" : "";
    return [`There is no node ${node}: no kubelet runs the pod${end}.`];
  }
  if (phase !== "Failed" || !REFUSALS.test(reason)) return [];
  const message = (pod?.status.message ?? "").replace(/^Pod was rejected: /, "");
  const why = message === "" ? reason : `${message} (${reason})`;
  const help =
    attempts === 0 ? " Without nodeName the scheduler would look for a node that will do." : "";
  return [`The kubelet of ${node} refused it: ${why}.${help}`];
}
