import type { Effect, FieldRule, FieldRules } from "../api/kinds/field-rules.js";
import { POD_TEMPLATE } from "../api/kinds/pod-fields.js";
import { ALL_KINDS, KINDS, type Kind } from "../api/kinds.js";
import { groupOf } from "../api/known-kinds.js";
import type { Manifest } from "../api/kubernetes.js";
import { kindOf } from "../api/legacy-versions.js";
import { own } from "../base/own.js";
import { askedBeside, concernsPods, isWebhook } from "./asked-beside.js";
import { UNKNOWN_FIELD, UNKNOWN_KIND, UNMODELLED_KINDS } from "./modelled-fields.js";

/** Something of the input that the simulation leaves out. */
export interface NotModelled {
  readonly kind: string;
  /** Of a pod template as of the pod, `spec.containers[].livenessProbe`; empty for the whole kind. */
  readonly field: string;
  readonly effect: Effect;
  /** The field that was meant, where this one looks like a slip of the pen; empty otherwise. */
  readonly meant: string;
  /** Of a field that Kubernetes does not have: where it stands first, `app.yaml:3:5`. */
  readonly place?: string;
  /** The objects that have it, `Deployment shop/web`, in the order of the input. */
  readonly objects: readonly string[];
  /** Whose pods it concerns; see {@link PodsOf}. */
  readonly podsOf: ReadonlySet<PodsOf>;
}

/**
 * Some pods: `shop/Deployment/web` for those of an object (a Pod for itself), `shop/` for those of a
 * namespace, {@link ALL_PODS}. A name that ends with `-*` is that of what a generator makes.
 */
export type PodsOf = string;
export const ALL_PODS: PodsOf = "";

/** Kinds that pods are made of. */
const MAKERS: ReadonlySet<string> = new Set(
  ALL_KINDS.filter((kind) => KINDS[kind].podSpecPath !== undefined),
);
const NO_FIELDS: ReadonlySet<string> = new Set();
const EFFECTS: readonly Effect[] = ["placement", "timing", "none"];

/** Gathers what of many objects is not modelled, once for each kind and field. */
export class CoverageReport {
  private readonly found = new Map<
    string,
    NotModelled & { readonly objects: string[]; readonly podsOf: Set<PodsOf> }
  >();

  /** `read`: fields, `Pod spec.hostname`, that something else of the scenario reads, so that they are modelled. */
  add(manifest: Manifest, read: ReadonlySet<string> = NO_FIELDS): void {
    const about = subjectOf(manifest);
    const kind = kindOf(manifest.apiVersion, manifest.kind);
    const rules = kind === undefined ? undefined : KINDS[kind].fields;
    if (rules === undefined || typeof rules === "string") {
      const known = effectOfKind(manifest.kind);
      const effect = isWebhook(manifest) && !concernsPods(manifest) ? "none" : known;
      this.note({ kind: kindText(manifest), field: "", effect }, about);
      return;
    }
    const { hasSpec } = KINDS[kind!];
    const body = hasSpec ? manifest.spec : bodyOf(manifest);
    this.look(body, rules, { kind: kind!, prefix: hasSpec ? "spec" : "", about, read });
    for (const finding of askedBeside(kind!, manifest)) this.note(finding, about);
  }

  /** An object of a kind that somebody acts on, but not in this scenario. */
  addIdle(manifest: Manifest): void {
    const kind = kindText(manifest);
    this.note({ kind, field: "", effect: "placement" }, subjectOf(manifest));
  }

  /** A patch of a status, which the API server takes from nobody but controllers and kubelets. */
  addStatusPatch({ kind, namespace, name }: ObjectName): void {
    const apiVersion = Object.hasOwn(KINDS, kind) ? KINDS[kind as Kind].apiVersion : "";
    const metadata = { name, ...(namespace === "" ? {} : { namespace }) };
    const about = subjectOf({ apiVersion, kind, metadata });
    this.note({ kind, field: "status", effect: "placement" }, about);
  }

  /** A key that is no field of its object, which nothing reads. */
  addUnknown(manifest: Manifest, unknown: UnknownKey): void {
    const { path, meant, place, isState } = unknown;
    const kind = kindOf(manifest.apiVersion, manifest.kind);
    const ofKind = kind !== undefined && typeof KINDS[kind].fields !== "string";
    const effect = ofKind
      ? path[0] === "status" && !isState
        ? "none"
        : UNKNOWN_FIELD
      : effectOfKind(manifest.kind);
    const inPod = podField(kind, path);
    const [of, parts] = inPod === null ? [manifest.kind, path] : ["Pod", inPod];
    this.note({ kind: of, field: fieldText(parts), effect, meant, place }, subjectOf(manifest));
  }

