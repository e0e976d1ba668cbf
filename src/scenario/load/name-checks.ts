import type { Manifest } from "../../api/kubernetes.js";
import { targetText } from "../../api/object-version.js";
import { zoneOf } from "../../api/zone-key.js";
import { nearestName } from "../../base/near-name.js";
import { partsOfName } from "../../traffic/cluster/service-name.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject, NodePool, Target } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { serviceFlaw } from "../traffic/entry.js";
import { isForeign, targetOf } from "./patches.js";
import type { ScenarioSource } from "./scenario-file.js";
import { isOf } from "./snapshot.js";
import type { Path } from "./yaml-source.js";

/** Everything that a scenario's parts may refer to. */
export interface Known {
  /** How messages call a file. */
  readonly shownAs: (name: string) => string;
  readonly mayLackNodes: boolean;
  readonly document: ScenarioDocument;
  readonly snapshot: readonly LoadedObject[];
  readonly nodes: readonly LoadedObject[];
  readonly manifests: readonly LoadedObject[];
  readonly applied: ReadonlyMap<number, readonly LoadedObject[]>;
}

/** Kinds whose objects come and go during the run under names that nobody knows before. */
const MADE_LATER: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "EndpointSlice"]);

/** True for the name of a node that a pool makes at the start. */
export function makesNode(pool: NodePool, name: string): boolean {
  if (!name.startsWith(`${pool.name}-`)) return false;
  const ordinal = name.slice(pool.name.length + 1);
  return /^(0|[1-9]\d*)$/.test(ordinal) && Number(ordinal) < pool.nodes;
}

/** Looks up what the steps of a timeline name; what nothing is called by is an issue. */
export class NameChecks {
  constructor(
    private readonly source: ScenarioSource,
    private readonly known: Known,
  ) {}

  issue(path: Path, message: string): Issue {
    return this.source.issue(path, message);
  }

  pool(path: Path, name: string): readonly Issue[] {
    const names = this.pools.map((one) => one.name);
    return names.includes(name) ? [] : [this.issue(path, missing("node pool", name, names))];
  }

  /** That the pool is not one that only adopts nodes. */
  poolThatMakesNodes(path: Path, name: string): readonly Issue[] {
    const adopts = this.pools.some(
      (one) => one.name === name && one.match !== null && one.autoscaling === null,
    );
    const message = "the pool adopts nodes and cannot make any: expected a pool with `nodes`";
    return adopts ? [this.issue(path, message)] : [];
  }

  node(path: Path, name: string): readonly Issue[] {
    const { cluster, timeline = [] } = this.known.document.spec;
    // A trace's machines have names that are known only when it is read.
    if ((cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string")) return [];
    const nodes = this.objects().filter(isOf("Node"));
    const names = nodes.map(({ manifest }) => manifest.metadata.name ?? "");
    if (names.includes(name) || this.pools.some((pool) => makesNode(pool, name))) return [];
    const grows = timeline.some(({ operation }) => {
      const pool = operationOf(operation).growsPool?.(operation);
      return pool !== undefined && name.startsWith(`${pool}-`);
    });
    const lastNodes = this.pools.flatMap((pool) =>
      pool.nodes > 0 ? [`${pool.name}-${pool.nodes - 1}`] : [],
    );
    return grows ? [] : [this.issue(path, missing("node", name, [...names, ...lastNodes]))];
  }

  zone(path: Path, name: string): readonly Issue[] {
    const { cluster } = this.known.document.spec;
    if ((cluster?.nodes ?? []).some((nodes) => typeof nodes !== "string")) return [];
    const ofNodes = this.objects()
      .filter(isOf("Node"))
      .flatMap(({ manifest }) => zoneOf(manifest.metadata.labels ?? {}) ?? []);
    const zones = [...new Set([...this.pools.flatMap((pool) => pool.zones), ...ofNodes])];
    return zones.includes(name) ? [] : [this.issue(path, missing("zone", name, zones))];
  }

  traffic(path: Path, name: string): readonly Issue[] {
    const names = (this.known.document.spec.traffic ?? []).map((one) => one.name);
    return names.includes(name) ? [] : [this.issue(path, missing("traffic", name, names))];
  }

  target(path: Path, target: Target): readonly Issue[] {
    if (target.kind === "Node") return this.node(path, target.name);
    if (MADE_LATER.has(target.kind)) return [];
    const generated = (this.known.document.spec.generators ?? []).some(
      (generator) =>
        generator.template.kind === target.kind && target.name.startsWith(`${generator.name}-`),
    );
    if (generated) return [];
    const wanted = targetText(target);
    const names = this.manifests().map((manifest) => targetText(targetOf(manifest)));
    return names.includes(wanted) ? [] : [this.issue(path, missing("object", wanted, names))];
  }

  /** A Service, or one pod of a headless one by its name there. */
  service(path: Path, target: Target): readonly Issue[] {
    if (partsOfName(target.name).hostname === null) return this.target(path, target);
    const flaw = serviceFlaw(target, this.manifests());
    return flaw === null ? [] : [this.issue(path, flaw)];
  }

  container(
    path: Path,
    { target, container }: { readonly target: Target; readonly container: string },
  ): readonly Issue[] {
    const wanted = targetText(target);
    const matching = this.manifests().filter(
      (manifest) => targetText(targetOf(manifest)) === wanted,
    );
    const names = matching.flatMap((manifest) => containersOf(manifest) ?? []);
    if (matching.length === 0 || names.includes(container)) return [];
    return [this.issue(path, missing("container", container, names))];
  }

  private get pools(): readonly NodePool[] {
    return this.known.document.spec.cluster?.nodePools ?? [];
  }

  private objects(): readonly LoadedObject[] {
    const { snapshot, nodes, manifests, applied } = this.known;
    return [...snapshot, ...nodes, ...manifests, ...[...applied.values()].flat()];
  }

  /** Objects that a target may mean, the newest form last. */
  private manifests(): readonly Manifest[] {
    return this.objects()
      .map(({ manifest }) => manifest)
      .filter((manifest) => !isForeign(manifest));
  }
}

function missing(what: string, name: string, there: readonly string[]): string {
  if (there.length === 0) return `there is no ${what} \`${name}\`, nor any other`;
  return `there is no ${what} \`${name}\`; the nearest is \`${nearestName(name, there)}\``;
}

/** Names of the containers of an object's pods; undefined for what has none. */
function containersOf(manifest: Manifest): readonly string[] | undefined {
  const spec = manifest.spec as
    | { template?: { spec?: Record<string, unknown> }; containers?: unknown }
    | undefined;
  const pod = manifest.kind === "Pod" ? (spec as Record<string, unknown>) : spec?.template?.spec;
  if (typeof pod !== "object" || pod === null) return undefined;
  return ["initContainers", "containers"].flatMap((list) => {
    const containers = pod[list];
    return Array.isArray(containers)
      ? containers.map((container: { name?: unknown }) => String(container.name))
      : [];
  });
}
