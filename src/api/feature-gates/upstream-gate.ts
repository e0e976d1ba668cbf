import { assert } from "../../base/assert.js";
import { UPSTREAM_GATES } from "./upstream-gates.js";

/** How far a gate has come; what is deprecated is kept for those who need the former behaviour. */
export type GateStage = "alpha" | "beta" | "stable" | "deprecated";

/** A feature gate as the components of one version know it. */
export interface UpstreamGate {
  readonly stage: GateStage;
  readonly isOnByDefault: boolean;
  readonly isLocked: boolean;
  /** The gates that must be on where this one is. */
  readonly needs: readonly string[];
}

const STAGES: Readonly<Record<string, GateStage>> = {
  a: "alpha",
  b: "beta",
  g: "stable",
  d: "deprecated",
};
const CHANGE = /^(\d+)(?:([a-z])(!?)|-)$/i;

/** A part of a line: from a version on. */
interface Change {
  readonly from: number;
  /** Null: the version no longer has the gate. */
  readonly gate: Omit<UpstreamGate, "needs"> | null;
}

interface History {
  readonly changes: readonly Change[];
  readonly needs: readonly { readonly from: number; readonly gates: readonly string[] }[];
}

const HISTORIES: ReadonlyMap<string, History> = new Map(
  UPSTREAM_GATES.split("\n").map((line) => {
    const [name = "", ...parts] = line.split(" ");
    const [needs, changes] = [true, false].map((isNeed) =>
      parts.filter((part) => part.startsWith(">") === isNeed),
    );
    return [name, { changes: changes!.map(changeOf), needs: needs!.map(needOf) }];
  }),
);

function changeOf(part: string): Change {
  const match = CHANGE.exec(part);
  assert(match !== null, "the list of feature gates has a part that means nothing");
  const [, from, letter, lock] = match;
  if (letter === undefined) return { from: Number(from), gate: null };
  const lower = letter.toLowerCase();
  const gate = {
    stage: STAGES[lower]!,
    isOnByDefault: letter !== lower,
    isLocked: lock === "!",
  };
  return { from: Number(from), gate };
}

function needOf(part: string): History["needs"][number] {
  const [, from, gates = ""] = /^>(\d+)(.*)$/.exec(part)!;
  return { from: Number(from), gates: gates.split(",").filter((name) => name !== "") };
}

/** The gate of that name in Kubernetes 1.`minor`; undefined where its components have none. */
export function upstreamGate(name: string, minor: number): UpstreamGate | undefined {
  const history = HISTORIES.get(name);
  const gate = history?.changes.findLast(({ from }) => from <= minor)?.gate ?? null;
  if (history === undefined || gate === null) return undefined;
  const needs = history.needs.findLast(({ from }) => from <= minor)?.gates ?? [];
  return { ...gate, needs };
}

/** The names of all gates of Kubernetes 1.`minor`, in the order of the alphabet. */
export function gateNamesOf(minor: number): readonly string[] {
  return [...HISTORIES.keys()].filter((name) => upstreamGate(name, minor) !== undefined);
}
