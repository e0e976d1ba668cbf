import type { GateValues } from "../feature-gates/gate-settings.js";
import { FIELD_GATES } from "./field-gates.js";
import { FIELDS_BY_GATE, type FieldGate } from "./gated-fields.js";
import type { Definition, Field } from "./schema.js";

/** Why an API server does not serve a field. */
export interface Unserved {
  /** The feature gate that is off; empty where the version's document lacks the field. */
  readonly gate: string;
  /** The first minor version that serves it by default; null for none so far, or none any more. */
  readonly from: number | null;
}

/** Where a field stands: `PodSpec.initContainers` for what stands in one of a pod's init containers. */
export interface FieldPlace {
  readonly definition: Definition;
  readonly field: Field;
  /** The field of another definition that holds this one. */
  readonly holder: string;
}

const GATE_OF: ReadonlyMap<string, FieldGate> = new Map(
  Object.entries(FIELDS_BY_GATE).flatMap(([gate, fields]) =>
    fields.map((field): [string, FieldGate] => [field, gate as FieldGate]),
  ),
);

/** Names of fields that stand behind a gate somewhere: most do nowhere. */
const GATED_NAMES: ReadonlySet<string> = new Set(
  [...GATE_OF.keys()].map((field) => field.slice(field.lastIndexOf(".") + 1)),
);

/** In 1.34 the rules of restarts came, behind their gate; before, other policies were refused. */
const RESTART_RULES_CAME = 34;

/** An API server: its minor version, and the gates that are not as by default in it. */
export interface ServedVersion {
  readonly minor: number;
  readonly gates?: GateValues;
}

/** Why an API server drops the field with that value; null when it takes it. */
export function unserved(
  place: FieldPlace,
  value: unknown,
  { minor, gates = {} }: ServedVersion,
): Unserved | null {
  const { field } = place;
  const gate = gateOf(place, value, minor);
  const range = gate === undefined ? undefined : FIELD_GATES[gate];
  const byHand = gate === undefined ? undefined : gates[gate];
  const isOn =
    byHand ??
    (range === undefined ||
      (range.from !== null && minor >= range.from && minor <= (range.to ?? minor)));
  const { since = 0, until = Number.POSITIVE_INFINITY } = field;
  if (minor >= since && minor <= until && isOn) return null;
  const from =
    range === undefined ? since : range.from === null ? null : Math.max(range.from, since);
  return { gate: gate ?? "", from: minor > until || byHand === false ? null : from };
}

/** True if fields stand behind upstream's gate of that name. */
export function guardsFields(name: string): boolean {
  return Object.hasOwn(FIELDS_BY_GATE, name);
}

function gateOf(
  { definition, field, holder }: FieldPlace,
  value: unknown,
  minor: number,
): FieldGate | undefined {
  if (!GATED_NAMES.has(field.name) && field.name !== "restartPolicy") return undefined;
  const inHolder = `${holder}.${field.name}`;
  if (minor >= RESTART_RULES_CAME && field.name === "restartPolicy") {
    if (holder === "PodSpec.containers") return "ContainerRestartRules";
    if (holder === "PodSpec.initContainers" && value !== "Always") return "ContainerRestartRules";
  }
  return GATE_OF.get(inHolder) ?? GATE_OF.get(`${definition.name}.${field.name}`);
}
