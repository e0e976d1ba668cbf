import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { minorOfModule } from "./openapi-documents.js";

/** A gate in one minor version, as `src/api/feature-gates/upstream-gates.ts` writes it. */
interface GateInVersion {
  /** `a`, `b`, `g` or `d` for its stage, a capital if it is on by default, `!` if that is locked. */
  readonly state: string;
  /** Gates that must be on where this one is. */
  readonly needs: readonly string[];
}

/** Files of the modules of one minor version that say which gates its components know. */
const FILES: readonly (readonly [module: string, file: string])[] = [
  ["kubernetes", "pkg/features/kube_features.go"],
  ["kubernetes", "pkg/features/versioned_kube_features.go"],
  ["apiserver", "pkg/features/kube_features.go"],
  ["controller-manager", "pkg/features/kube_features.go"],
  ["component-base", "logs/api/v1/kube_features.go"],
  ["component-base", "zpages/features/kube_features.go"],
  ["client-go", "features/known_features.go"],
];
const CONSTANT = /^\s*(?:const )?(\w+)\s+(?:featuregate\.)?Feature\s*=\s*"(\w+)"/gm;
/** `Name: {…},` on one line or on several, the key of another package's gate with its package. */
const ENTRY = /^\t{1,2}(?:\w+\.)?(\w+):\s*\{(.*\},?(?: *\/\/.*)?$|\n[\s\S]*?^\t{1,2}\},)/gm;
const SPEC = /\{[^{}]*PreRelease[^{}]*\}?/g;
const STAGES: Readonly<Record<string, string>> = {
  Alpha: "a",
  Beta: "b",
  GA: "g",
  Deprecated: "d",
};

/**
 * What components checked of other gates in their options, before gates named their dependencies (1.35).
 * Source: pkg/controlplane/apiserver/options/validation.go of v1.28 to v1.34.
 */
const CHECKED: readonly (readonly [gate: string, needs: string, first: number, last: number])[] = [
  ["UnknownVersionInteroperabilityProxy", "StorageVersionAPI", 28, 32],
  ["AuthorizeNodeWithSelectors", "AuthorizeWithSelectors", 31, 34],
  ["DRAControlPlaneController", "DynamicResourceAllocation", 31, 31],
  ["PodCertificateRequest", "AuthorizeNodeWithSelectors", 34, 34],
];

/** The gates of each version, a line each: `Name 24a 27B 29G! 32- >35Other,Another >36Other`. */
export function upstreamGateLines(folders: readonly string[]): readonly string[] {
  const versions = folders
    .map((folder) => ({ minor: minorOfModule(folder), gates: gatesOf(folder) }))
    .sort((a, b) => a.minor - b.minor);
  const names = [...new Set(versions.flatMap(({ gates }) => [...gates.keys()]))].sort();
  return names.map((name) => {
    const parts: string[] = [];
    let [state, needs] = ["-", ""];
    for (const { minor, gates } of versions) {
      const gate = gates.get(name);
      if ((gate?.state ?? "-") !== state) {
        state = gate?.state ?? "-";
        parts.push(`${minor}${state}`);
      }
      const now = gate?.needs.join(",") ?? needs;
      if (now !== needs) parts.push(`>${minor}${now}`);
      needs = now;
    }
    const isNeed = (part: string) => Number(part.startsWith(">"));
    return [name, ...parts.sort((a, b) => isNeed(a) - isNeed(b))].join(" ");
  });
}

function gatesOf(folder: string): ReadonlyMap<string, GateInVersion> {
  const minor = minorOfModule(folder);
  const release = basename(folder).split("@v1.")[1]!;
  const texts = FILES.map(([module, file]) => {
    const root = module === "kubernetes" ? folder : `${dirname(folder)}/${module}@v0.${release}`;
    const path = `${root}/${file}`;
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  });
  const named = new Map(
    texts.flatMap((text) => [...text.matchAll(CONSTANT)].map(([, id, gate]) => [id!, gate!])),
  );
  const gates = new Map<string, { readonly state: string; needs: readonly string[] }>();
  for (const text of texts) {
    for (const [, id = "", body = ""] of text.matchAll(ENTRY)) {
      const name = named.get(id) ?? id;
      const state = stateOf(`{${body}`, minor, text);
      if (state !== null) {
        if (!gates.has(name)) gates.set(name, { state, needs: [] });
        continue;
      }
      const gate = gates.get(name);
      if (gate !== undefined) gate.needs = needsOf(body).map((need) => named.get(need) ?? need);
    }
  }
  for (const [name, needs, first, last] of CHECKED) {
    const gate = gates.get(name);
    if (gate !== undefined && minor >= first && minor <= last) gate.needs = [needs];
  }
  return gates;
}

/** The last specification that holds in the version; null where the entry has none. */
function stateOf(body: string, minor: number, text: string): string | null {
  const specs = [...body.matchAll(SPEC)].map(([spec]) => spec);
  const holding = specs.filter((spec) => since(spec, "Version") <= minor);
  // A cluster can go back by one version unless it is told otherwise.
  const kept = holding.filter((spec) => since(spec, "MinCompatibilityVersion") < minor);
  const spec = kept.at(-1);
  if (spec === undefined) return null;
  const stage = STAGES[/PreRelease: *(?:featuregate\.)?(\w+)/.exec(spec)?.[1] ?? ""];
  if (stage === undefined) throw new Error(`a gate without a stage: ${spec}`);
  const value = /Default: *(\w+)/.exec(spec)?.[1] ?? "false";
  const constant = new RegExp(`^\\s*${value} *= *(true|false)`, "m").exec(text)?.[1];
  const isOn = (constant ?? value) === "true";
  const isLocked = /LockToDefault: *true/.test(spec);
  return `${isOn ? stage.toUpperCase() : stage}${isLocked ? "!" : ""}`;
}

function since(spec: string, key: string): number {
  const found = new RegExp(`\\b${key}: *version\\.\\w+\\("?1[.,] *(\\d+)"?\\)`).exec(spec);
  return found === null ? 0 : Number(found[1]);
}

function needsOf(body: string): readonly string[] {
  const plain = body.replace(/\/\/.*$/gm, "").replace(/\},?\s*$/, "");
  return plain
    .split(",")
    .map((need) => need.trim().replace(/^\w+\./, ""))
    .filter((need) => /^\w+$/.test(need))
    .sort();
}
