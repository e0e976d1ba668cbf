import type { Kind } from "../../api/kinds.js";
import { KINDS, kindNamed } from "../../api/kinds.js";
import type { LabelSelector, Labels } from "../../api/kubernetes.js";
import {
  compileLabelSelector,
  Selector,
  SelectorError,
  selectorFromLabels,
} from "../../api/label-selector.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { CrossVersionObjectReference } from "../../api/schemas/types.js";
import type { Refusal } from "../../store/outcome.js";

/** What the scale subresource of an object says, and the version that it stands for. */
export interface TargetScale {
  readonly object: AnyVersion;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: CompiledSelector;
}

export interface CompiledSelector {
  /** Null: there is none, or one that cannot be read. */
  readonly selector: Selector | null;
  readonly text: string;
}

const NO_SELECTOR: CompiledSelector = { selector: null, text: "" };

/** The kind that a reference means, or why there is none; the wording is the API machinery's. */
export function scaledKind(reference: CrossVersionObjectReference): Kind | TargetProblem {
  const { apiVersion = "", kind } = reference;
  const parts = apiVersion.split("/");
  if (parts.length > 2) {
    return { message: `unexpected GroupVersion string: ${apiVersion}`, isSpecError: true };
  }
  const group = parts.length === 2 ? parts[0]! : "";
  const known = kindNamed(kind);
  if (known === undefined || groupOf(known.apiVersion) !== group) {
    const message = `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`;
    return { message, isSpecError: false };
  }
  if (known.isScaled === true) return kind as Kind;
  return { message: "the server could not find the requested resource", isSpecError: false };
}

/** Why the scale of a target cannot be had. */
export interface TargetProblem {
  readonly message: string;
  /** The reference itself is at fault. */
  readonly isSpecError: boolean;
}

/** Why the request for a scale was refused, as the client of scales words it. */
export function refusalText(kind: Kind, name: string, refusal: Refusal): string {
  if (refusal.reason !== "NotFound") return refusal.message;
  const { apiVersion, plural } = KINDS[kind];
  const group = groupOf(apiVersion);
  return `${plural}${group === "" ? "" : `.${group}`} "${name}" not found`;
}

/** Reads scales. The selector of a target is compiled once: its versions share it. */
export class ScaleReader {
  private readonly compiled = new WeakMap<object, CompiledSelector>();

  scaleOf(object: AnyVersion): TargetScale {
    const spec = object.spec as { readonly replicas?: number; readonly selector?: object };
    const status = object.status as { readonly replicas?: number } | undefined;
    return {
      object,
      specReplicas: spec.replicas ?? 1,
      statusReplicas: status?.replicas ?? 0,
      selector: this.compiledOf(object.kind, spec.selector ?? null),
    };
  }

  private compiledOf(kind: Kind, written: object | null): CompiledSelector {
    if (written === null) return NO_SELECTOR;
    let compiled = this.compiled.get(written);
    if (compiled === undefined) {
      const selector = selectorOf(kind, written);
      compiled = { selector, text: selector?.toString() ?? "" };
      this.compiled.set(written, compiled);
    }
    return compiled;
  }
}

function selectorOf(kind: Kind, selector: object): Selector | null {
  if (kind === "ReplicationController") return selectorFromLabels(selector as Labels);
  const { matchLabels = {}, matchExpressions = [] } = selector as LabelSelector;
  const compiled = compileLabelSelector({ matchExpressions });
  if (compiled instanceof SelectorError) return null;
  return Selector.of([...selectorFromLabels(matchLabels).requirements, ...compiled.requirements]);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
