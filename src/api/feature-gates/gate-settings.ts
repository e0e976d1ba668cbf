import { nearName } from "../../base/near-name.js";
import { NEWEST_MINOR, OLDEST_MINOR } from "../features.js";
import { type GateStage, gateNamesOf, type UpstreamGate, upstreamGate } from "./upstream-gate.js";

/** Gates by name, with what they are set to. */
export type GateValues = Readonly<Record<string, boolean>>;

interface GateIssue {
  readonly name: string;
  readonly message: string;
}

export interface GateSettings {
  /** Gates that are not as by default in the version, by name. */
  readonly changed: GateValues;
  /** What keeps the version's components from starting with these settings. */
  readonly issues: readonly GateIssue[];
}

/** Gates that set all of a stage that nothing else sets. */
const ALL_OF_STAGE: Readonly<Record<string, GateStage>> = { AllAlpha: "alpha", AllBeta: "beta" };

/**
 * What `--feature-gates` with these values means to the components of Kubernetes 1.`minor`.
 * Source: k8s.io/component-base/featuregate of v1.37 (SetFromMap, dependencies from v1.35 on).
 */
export function gateSettings(written: GateValues, minor: number): GateSettings {
  const issues = Object.entries(written).flatMap(([name, value]): readonly GateIssue[] => {
    if (Object.hasOwn(ALL_OF_STAGE, name)) return [];
    const gate = upstreamGate(name, minor);
    if (gate === undefined) return [{ name, message: unknownText(name, minor) }];
    if (!gate.isLocked || gate.isOnByDefault === value) return [];
    return [{ name, message: lockedText(name, value, minor) }];
  });
  const values = resolved(written, minor);
  const changed = Object.fromEntries(
    [...values].filter(([name, isOn]) => isOn !== upstreamGate(name, minor)?.isOnByDefault),
  );
  // As upstream: what depends on what is looked at when every gate could be set.
  return { changed, issues: issues.length > 0 ? issues : needIssues(written, values, minor) };
}

/** All gates of the version with what they are. */
function resolved(written: GateValues, minor: number): ReadonlyMap<string, boolean> {
  const ofStage = new Map(
    Object.entries(ALL_OF_STAGE)
      .filter(([name]) => Object.hasOwn(written, name))
      .map(([name, stage]) => [stage, written[name]!]),
  );
  return new Map(
    gateNamesOf(minor).map((name) => {
      const { stage, isOnByDefault } = upstreamGate(name, minor)!;
      const own = Object.hasOwn(written, name) ? written[name] : undefined;
      return [name, own ?? ofStage.get(stage) ?? isOnByDefault];
    }),
  );
}

/** One issue for each gate that is on without what it needs, at the setting that made it so. */
function needIssues(
  written: GateValues,
  values: ReadonlyMap<string, boolean>,
  minor: number,
): readonly GateIssue[] {
  const isWritten = (name: string): boolean => Object.hasOwn(written, name);
  return [...values].flatMap(([name, isOn]) => {
    if (!isOn) return [];
    const off = upstreamGate(name, minor)!.needs.filter((need) => values.get(need) === false);
    if (off.length === 0) return [];
    const blamed =
      [name, ...off, ...Object.keys(ALL_OF_STAGE)].find(isWritten) ?? Object.keys(written)[0];
    const needs = off.map((need) => `${need}, which is off`).join(", and ");
    const remedy = isWritten(name)
      ? `set ${off.join(" and ")} to true, too`
      : `set ${name} to false, too`;
    const message = `Kubernetes 1.${minor} does not start: ${name} is on and needs ${needs}: ${remedy}`;
    return blamed === undefined ? [] : [{ name: blamed, message }];
  });
}

function lockedText(name: string, value: boolean, minor: number): string {
  const { isOnByDefault, stage } = upstreamGate(name, minor)!;
  const free = versionsText((gate) => !gate.isLocked, name);
  const others = free === "" ? "" : `; it can be set in ${free}`;
  return `cannot set feature gate ${name} to ${value}: it is ${stage} in Kubernetes 1.${minor} and locked to ${isOnByDefault}${others}`;
}

function unknownText(name: string, minor: number): string {
  const known = [...gateNamesOf(minor), ...Object.keys(ALL_OF_STAGE)];
  const elsewhere = versionsText(() => true, name);
  const said = `Kubernetes 1.${minor} has no feature gate ${name}`;
  if (elsewhere !== "") {
    const last = upstreamGate(name, newestWith(name));
    const gone = newestWith(name) < minor && last !== undefined ? `, ${endText(last)}` : "";
    return `${said}: ${elsewhere} have it${gone}`.replace(/^(.*: 1\.\d+) have/, "$1 has");
  }
  const near = nearName(name, known, Math.max(2, Math.floor(name.length / 3)));
  if (near !== "") return `${said}: did you mean ${near}?`;
  return `${said}, nor has any version from 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
}

function newestWith(name: string): number {
  for (let minor = NEWEST_MINOR; minor >= OLDEST_MINOR; minor--) {
    if (upstreamGate(name, minor) !== undefined) return minor;
  }
  return OLDEST_MINOR - 1;
}

function endText({ isOnByDefault }: UpstreamGate): string {
  return isOnByDefault ? "and what it guarded is always on since" : "and it was given up since";
}

/** `1.26 to 1.29 and 1.32`; empty for none. */
function versionsText(isMeant: (gate: UpstreamGate) => boolean, name: string): string {
  const spans: { first: number; last: number }[] = [];
  for (let minor = OLDEST_MINOR; minor <= NEWEST_MINOR; minor++) {
    const gate = upstreamGate(name, minor);
    if (gate === undefined || !isMeant(gate)) continue;
    const span = spans.at(-1);
    if (span?.last === minor - 1) span.last = minor;
    else spans.push({ first: minor, last: minor });
  }
  return spans
    .map(({ first, last }) => (first === last ? `1.${first}` : `1.${first} to 1.${last}`))
    .join(" and ");
}
