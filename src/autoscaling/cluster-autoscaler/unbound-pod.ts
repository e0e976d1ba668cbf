import { PodVersion } from "../../api/pod-version.js";

/** The pod as whoever owns it would make it anew, under that uid: no node is named, nor asked for by name. */
export function unboundPod(pod: PodVersion, uid = pod.uid): PodVersion {
  const { nodeName = "", ...spec } = pod.spec;
  // The spec is kept where it can be: it is shared by the pods of a template, and recognised by that.
  return PodVersion.of({ ...pod, uid, nodeName: "", spec: nodeName === "" ? pod.spec : spec });
}
