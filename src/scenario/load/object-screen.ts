import { type Kind, KINDS, kindNamed } from "../../api/kinds.js";
import { kindSlip, todaysVersion } from "../../api/known-kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf, toCurrentVersion } from "../../api/legacy-versions.js";
import { goneSince } from "../../api/removed-versions.js";
import { schemaOf } from "../../api/schemas/schema.js";
import {
  type DroppedField,
  screen,
  typeIssues,
  type UnknownField,
} from "../../api/schemas/screen.js";
import type { ServedVersion } from "../../api/schemas/served-fields.js";
import { writtenPath } from "../../api/written-path.js";
import { counted } from "../../base/counted.js";
import type { CoverageReport } from "../coverage.js";
import { type Issue, placeText } from "../issue.js";
import type { Target } from "../schema/scenario.js";
import { fractionalBytes } from "./fractional-bytes.js";
import { flawOf, type ObjectFlaw } from "./object-flaw.js";
import type { Path } from "./yaml-source.js";

/** An issue at a key of what was read. */
export type IssueAt = (path: Path, message: string, atKey?: true) => Issue;

/** How an object was read, and what is asked of it besides its types. */
interface Reading {
  readonly issueAt: IssueAt;
  /** The object is of a dump: its status counts. */
  readonly isState: boolean;
  check(manifest: Manifest): readonly ObjectFlaw[];
}

interface ScreenedObject {
  /** In today's API version, as the simulated version's API server reads it. */
  readonly manifest: Manifest;
  readonly flaws: readonly ObjectFlaw[];
}

/** Of what is wrong with one field in many objects, so many places are told. */
const MAX_PLACES = 10;

/**
 * Reads manifests and patches as the API server of the simulated version does: keys that Kubernetes
 * does not know and fields that the version does not serve go, and are remembered with their places.
 */
export class ObjectScreen {
  private readonly unknown = new Map<string, Issue[]>();
  private readonly dropped = new Tally();
  private readonly former = new Tally();
  private readonly odd: Issue[] = [];

  constructor(
    private readonly version: ServedVersion,
    private readonly coverage: CoverageReport,
  ) {}

  /** Keys that are no fields, each with its place; many of one field are told of by the first. */
  unknownFields(): readonly Issue[] {
    return [...this.unknown.values()].flat();
  }

  /** One note for each API version of a kind, and for each field, that the simulated version does not serve. */
  unserved(): readonly Issue[] {
    return [...this.former.notes(), ...this.dropped.notes()];
  }

  /** What the API server takes with a warning. */
  oddValues(): readonly Issue[] {
    return this.odd;
  }

  /** An object as it was written, and what keeps the API server from taking it. */
  object(written: Manifest, reading: Reading): ScreenedObject {
    const { issueAt, check } = reading;
    const slip = kindSlip(written.apiVersion, written.kind);
    if (slip !== null) {
      return { manifest: written, flaws: [{ path: [slip.field], message: slip.message }] };
    }
    this.rememberFormer(written, issueAt);
    const definition = schemaOf(written.apiVersion, written.kind);
    const kind = kindOf(written.apiVersion, written.kind);
    if (definition === undefined) {
      const manifest = kind === undefined ? written : toCurrentVersion(kind, written);
      return { manifest, flaws: check(manifest) };
    }
    const { value, wrong, unknown, dropped } = screen(written, definition, this.version);
    const strangers = [...this.rememberUnknown(written, unknown, reading)];
    this.rememberDropped(dropped, issueAt);
    const manifest = kind === undefined ? value : toCurrentVersion(kind, value);
    const inFile = (found: readonly ObjectFlaw[]) =>
      kind === undefined || manifest === value ? found : writtenFlaws(kind, written, found);
    const inCurrent = manifest === value ? [] : inFile(typeFlaws(manifest));
    const mistyped = withoutTwins([...wrong.map(flawOf), ...inCurrent]);
    const flaws = mistyped.length > 0 ? mistyped : withoutTwins(inFile(check(manifest)));
    if (mistyped.length === 0) strangers.push(...this.strangersOfKind(manifest, reading));
    if (flaws.length === 0) this.rememberOdd(inFile(fractionalBytes(manifest)), issueAt);
    // What is missing may be missing for a key that was meant to be another.
    return { manifest, flaws: flaws.length > 0 ? [...strangers, ...flaws] : [] };
  }

