import type { Manifest } from "../kubernetes.js";
import type { UnknownField } from "../schemas/screen.js";
import type { VersionMeta } from "../object-version.js";
import type { FieldIssues } from "../validation/field-issue.js";
import type { VersionOptions } from "../validation/validation-options.js";
import type { ValidationContext } from "../validation/workloads.js";
import type { Effect, FieldRules } from "./field-rules.js";

/** What is validated besides the spec: a rule may look at the name or at the status. */
interface Whole<Status> {
  readonly name: string;
  readonly status?: Status | undefined;
}

/** What a change may depend on besides the two specs. */
interface Beside<Status> {
  /** As it was before. */
  readonly status: Status | undefined;
  readonly options: VersionOptions;
}

/** A workload that wants a number of ready pods, as figures and rollouts see it. */
interface WorkloadTraits<Spec, Status> {
  /** Pods that it wants ready. */
  desiredPods(spec: Spec, status: Status | undefined): number;
  /**
   * Of a kind that rolls out its template: whether that is done, as `kubectl rollout status` says,
   * once the generation was observed.
   */
  isRolledOut?(spec: Spec, status: Status | undefined): boolean;
}

/** Why an object does not do what it is there for. */
export interface Trouble {
  readonly message: string;
  /** RFC 3339: since when. */
  readonly since?: string | undefined;
  /** What it is about: where that is not there, this may be why. */
  readonly about?: { readonly kind: string; readonly name: string };
}

/** How an older API version of a kind becomes today's. */
type Conversion = (manifest: Manifest) => Manifest;

/** Everything that the API server, and whoever reads or counts objects, needs to know of a kind. */
export interface KindDescriptor<Spec = never, Status = undefined> {
  /** Types only: never set. */
  readonly types?: { readonly spec: Spec; readonly status: Status };
  readonly apiVersion: string;
  readonly plural: string;
  /** What kubectl takes for its name, besides the name itself and its plural. */
  readonly shortNames?: readonly string[];
  /** The kind whose objects make those of this one: under their name, with `-` and a word behind it. */
  readonly madeBy?: string;
  readonly namespaced: boolean;
  /** False for a kind whose body has no `spec` field: `Spec` is the rest of its body then. */
  readonly hasSpec: boolean;
  readonly hasStatus: boolean;
  /** API versions that it had, or has beside today's; null where only the version differs. */
  readonly formerVersions?: Readonly<Record<string, Conversion | null>>;
  /** Why that cannot be the name of an object; a DNS subdomain where nothing is said. */
  nameErrors?(name: string): readonly string[];
  /** What the server fills in before it stores an object; the same spec where nothing is missing. */
  defaults?(spec: Spec): Spec;
  validate?(spec: Spec, context: ValidationContext, whole: Whole<Status>): void;
  /** What of a spec may not differ from the one before. */
  validateChange?(before: Spec, after: Spec, issues: FieldIssues, beside: Beside<Status>): void;
  /** What a created object has of its own; without it an empty status. `uid`: the one that it gets. */
  onCreate?<O extends Created<Spec, Status>>(object: O, uid: string): O;
  /** What the server adds itself when a spec is changed. */
  onUpdate?<O extends Created<Spec, Status>>(before: O, after: O): O;
  /** Keys that nobody reads in maps that may hold any, of a spec or of a patch of one. */
  strangers?(spec: { readonly [key: string]: unknown }): readonly UnknownField[];
  /** Where an object has the spec of its pods. */
  readonly podSpecPath?: readonly string[];
  /** It has the scale subresource, for `spec.replicas`. */
  readonly isScaled?: boolean;
  readonly workload?: WorkloadTraits<Spec, Status>;
  /** Types of conditions that its status may have; absent: it has none. */
  readonly conditions?: readonly string[];
  /** Others than Kubernetes set conditions of theirs, too. */
  readonly hasForeignConditions?: true;
  /** What the status says of why an object of a kind that acts by itself cannot; null: it can. */
  trouble?(spec: Spec, status: Status): Trouble | null;
  /** What is modelled of the fields of its spec, or the effect of nobody acting on it. */
  readonly fields: FieldRules | Effect;
}

/** A new object as the store takes it. */
type Created<Spec, Status> = Pick<VersionMeta, "name" | "labels" | "annotations"> & {
  readonly spec: Spec;
  readonly status: Status;
};

type Shape = Pick<KindDescriptor, "apiVersion" | "plural" | "namespaced" | "hasSpec" | "hasStatus">;

/** Version, resource name, scope and shape in one line of a descriptor. */
export function named(
  apiVersion: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
  shape: "spec" | "spec,status" | "body",
): Shape {
  return {
    apiVersion,
    plural,
    namespaced: scope === "Namespaced",
    hasSpec: shape !== "body",
    hasStatus: shape === "spec,status",
  };
}
