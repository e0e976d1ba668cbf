import { featuresOf } from "../../../../src/api/features.js";
import { ClusterFork } from "../../../../src/scheduler/framework/cluster-fork.js";
import { ClusterState } from "../../../../src/scheduler/framework/cluster-state.js";
import { loadConfiguration } from "../../../../src/scheduler/framework/configuration/load-configuration.js";
import { listerTables } from "../../../../src/scheduler/framework/lister-tables.js";
import { PodNominator } from "../../../../src/scheduler/framework/nominator.js";
import { Framework } from "../../../../src/scheduler/framework/runtime.js";
import { factoriesOf, PLUGIN_CATALOGUE } from "../../../../src/scheduler/plugins/registry.js";

/** Recorded with the scheduler's plugins of v1.36. */
const MINOR = 36;

/** An empty cluster that asks the default profile's plugins. */
export function emptyCluster(): ClusterFork {
  const features = featuresOf(MINOR, {});
  const { configuration } = loadConfiguration(null, {
    minor: MINOR,
    features,
    catalogue: PLUGIN_CATALOGUE,
  });
  if (configuration === null) throw new Error("there is a default configuration");
  const state = new ClusterState(features);
  const surroundings = {
    features,
    snapshot: state,
    listers: listerTables(),
    nominator: new PodNominator(),
    scalars: state.scalars,
    offset: () => 0,
  };
  const factoryOf = factoriesOf(PLUGIN_CATALOGUE);
  const frameworks = configuration.profiles.map(
    (profile) => [profile.schedulerName, new Framework(profile, surroundings, factoryOf)] as const,
  );
  return new ClusterFork(state, new Map(frameworks));
}
