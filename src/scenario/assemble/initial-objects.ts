import { defaultSpec } from "../../api/defaults.js";
import { KINDS } from "../../api/kinds.js";
import type { Manifest, PodSpec } from "../../api/kubernetes.js";
import { fromManifest } from "../../api/manifest.js";
import type { NewGeneric, NewObject } from "../../api/new-object.js";
import { controllerOf } from "../../api/object-version.js";
import { declaredFeatures } from "../../cluster/declared-features.js";
import { registeredNode } from "../../cluster/node-object.js";
import type { Refusal } from "../../store/outcome.js";
import type { Issue } from "../issue.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import { showValue, valueAt } from "../load/value-path.js";
import type { LoadedObject, Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** Kinds that others need before them, in this order; the rest keep the order of the files. */
const FIRST_KINDS: readonly string[] = [
  "Namespace",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "LimitRange",
  "ResourceQuota",
];

/** Stores a dump as it is, and nodes that were given as objects. */
export function loadState(ground: Ground, loaded: LoadedScenario): void {
  const startTimeMs = loaded.scenario.startTimeEpochMicros / 1000;
  const snapshot = loaded.snapshot ?? [];
  ground.store.avoidUids(snapshot.flatMap(({ manifest }) => manifest.metadata.uid ?? []));
  const specs = new SiblingSpecs();
  for (const { manifest } of snapshot) {
    const object = fromManifest(manifest, startTimeMs);
    if (object !== null) ground.server.load(specs.shared(completed(object as NewObject)));
  }
  loadNodes(
    ground,
    loaded.nodes.map(({ manifest }) => manifest),
    loaded.scenario,
  );
  ground.server.bootstrap();
  for (const { manifest } of snapshot) createNamespace(ground, manifest.metadata.namespace);
}

/** Pods of one controller whose specs have the same parts get the same spec: that is what caches go by. */
class SiblingSpecs {
  private readonly last = new Map<string, PodSpec>();

  shared(object: NewObject): NewObject {
    if (object.kind !== "Pod") return object;
    const key = controllerOf(object)?.uid;
    if (key === undefined) return object;
    const before = this.last.get(key);
    if (before !== undefined && hasSameParts(object.spec, before)) {
      return { ...object, spec: before };
    }
    this.last.set(key, object.spec);
    return object;
  }
}

function hasSameParts(a: PodSpec, b: PodSpec): boolean {
  const keys = Object.keys(a) as (keyof PodSpec)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** A pod of a server has the name of its scheduler: one without was written or cut by hand. */
function completed(object: NewObject): NewObject {
  if (object.kind !== "Pod" || object.spec.schedulerName !== undefined) return object;
  return { ...object, spec: defaultSpec("Pod", object.spec) };
}

/** Stores nodes as their kubelets register them: what the manifests leave out is filled in. */
export function loadNodes(
  ground: Ground,
  manifests: readonly Manifest[],
  { startTimeEpochMicros, kubernetesMinor, featureGates }: Scenario,
): void {
  const startTimeMs = startTimeEpochMicros / 1000;
  const declared = declaredFeatures(kubernetesMinor, featureGates);
  for (const manifest of manifests) {
    const node = fromManifest(manifest, startTimeMs) as NewGeneric<"Node">;
    ground.server.load(
      registeredNode(node, { startTimeMs, nowMicros: 0, declaredFeatures: declared }),
    );
  }
}

/**
 * Applies the scenario's manifests at time 0, before any component has started. What the API server
 * refuses is wrong input. A namespace that no file makes, of a manifest or of what a generator will
 * make, is made, as `kubectl -n` users expect.
 */
export async function applyManifests(
  ground: Ground,
  loaded: LoadedScenario,
): Promise<readonly Issue[]> {
  const refused: { readonly object: LoadedObject; readonly refusal: Refusal }[] = [];
  for (const { template } of loaded.scenario.generators) {
    if (KINDS[template.kind as keyof typeof KINDS]?.namespaced === true) {
      createNamespace(ground, template.metadata.namespace);
    }
  }
  const ordered = [...loaded.manifests].sort((a, b) => rank(a) - rank(b));
  for (const object of ordered) {
    const { manifest } = object;
    const kind = manifest.kind as keyof typeof KINDS;
    if (KINDS[kind]?.namespaced === true) {
      createNamespace(ground, manifest.metadata.namespace ?? "default");
    }
    const checked = loaded.checkedObject(manifest);
    const outcome = ground.server.execute({
      verb: "apply",
      manifest,
      ...(checked === undefined ? {} : { checked }),
    });
    if (!outcome.ok) refused.push({ object, refusal: outcome });
  }
  const fields = refused.map(({ object: { origin }, refusal: { field } }) => ({
    origin,
    path: field === undefined ? [] : field.split("."),
  }));
  const places = await loaded.placesOf(fields);
  return refused.map(({ object: { manifest }, refusal: { message, field } }, i): Issue => {
    const { origin, path } = fields[i]!;
    const value = field === undefined ? "" : showValue(valueAt(manifest, path));
    return { file: loaded.shownAs(origin.file), ...places[i]!, path: field ?? "", value, message };
  });
}

function rank({ manifest }: LoadedObject): number {
  const at = FIRST_KINDS.indexOf(manifest.kind);
  return at < 0 ? FIRST_KINDS.length : at;
}

function createNamespace(ground: Ground, name: string | undefined): void {
  if (name === undefined || name === "") return;
  if (ground.store.table("Namespace").find("", name) !== undefined) return;
  const manifest: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  ground.server.execute({ verb: "apply", manifest });
}