  /** Something that is told of in other ways than by the tables. */
  note({ meant = "", ...what }: Finding, about: Subject): void {
    const key = `${what.kind} ${what.field} ${what.effect}`;
    let entry = this.found.get(key);
    if (entry === undefined) {
      entry = { ...what, meant, objects: [], podsOf: new Set() };
      this.found.set(key, entry);
    }
    if (entry.objects.at(-1) !== about.text) entry.objects.push(about.text);
    if (about.podsOf !== null) entry.podsOf.add(about.podsOf);
  }

  /** The worst first; then by kind and field. */
  entries(): readonly NotModelled[] {
    return [...this.found.values()].sort(
      (a, b) =>
        EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) ||
        compare(a.kind, b.kind) ||
        compare(a.field, b.field),
    );
  }

  private look(value: unknown, rules: FieldRules, at: Place): void {
    if (Array.isArray(value)) {
      const element = { ...at, prefix: `${at.prefix}[]` };
      for (const one of value) this.look(one, rules, element);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [field, inside] of Object.entries(value)) {
      // Directives of patches are no fields.
      if (isEmpty(inside) || field.startsWith("$")) continue;
      const rule: FieldRule = Object.hasOwn(rules, field) ? rules[field]! : UNKNOWN_FIELD;
      const effect = typeof rule === "function" ? rule(inside) : rule;
      if (effect === "modelled") continue;
      const prefix = at.prefix === "" ? field : `${at.prefix}.${field}`;
      if (typeof effect === "string") {
        if (at.read.has(`${at.kind} ${prefix}`)) continue;
        this.note({ kind: at.kind, field: prefix, effect }, at.about);
      } else if (effect === POD_TEMPLATE) {
        const { spec } = inside as { spec?: unknown };
        this.look(spec, POD_TEMPLATE.spec, { ...at, kind: "Pod", prefix: "spec" });
      } else {
        this.look(inside, effect, { ...at, prefix });
      }
    }
  }
}

export type Finding = Pick<NotModelled, "kind" | "field" | "effect" | "place"> & {
  readonly meant?: string;
};

/** Where a value stands, and in what. */
interface Place {
  readonly kind: string;
  readonly prefix: string;
  readonly about: Subject;
  readonly read: ReadonlySet<string>;
}

interface UnknownKey {
  readonly path: readonly (string | number)[];
  readonly meant: string;
  readonly place: string;
  /** The object is of a dump: its status counts. */
  readonly isState: boolean;
}

function effectOfKind(kind: string): Effect {
  return own(UNMODELLED_KINDS, kind) ?? UNKNOWN_KIND;
}

/** The path in a pod of a path in an object with a pod template; null elsewhere. */
function podField(kind: Kind | undefined, path: UnknownKey["path"]): UnknownKey["path"] | null {
  const spec = kind === undefined ? undefined : KINDS[kind].podSpecPath;
  const isInside = spec?.every((part, i) => path[i] === part);
  return isInside === true ? ["spec", ...path.slice(spec!.length)] : null;
}

/** `spec.tolerations[].operatr`. */
function fieldText(path: UnknownKey["path"]): string {
  return path
    .map((part, i) => (typeof part === "number" ? "[]" : i === 0 ? part : `.${part}`))
    .join("");
}

interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a finding is about. */
interface Subject {
  /** `Deployment shop/web`. */
  readonly text: string;
  /** Null where that is nobody's pods. */
  readonly podsOf: PodsOf | null;
}

function subjectOf(manifest: Manifest): Subject {
  const { namespace, name, generateName } = manifest.metadata;
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  const scoped = kind === undefined ? namespace !== undefined : KINDS[kind].namespaced;
  const place = scoped ? `${namespace ?? "default"}/` : "";
  const text = `${manifest.kind} ${place}${name ?? `${generateName}…`}`;
  return { text, podsOf: podsOf(manifest, `${namespace ?? "default"}/`) };
}

function podsOf(manifest: Manifest, namespace: string): PodsOf | null {
  const { kind, metadata } = manifest;
  if (MAKERS.has(kind))
    return `${namespace}${kind}/${metadata.name ?? `${metadata.generateName}*`}`;
  return kind === "MutatingWebhookConfiguration" ? ALL_PODS : null;
}

function bodyOf(manifest: Manifest): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...body } = manifest;
  return body;
}

/** A custom resource that is called like a kind of Kubernetes' own is told by its group too. */
function kindText({ apiVersion, kind }: Manifest): string {
  const isForeign = Object.hasOwn(KINDS, kind) && kindOf(apiVersion, kind) === undefined;
  return isForeign ? `${kind}.${groupOf(apiVersion)}` : kind;
}

/** Values that ask for nothing: as good as absent. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
