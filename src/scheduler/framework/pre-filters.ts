import type { Features } from "../../api/features.js";
import type { CycleState } from "./cycle-state.js";
import type { FilterPlugin, Plugin, PreFilterOutcome, PreFilterPlugin } from "./interfaces.js";
import type { PodInfo } from "./pod-info.js";
import { asError, isRejected, Status } from "./status.js";

interface PreFilterParts {
  readonly preFilterPlugins: readonly PreFilterPlugin[];
  readonly filterPlugins: readonly FilterPlugin[];
  readonly features: Features;
}

/** The first rejection ends it; node names that plugins give are intersected. */
export function runPreFilters(
  { preFilterPlugins, filterPlugins, features }: PreFilterParts,
  state: CycleState,
  pod: PodInfo,
): PreFilterOutcome {
  const skipped = new Set<string>();
  let nodeNames: ReadonlySet<string> | null = null;
  const narrowing: string[] = [];
  let rejection: Status | null = null;
  for (const plugin of preFilterPlugins) {
    const result = plugin.preFilter(state, pod);
    const { status } = result;
    if (status?.code === "Skip") {
      skipped.add(plugin.name);
      continue;
    }
    if (status?.code === "Unschedulable" && features.PreFilterGoesOnAfterRejection) {
      rejection = status;
      continue;
    }
    if (status !== null) {
      state.unpreparedPlugins = namesFrom(preFilterPlugins, plugin);
      const failed = isRejected(status)
        ? status
        : asError(`running PreFilter plugin "${plugin.name}"`, status);
      return { status: failed, nodeNames: null, narrowedBy: [] };
    }
    if (result.nodeNames === null) continue;
    narrowing.push(plugin.name);
    nodeNames = intersection(nodeNames, result.nodeNames);
    if (nodeNames.size === 0) {
      state.unpreparedPlugins = namesAfter(preFilterPlugins, plugin);
      const forGood = features.NoNodeLeftIsUnresolvable;
      return { status: noNodeLeft(narrowing, forGood), nodeNames: null, narrowedBy: narrowing };
    }
  }
  state.skipFilterPlugins = skipped;
  state.filterPlugins = filterPlugins.filter(
    (plugin) => !skipped.has(plugin.name) && plugin.concerns?.(pod) !== false,
  );
  return { status: rejection, nodeNames, narrowedBy: narrowing.sort() };
}

function namesAfter(plugins: readonly Plugin[], last: Plugin): ReadonlySet<string> {
  return new Set(plugins.slice(plugins.indexOf(last) + 1).map(({ name }) => name));
}

/** Names of `first` and the plugins after it. */
function namesFrom(plugins: readonly Plugin[], first: Plugin): ReadonlySet<string> {
  return new Set(plugins.slice(plugins.indexOf(first)).map(({ name }) => name));
}

function intersection(a: ReadonlySet<string> | null, b: ReadonlySet<string>): ReadonlySet<string> {
  return a === null ? b : new Set([...a].filter((name) => b.has(name)));
}

function noNodeLeft(plugins: readonly string[], forGood: boolean): Status {
  const reason =
    plugins.length === 1
      ? `node(s) didn't satisfy plugin ${plugins[0]}`
      : `node(s) didn't satisfy plugin(s) [${plugins.join(" ")}] simultaneously`;
  return new Status(forGood ? "UnschedulableAndUnresolvable" : "Unschedulable", [reason], "");
}
