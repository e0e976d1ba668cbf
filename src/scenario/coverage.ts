import { KINDS } from "../api/kinds.js";
import type { Manifest } from "../api/kubernetes.js";
import { kindOf } from "../api/legacy-versions.js";
import {
  type Effect,
  type FieldRule,
  type FieldRules,
  MODELLED_KINDS,
  POD_TEMPLATE,
  UNKNOWN_FIELD,
  UNKNOWN_KIND,
  UNMODELLED_KINDS,
} from "./modelled-fields.js";

/** Something of the input that the simulation leaves out. */
export interface NotModelled {
  readonly kind: string;
  /** Of a pod template as of the pod, `spec.containers[].livenessProbe`; empty for the whole kind. */
  readonly field: string;
  readonly effect: Effect;
  /** The objects that have it, `Deployment shop/web`, in the order of the input. */
  readonly objects: readonly string[];
}

/** A claim of such a class is bound when the scheduler has chosen a node for its pod. */
const WAITS = "WaitForFirstConsumer";
const EFFECTS: readonly Effect[] = ["placement", "timing", "none"];

/** Gathers what of many objects is not modelled, once for each kind and field. */
export class CoverageReport {
  private readonly found = new Map<string, NotModelled & { readonly objects: string[] }>();
  /** Storage classes whose claims the scheduler binds. */
  private readonly waitingClasses = new Set<string>();
  /** Claims without a volume; their class may come after them. */
  private readonly unbound: { readonly storageClass: string; readonly object: string }[] = [];

  add(manifest: Manifest): void {
    const object = describe(manifest);
    const kind = kindOf(manifest.apiVersion, manifest.kind);
    if (kind === "PersistentVolumeClaim") {
      this.addClaim(manifest, object);
      return;
    }
    if (kind === "StorageClass" && bodyOf(manifest).volumeBindingMode === WAITS) {
      this.waitingClasses.add(manifest.metadata.name ?? "");
    }
    const rules = kind === undefined ? undefined : MODELLED_KINDS[kind];
    if (rules === "modelled") return;
    if (rules === undefined) {
      const effect = Object.hasOwn(UNMODELLED_KINDS, manifest.kind)
        ? UNMODELLED_KINDS[manifest.kind]!
        : UNKNOWN_KIND;
      this.note({ kind: manifest.kind, field: "", effect }, object);
      return;
    }
    const body = KINDS[kind!].hasSpec ? manifest.spec : bodyOf(manifest);
    this.look(body, rules, { kind: kind!, prefix: "spec", object });
  }

  private addClaim(manifest: Manifest, object: string): void {
    const { volumeName, storageClassName = "" } = (manifest.spec ?? {}) as {
      volumeName?: string;
      storageClassName?: string;
    };
    if (volumeName) return;
    const { annotations = {} } = manifest.metadata;
    const storageClass = annotations["volume.beta.kubernetes.io/storage-class"] ?? storageClassName;
    this.unbound.push({ storageClass, object });
  }

  /** Something that is told of in other ways than by the tables. */
  note(what: Omit<NotModelled, "objects">, object: string): void {
    const key = `${what.kind} ${what.field} ${what.effect}`;
    const known = this.found.get(key);
    if (known === undefined) this.found.set(key, { ...what, objects: [object] });
    else if (known.objects.at(-1) !== object) known.objects.push(object);
  }

  /** The worst first; then by kind and field. */
  entries(): readonly NotModelled[] {
    // Nobody binds or provisions for a claim that does not wait for its first consumer.
    for (const { storageClass, object } of this.unbound.splice(0)) {
      if (this.waitingClasses.has(storageClass)) continue;
      this.note({ kind: "PersistentVolumeClaim", field: "", effect: "placement" }, object);
    }
    return [...this.found.values()].sort(
      (a, b) =>
        EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) ||
        compare(a.kind, b.kind) ||
        compare(a.field, b.field),
    );
  }

  private look(
    value: unknown,
    rules: FieldRules,
    at: { readonly kind: string; readonly prefix: string; readonly object: string },
  ): void {
    if (Array.isArray(value)) {
      const element = { ...at, prefix: `${at.prefix}[]` };
      for (const one of value) this.look(one, rules, element);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [field, inside] of Object.entries(value)) {
      if (isEmpty(inside)) continue;
      const rule: FieldRule = Object.hasOwn(rules, field) ? rules[field]! : UNKNOWN_FIELD;
      const effect = typeof rule === "function" ? rule(inside) : rule;
      if (effect === "modelled") continue;
      const prefix = `${at.prefix}.${field}`;
      if (typeof effect === "string") {
        this.note({ kind: at.kind, field: prefix, effect }, at.object);
      } else if (effect === POD_TEMPLATE) {
        const { spec } = inside as { spec?: unknown };
        this.look(spec, POD_TEMPLATE.spec, { ...at, kind: "Pod", prefix: "spec" });
      } else {
        this.look(inside, effect, { ...at, prefix });
      }
    }
  }
}

function describe(manifest: Manifest): string {
  const { namespace, name, generateName } = manifest.metadata;
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  const scoped = kind === undefined ? namespace !== undefined : KINDS[kind].namespaced;
  const shown = name ?? `${generateName}…`;
  return `${manifest.kind} ${scoped ? `${namespace ?? "default"}/` : ""}${shown}`;
}

function bodyOf(manifest: Manifest): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...body } = manifest;
  return body;
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
