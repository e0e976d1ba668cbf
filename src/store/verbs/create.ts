import { defaultSpec } from "../../api/defaults.js";
import type { KindDescriptor } from "../../api/kinds/kind-descriptor.js";
import { KINDS, type Kind } from "../../api/kinds.js";
import { type NewObject, type NewPod, podWith } from "../../api/new-object.js";
import { describe } from "../../api/object-named.js";
import type { AnyVersion, VersionOf } from "../../api/object-version.js";
import { type FieldIssue, issueText } from "../../api/validation/field-issue.js";
import { validateCreate } from "../../api/validation/validate.js";
import { withNotReadyTaint } from "../admission/node-taint.js";
import { secondDefaultRefusal } from "../admission/priority.js";
import { chargeQuotas } from "../admission/resource-quota.js";
import { withDefaultClass, withProtection } from "../admission/storage.js";
import { generateName } from "../names.js";
import { type Outcome, type Refusal, refuse } from "../outcome.js";
import { initialStatus } from "./scheduling-gates.js";
import type { ServerContext } from "./server-context.js";

const NAME_ATTEMPTS = 8;

/** Defaults, admits, validates and stores a new object; of a checked one, only what admission changes. */
export function create(
  context: ServerContext,
  request: NewObject,
  { isChecked = false }: { readonly isChecked?: boolean } = {},
): Outcome {
  const object = withName(context, request);
  if ("ok" in object) return object;
  const namespaceRefusal = checkNamespace(context, object);
  if (namespaceRefusal !== null) return namespaceRefusal;
  // A name that was just generated is free.
  const isGiven = object === request;
  if (isGiven && context.store.table(object.kind).find(object.namespace, object.name)) {
    return refuse("AlreadyExists", `${describe(object)} already exists`);
  }
  const defaulted = isChecked ? object : withDefaults(context, object);
  const admitted = admit(context, defaulted);
  if ("ok" in admitted) return admitted;
  const knownPodSpec = admitted.kind === "Pod" && context.validPodSpecs.has(admitted.spec);
  const isAsChecked = isChecked && admitted.spec === request.spec;
  const issues = isAsChecked
    ? []
    : validateCreate(
        admitted.kind,
        admitted,
        knownPodSpec ? context.knownPodValidation : context.validation,
      );
  if (issues.length > 0) return refuse("Invalid", invalidMessage(admitted, issues));
  if (!isAsChecked) remember(context, admitted);
  if (admitted.kind === "PriorityClass") {
    const refusal = secondDefaultRefusal(admitted, context.store, { creates: true });
    if (refusal !== null) return refusal;
  }
  const charged = chargeQuotas(context.store, {
    what: describe(admitted),
    object: admitted,
    before: null,
  });
  if (charged !== null) return charged;
  const stored = context.store.insert(prepare(context, admitted) as NewObject<Kind>);
  return { ok: true, object: stored as VersionOf<Kind> as AnyVersion };
}

/** What pods of one template share need not be looked at again. */
function remember({ validPodSpecs, validMetadata }: ServerContext, object: NewObject): void {
  if (object.kind !== "Pod") return;
  validPodSpecs.add((object as NewPod).spec);
  validMetadata.add(object.labels);
  validMetadata.add(object.annotations);
  validMetadata.add(object.ownerReferences);
}

function withDefaults(context: ServerContext, object: NewObject): NewObject {
  if (object.kind !== "Pod") {
    return { ...object, spec: defaultSpec(object.kind, object.spec) } as NewObject;
  }
  let spec = context.defaultedPodSpecs.get(object.spec);
  if (spec === undefined) {
    spec = defaultSpec("Pod", object.spec);
    context.defaultedPodSpecs.set(object.spec, spec);
    context.defaultedPodSpecs.set(spec, spec);
  }
  return spec === object.spec ? object : podWith(object as NewPod, { spec });
}

/** `Pod "x" is invalid: spec.containers[0].image: Required value`, as the API server writes it. */
export function invalidMessage(
  object: { readonly kind: Kind; readonly name: string },
  issues: readonly FieldIssue[],
): string {
  const parts = issues.map(issueText);
  const listed = parts.length === 1 ? parts[0] : `[${parts.join(", ")}]`;
  return `${object.kind} "${object.name}" is invalid: ${listed}`;
}

function withName(context: ServerContext, object: NewObject): NewObject | Refusal {
  if (object.name !== "" || object.generateName === "") return object;
  const table = context.store.table(object.kind);
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    const name = generateName(object.generateName, context.names);
    if (table.find(object.namespace, name) === undefined) return named(object, name);
  }
  return refuse("AlreadyExists", `no free name was found for ${object.generateName}`);
}

function named(object: NewObject, name: string): NewObject {
  return object.kind === "Pod" ? podWith(object as NewPod, { name }) : { ...object, name };
}

function checkNamespace(context: ServerContext, object: NewObject): Refusal | null {
  if (!KINDS[object.kind].namespaced) return null;
  const namespace = context.store.table("Namespace").find("", object.namespace);
  if (namespace === undefined) {
    return refuse("NotFound", `namespaces "${object.namespace}" not found`);
  }
  if (namespace.deletionTimeMicros !== null) {
    const message =
      `${describe(object)} is forbidden: unable to create new content in namespace ` +
      `${object.namespace} because it is being terminated`;
    return { ...refuse("Forbidden", message), cause: "NamespaceTerminating" };
  }
  return null;
}

function admit(context: ServerContext, object: NewObject): NewObject | Refusal {
  if (object.kind === "PersistentVolume") return withProtection(object);
  if (object.kind === "PersistentVolumeClaim") {
    const admitted = context.limitRanger.admitClaim(object, context.store);
    return "ok" in admitted ? admitted : withProtection(withDefaultClass(admitted, context.store));
  }
  if (object.kind === "Node" && context.taintsNewNodes) return withNotReadyTaint(object);
  if (object.kind !== "Pod") return object;
  let pod = object as NewPod;
  for (const plugin of context.podAdmission) {
    const admitted = plugin.admit(pod, context.store);
    if ("ok" in admitted) return admitted;
    pod = admitted;
  }
  return pod;
}

/** Of a created object the API server says when it came and who it is; the client may say what it likes. */
function prepare(context: ServerContext, object: NewObject): NewObject {
  if (object.kind === "Pod") return preparedPod(context, object as NewPod);
  const { uid: _, generation: __, creationTimeMicros: ___, ...rest } = object;
  const given = { ...rest, deletionTimeMicros: null, deletionGracePeriodSeconds: null };
  return withoutStatus(context, given as NewObject);
}

/** Field by field, as pods are many. */
function preparedPod(context: ServerContext, pod: NewPod): NewObject {
  const spec = context.labelKeys.merge(pod.spec, pod.labels);
  context.validPodSpecs.add(spec);
  return {
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
    generateName: pod.generateName,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: pod.labels,
    annotations: pod.annotations,
    ownerReferences: pod.ownerReferences,
    finalizers: pod.finalizers,
    spec,
    nodeName: pod.nodeName,
    nominatedNodeName: pod.nominatedNodeName,
    phase: "Pending",
    status: initialStatus(pod, context.store.engine.now),
  };
}

/** It starts with no status of its own. */
function withoutStatus(context: ServerContext, object: NewObject): NewObject {
  const { onCreate, hasStatus } = KINDS[object.kind] as KindDescriptor<unknown, unknown>;
  if (onCreate !== undefined) return onCreate(object as never, context.store.nextUid);
  return { ...object, status: hasStatus ? {} : undefined } as NewObject;
}
