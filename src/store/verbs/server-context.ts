import type { PodSpec } from "../../api/kubernetes.js";
import { describe } from "../../api/object-named.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { ValidationOptions } from "../../api/validation/validate.js";
import type { TimeMicros } from "../../base/time.js";
import type { RandomStream } from "../../kernel/random-streams.js";
import type { PodAdmission } from "../admission/admission.js";
import type { LimitRanger } from "../admission/limit-ranger.js";
import type { ObjectStore } from "../object-store.js";
import { type Refusal, refuse } from "../outcome.js";
import type { Target } from "../request.js";
import type { BudgetIndex } from "./budget-index.js";
import type { LabelKeyMerger } from "./label-keys.js";

/** What the verbs of the API server share. */
export interface ServerContext {
  readonly store: ObjectStore;
  readonly podAdmission: readonly PodAdmission[];
  readonly limitRanger: LimitRanger;
  /** Defaulted pod specs by the spec of the request: pods of one template share theirs. */
  readonly defaultedPodSpecs: WeakMap<PodSpec, PodSpec>;
  readonly labelKeys: LabelKeyMerger;
  /** Whether pods have a subresource `resize`. */
  readonly resizes: boolean;
  readonly taintsNewNodes: boolean;
  /** When an eviction was last counted in a budget, by the budget's uid. */
  readonly budgetsCountedAt: Map<string, TimeMicros>;
  readonly evictionRetries: RandomStream;
  /** What the version lets specs have, and what of metadata was found valid. */
  readonly validation: ValidationOptions;
  /** The same for a pod whose spec was found valid. */
  readonly knownPodValidation: ValidationOptions;
  /** For generated names. */
  readonly names: RandomStream;
  /** Pod specs that were found valid. */
  readonly validPodSpecs: WeakSet<object>;
  /** Labels, annotations and owners that were found valid. */
  readonly validMetadata: WeakSet<object>;
  readonly budgets: BudgetIndex;
  /** Virtual zero as milliseconds since 1970, for timestamps in Kubernetes' shape. */
  readonly startTimeMs: number;
}

/** The newest version of the object that the target means; one of the same name is another. */
export function resolve(context: ServerContext, target: Target): AnyVersion | Refusal {
  const table = context.store.table(target.kind);
  const held = "row" in target;
  const object = held ? table.at(target.row) : table.find(target.namespace, target.name);
  if (object === undefined || (held && object.uid !== target.uid)) return notFound(target);
  if (target.uid !== undefined && object.uid !== target.uid) {
    return refuse(
      "Conflict",
      `Operation cannot be fulfilled on ${describe(target)}: Precondition failed: UID in ` +
        `precondition: ${target.uid}, UID in object meta: ${object.uid}`,
    );
  }
  return object as AnyVersion;
}

export function isRefusal(value: AnyVersion | Refusal): value is Refusal {
  return "ok" in value;
}

function notFound(target: Target): Refusal {
  return refuse("NotFound", `${describe(target)} not found`);
}
