import type { Taint } from "../../api/kubernetes.js";
import { type HostPort, hostPortsOf } from "../../scheduler/framework/host-ports.js";
import type { DaemonPod, NodePool } from "./cluster-view.js";
import type { DaemonGroup, InstanceFilter } from "./instance-filter.js";
import type { InstanceType } from "./instance-type.js";
import { podRequirements } from "./pod-needs.js";
import type { PodRequestAmounts } from "./pod-request-amounts.js";
import { toleratesAll } from "./pod-traits.js";
import { toleratingPreferNoSchedule, withoutFirstRequiredTerm } from "./preferences.js";
import { Requirement } from "./requirement.js";
import { MAY_BE_MISSING, Requirements } from "./requirements.js";
import { sumOf } from "./resource-amounts.js";
import { INITIALIZED_LABEL, NODE_POOL_LABEL, REGISTERED_LABEL } from "./well-known-labels.js";

/** What any node of a pool begins with. */
export interface NodeTemplate {
  readonly pool: NodePool;
  readonly requirements: Requirements;
  readonly taints: readonly Taint[];
  /** Those that the pool alone leaves. */
  readonly types: readonly InstanceType[];
  readonly daemonGroups: readonly DaemonGroup[];
}

/** Labels that daemons may ask for, and that the NodeClaim does not speak of. */
export const SIMULATED_LABELS: readonly string[] = [REGISTERED_LABEL, INITIALIZED_LABEL];

/** The pools by weight from the largest on; equal ones by name, the last first. */
export function byWeight(pools: readonly NodePool[]): readonly NodePool[] {
  return pools.toSorted(
    (a, b) => (b.spec.weight ?? 0) - (a.spec.weight ?? 0) || (a.name > b.name ? -1 : 1),
  );
}

interface TemplateOptions {
  readonly filter: InstanceFilter;
  readonly types: readonly InstanceType[];
  readonly daemonPods: readonly DaemonPod[];
  readonly requests: PodRequestAmounts;
  readonly relaxesMinValues: boolean;
}

/** Why a pool can make no node. */
export interface UnusablePool {
  readonly pool: NodePool;
  /** True: types are left, but fewer different ones than it asks for. */
  readonly isByMinValues: boolean;
}

/** The template of a pool, unless its requirements leave no type. */
export function nodeTemplate(
  pool: NodePool,
  options: TemplateOptions,
): NodeTemplate | UnusablePool {
  const { metadata, spec } = pool.spec.template;
  const requirements = Requirements.ofRaw(spec.requirements)
    .addAll(Requirements.ofLabels(metadata?.labels ?? {}))
    .addAll([NODE_POOL_LABEL].map((key) => Requirement.in(key, [pool.name])))
    .addAll(SIMULATED_LABELS.map((key) => Requirement.in(key, ["true"])));
  const chosen = options.filter.choose({
    among: new Set(options.types),
    groups: [{ types: options.types, overhead: null, hostPorts: [] }],
    requirements,
    requests: new Map(),
    hostPorts: [],
    relaxesMinValues: options.relaxesMinValues,
  });
  if ("shortage" in chosen) {
    return { pool, isByMinValues: chosen.shortage.startsWith("minValues") };
  }
  const { types } = chosen;
  const taints = spec.taints ?? [];
  const daemonGroups = groupsOf({ requirements, taints, types }, options);
  return { pool, requirements, taints, types, daemonGroups };
}

/** The types by the daemons that they will have; groups by the names of these. */
function groupsOf(
  template: Pick<NodeTemplate, "requirements" | "taints" | "types">,
  { daemonPods, requests }: TemplateOptions,
): readonly DaemonGroup[] {
  const tolerating = daemonPods.filter(({ spec }) =>
    toleratesAll(template.taints, (toleratingPreferNoSchedule(spec) ?? spec).tolerations ?? []),
  );
  const byDaemons = new Map<string, { types: InstanceType[]; daemons: readonly DaemonPod[] }>();
  for (const type of template.types) {
    const daemons = tolerating.filter(({ spec }) => isFor(spec, template.requirements, type));
    const key = daemons
      .map(({ namespace, name }) => `${namespace}/${name}`)
      .sort()
      .join();
    const group = byDaemons.get(key);
    if (group === undefined) byDaemons.set(key, { types: [type], daemons });
    else group.types.push(type);
  }
  return [...byDaemons.keys()].sort().map((key) => {
    const { types, daemons } = byDaemons.get(key)!;
    const hostPorts: readonly HostPort[] = daemons.flatMap(({ spec }) =>
      hostPortsOf(spec, { sidecars: false }),
    );
    const overhead =
      daemons.length === 0 ? null : sumOf(daemons.map(({ spec }) => requests.ofSpec(spec)));
    return { types, overhead, hostPorts };
  });
}

/** One of the terms that the daemon requires is met. What it prefers does not matter, nor labels that types do not have. */
function isFor(spec: DaemonPod["spec"], pool: Requirements, type: InstanceType): boolean {
  for (let term: typeof spec | null = spec; term !== null; term = withoutFirstRequiredTerm(term)) {
    const asked = podRequirements(term, false);
    if (pool.isCompatible(asked, MAY_BE_MISSING) && type.requirements.intersects(asked))
      return true;
  }
  return false;
}