  /** A strategic merge patch of an object, and which of its keys nobody knows. */
  patch(
    patch: unknown,
    target: Target & { readonly apiVersion?: string },
    issueAt: IssueAt,
  ): { readonly patch: unknown; readonly strangers: readonly ObjectFlaw[] } {
    const { kind, namespace, name } = target;
    const known = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS].apiVersion : "";
    const { apiVersion = known } = target;
    const definition = schemaOf(apiVersion, kind);
    if (definition === undefined || typeof patch !== "object" || patch === null) {
      return { patch, strangers: [] };
    }
    const options = { ...this.version, isPatch: true };
    const { value, unknown, dropped } = screen(patch, definition, options);
    const metadata = namespace === "" ? { name } : { name, namespace };
    const whole = { ...value, apiVersion, kind, metadata };
    const reading = { issueAt, isState: false };
    const strangers = [
      ...this.rememberUnknown(whole, unknown, reading),
      ...this.strangersOfKind(whole, reading),
    ];
    this.rememberDropped(dropped, issueAt);
    this.coverage.add(whole);
    return { patch: value, strangers };
  }

  /** Keys that only the kind itself knows to be none. */
  private strangersOfKind(
    manifest: Manifest,
    reading: Pick<Reading, "issueAt" | "isState">,
  ): readonly ObjectFlaw[] {
    const { spec } = manifest;
    if (typeof spec !== "object" || spec === null) return [];
    const unknown = kindNamed(manifest.kind)?.strangers?.(spec as Record<string, unknown>) ?? [];
    return this.rememberUnknown(manifest, unknown, reading);
  }

  private rememberUnknown(
    manifest: Manifest,
    fields: readonly UnknownField[],
    { issueAt, isState }: Pick<Reading, "issueAt" | "isState">,
  ): readonly ObjectFlaw[] {
    return fields.map((field) => {
      const { path, meant, definition } = field;
      const key = `${manifest.kind} ${path.map((part) => (typeof part === "number" ? 0 : part)).join("\n")}`;
      const hint = meant === "" ? "" : `: did you mean \`${meant}\`?`;
      const message = `${definition} has no such field${hint}`;
      const told = this.unknown.get(key) ?? [];
      this.unknown.set(key, told);
      if (told.length < MAX_PLACES) told.push(toldAt(issueAt, path, message));
      this.coverage.addUnknown(manifest, { path, meant, place: placeText(told[0]!), isState });
      return { path, message, atKey: true };
    });
  }

  private rememberOdd(flaws: readonly ObjectFlaw[], issueAt: IssueAt): void {
    for (const { path, message } of flaws) {
      if (this.odd.length < MAX_PLACES) this.odd.push(issueAt(path, message));
    }
  }

  private rememberFormer({ apiVersion, kind }: Manifest, issueAt: IssueAt): void {
    const since = goneSince(apiVersion, kind);
    if (since === null || since > this.version.minor) return;
    const today = todaysVersion(kind);
    const read = kindOf(apiVersion, kind) === undefined ? "today's is" : "it is read as";
    const now = today === null ? "the kind is gone" : `${read} ${today}`;
    const message = `no API server serves ${kind} in ${apiVersion} since Kubernetes 1.${since}: ${now}`;
    this.former.add(`${apiVersion} ${kind}`, () => toldAt(issueAt, ["apiVersion"], message));
  }

  private laterText(gate: string, from: number | null): string {
    if (this.version.gates?.[gate] === false) return "`spec.featureGates` turns the gate off";
    if (from === null) return "no version serves it by default";
    return from > this.version.minor
      ? `kubernetesVersion "1.${from}" has it`
      : "it was taken back since";
  }

  private rememberDropped(fields: readonly DroppedField[], issueAt: IssueAt): void {
    for (const { path, definition, gate, from } of fields) {
      const key = `${definition} ${String(path.at(-1))}`;
      const why = gate === "" ? definition : `${definition}, feature gate ${gate}`;
      const message = `Kubernetes 1.${this.version.minor} does not serve this field (${why}): it is dropped, as its API server does; ${this.laterText(gate, from)}`;
      this.dropped.add(key, () => toldAt(issueAt, path, message));
    }
  }
}

/** Notes of which the first of each sort is told, with how many there are. */
class Tally {
  private readonly entries = new Map<string, { readonly first: Issue; count: number }>();

  add(sort: string, make: () => Issue): void {
    const known = this.entries.get(sort);
    if (known === undefined) this.entries.set(sort, { first: make(), count: 1 });
    else known.count += 1;
  }

  notes(): readonly Issue[] {
    return [...this.entries.values()].map(({ first, count }) =>
      count === 1 ? first : { ...first, message: `${first.message} (${counted(count, "time")})` },
    );
  }
}

/** Flaws of an object in today's version, at their places in the one that was written. */
function writtenFlaws(
  kind: Kind,
  written: Manifest,
  flaws: readonly ObjectFlaw[],
): readonly ObjectFlaw[] {
  return flaws.map((flaw) => ({ ...flaw, path: writtenPath(kind, written, flaw.path) }));
}

/** What is wrong in both the written version and today's is one flaw. */
function withoutTwins(flaws: readonly ObjectFlaw[]): readonly ObjectFlaw[] {
  const seen = new Set<string>();
  return flaws.filter(({ path, message }) => {
    const key = JSON.stringify([path, message]);
    return seen.size < seen.add(key).size;
  });
}

/** The path says the key: it is no value worth showing. */
function toldAt(issueAt: IssueAt, path: Path, message: string): Issue {
  return { ...issueAt(path, message, true), value: "" };
}

/** Values of an object in today's version that the API server could not read. */
export function typeFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  return typeIssues(manifest).map(flawOf);
}
