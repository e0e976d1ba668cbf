import type { Kubelets } from "../../cluster/kubelets.js";
import type { ContainerBehavior } from "../../workload/behavior/container-behavior.js";
import { LeaderElections } from "../../workload/leader-election/leader-elections.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** Who elects leaders; null where nothing of `behavior` does. */
export function wireLeaderElections(
  ground: Ground,
  scenario: Scenario,
  parts: { readonly kubelets: Kubelets; readonly behavior: ContainerBehavior },
): LeaderElections | null {
  const { behaviors, controlPlane, startTimeEpochMicros } = scenario;
  if (behaviors.every(({ election }) => election === null)) return null;
  const { kubelets, behavior } = parts;
  const elections = new LeaderElections({
    engine: ground.engine,
    client: ground.unlimitedClient("leader-election", controlPlane.latency.apiMicros),
    observer: ground.observer,
    pods: ground.informers("leader-election", 0).informer("Pod"),
    electionOf: (pod) => {
      for (const container of pod.spec.containers) {
        const entry = behavior.entryOf(pod, container);
        const spec = entry === null ? null : behaviors[entry]!.election;
        if (spec !== null) return { container: container.name, spec };
      }
      return null;
    },
    isHeard: (node) => kubelets.silentSinceMicros(node) === null,
    startTimeMs: startTimeEpochMicros / 1000,
  });
  kubelets.onHeartbeatChange((node) => elections.nodeChanged(node, kubelets.isDown(node)));
  return elections;
}
