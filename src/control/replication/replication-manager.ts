import { type Selector, selectorFromLabels } from "../../api/label-selector.js";
import type { ControllerOptions } from "../controller.js";
import { ReplicaSetController } from "../replicaset/replica-set-controller.js";
import type { ReplicaSet } from "../replicaset/replica-set-pods.js";

/**
 * Keeps the pods of ReplicationControllers as those of ReplicaSets are kept; only the form of the
 * selector differs, which is labels.
 * Source: Kubernetes, "ReplicationController"; upstream's pkg/controller/replication.
 */
export class ReplicationManager extends ReplicaSetController {
  constructor(options: ControllerOptions) {
    const selectors = new WeakMap<ReplicaSet["spec"], Selector>();
    const selectorOf = ({ spec }: ReplicaSet): Selector => {
      let selector = selectors.get(spec);
      if (selector === undefined) {
        selector = selectorFromLabels((spec.selector ?? {}) as Record<string, string>);
        selectors.set(spec, selector);
      }
      return selector;
    };
    super(options, {
      kind: "ReplicationController",
      name: "replicationmanager",
      tellsTerminating: false,
      selectorOf,
    });
  }
}
