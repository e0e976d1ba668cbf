import type { Kind } from "../api/kinds.js";
import { type NewObject, newMeta } from "../api/new-object.js";
import type { VersionOf } from "../api/object-version.js";
import type { VersionOptions } from "../api/validation/validation-options.js";
import { unreachable } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { PodAdmission } from "./admission/admission.js";
import { DefaultTolerationSeconds } from "./admission/default-tolerations.js";
import { LimitRanger } from "./admission/limit-ranger.js";
import { PriorityAdmission, SYSTEM_PRIORITY_CLASSES } from "./admission/priority.js";
import { RuntimeClassAdmission } from "./admission/runtime-class.js";
import type { ObjectStore } from "./object-store.js";
import type { Outcome } from "./outcome.js";
import type { WriteRequest } from "./request.js";
import { BudgetIndex } from "./verbs/budget-index.js";
import { bind } from "./verbs/bind.js";
import { create } from "./verbs/create.js";
import { remove } from "./verbs/delete.js";
import { evict } from "./verbs/evict.js";
import { get } from "./verbs/get.js";
import { LabelKeyMerger, type MergedLabelKeys } from "./verbs/label-keys.js";
import { apply, merge, mergeStatus } from "./verbs/merge.js";
import { resize } from "./verbs/resize.js";
import type { ServerContext } from "./verbs/server-context.js";
import { patch, update } from "./verbs/update.js";

export interface ApiServerOptions {
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  /** Upstream's `--default-not-ready-toleration-seconds`. */
  readonly defaultNotReadyTolerationSeconds: number;
  /** Upstream's `--default-unreachable-toleration-seconds`. */
  readonly defaultUnreachableTolerationSeconds: number;
  /** Whether pods may name RuntimeClasses that are not there: those of a dump without any. */
  readonly ignoresMissingRuntimeClasses?: boolean;
  /** Which label keys of a new pod's terms become part of their selectors; absent: none. */
  readonly mergedLabelKeys?: MergedLabelKeys;
  /** Whether new nodes are tainted as not ready, for a node controller to look at; absent: no. */
  readonly taintsNewNodes?: boolean;
  /** What objects may ask for in some versions only; absent: nothing of it. */
  readonly validation?: VersionOptions;
  /** Whether pods can be resized in place; absent: no. Upstream's gate InPlacePodVerticalScaling. */
  readonly resizes?: boolean;
}

/** Which part of an object a strategic merge patch is for. */
const MERGES = { all: merge, status: mergeStatus, resize } as const;
const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/**
 * The simulated API server: it takes a request at an instant of virtual time and answers at once.
 * How long a request takes, and how many a component may send, is its {@link Client}'s concern.
 */
export class ApiServer {
  readonly engine: Engine;
  private readonly context: ServerContext;
  private readonly podAdmission: PodAdmission[];

  constructor(
    readonly store: ObjectStore,
    options: ApiServerOptions,
  ) {
    this.engine = store.engine;
    const limitRanger = new LimitRanger();
    const validMetadata = new WeakSet<object>();
    const validation = { ...options.validation, validMetadata };
    this.podAdmission = [
      limitRanger,
      new PriorityAdmission(),
      new DefaultTolerationSeconds(
        options.defaultNotReadyTolerationSeconds,
        options.defaultUnreachableTolerationSeconds,
      ),
      new RuntimeClassAdmission(options.ignoresMissingRuntimeClasses ?? false),
    ];
    this.context = {
      limitRanger,
      store,
      startTimeMs: options.startTimeMs,
      budgetsCountedAt: new Map(),
      evictionRetries: this.engine.streams.stream("store/eviction-retries"),
      taintsNewNodes: options.taintsNewNodes ?? false,
      resizes: options.resizes ?? false,
      validation,
      knownPodValidation: { ...validation, knownPodSpec: true },
      labelKeys: new LabelKeyMerger(options.mergedLabelKeys ?? { affinity: false, spread: false }),
      validPodSpecs: new WeakSet(),
      validMetadata,
      defaultedPodSpecs: new WeakMap(),
      budgets: new BudgetIndex(store),
      names: this.engine.streams.stream("store/names"),
      podAdmission: this.podAdmission,
    };
  }

  /** Creates what every cluster has and the loaded objects did not bring. */
  bootstrap(): void {
    for (const name of SYSTEM_NAMESPACES) {
      if (this.store.table("Namespace").find("", name) === undefined) {
        const object = { kind: "Namespace", ...newMeta("", name), spec: {}, status: {} } as const;
        create(this.context, object);
      }
    }
    for (const { name, value } of SYSTEM_PRIORITY_CLASSES) {
      if (this.store.table("PriorityClass").find("", name) === undefined) {
        const spec = { value, preemptionPolicy: "PreemptLowerPriority" };
        const object = { kind: "PriorityClass", ...newMeta("", name) } as const;
        create(this.context, { ...object, spec, status: undefined });
      }
    }
  }

  /** Has a webhook change new pods, after the plugins of the server itself. */
  admitPodsBy(webhook: PodAdmission): void {
    this.podAdmission.push(webhook);
  }

  /** Stores an object of a snapshot as it is: a state, not a wish; nothing is admitted anew. */
  load<K extends Kind>(object: NewObject<K>): VersionOf<K> {
    return this.store.insert(object);
  }

  /** `beganMicros`: when the request reached the server; absent: now. */
  execute(request: WriteRequest, beganMicros?: TimeMicros): Outcome {
    switch (request.verb) {
      case "get":
        return get(this.context, request.target);
      case "create":
        return create(this.context, request.object);
      case "update":
        return update(this.context, request.base, request.change);
      case "patch":
        return patch(this.context, request.target, request.change);
      case "merge":
        return MERGES[request.subresource ?? "all"](this.context, request.target, request.patch);
      case "apply":
        return apply(this.context, request.manifest, request.checked);
      case "delete":
        return remove(this.context, request);
      case "evict":
        return evict(this.context, request, beganMicros);
      case "bind":
        return bind(this.context, request.target, request.nodeName);
      default:
        return unreachable(request);
    }
  }
}
