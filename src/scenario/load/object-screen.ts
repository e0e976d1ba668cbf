import { KINDS } from "../../api/kinds.js";
import { kindSlip } from "../../api/known-kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf, toCurrentVersion } from "../../api/legacy-versions.js";
import { schemaOf } from "../../api/schemas/schema.js";
import {
  type DroppedField,
  screen,
  typeIssues,
  type UnknownField,
} from "../../api/schemas/screen.js";
import type { ServedVersion } from "../../api/schemas/served-fields.js";
import { counted } from "../../base/counted.js";
import type { CoverageReport } from "../coverage.js";
import { type Issue, placeText } from "../issue.js";
import type { Target } from "../schema/scenario.js";
import { flawOf, type ObjectFlaw } from "./object-flaw.js";
import type { Path } from "./yaml-source.js";

/** An issue at a key of what was read. */
export type IssueAt = (path: Path, message: string, atKey: true) => Issue;

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
  private readonly dropped = new Map<string, { readonly first: Issue; count: number }>();

  constructor(
    private readonly version: ServedVersion,
    private readonly coverage: CoverageReport,
  ) {}

  /** Keys that are no fields, each with its place; many of one field are told of by the first. */
  unknownFields(): readonly Issue[] {
    return [...this.unknown.values()].flat();
  }

  /** One note for each field that the simulated version does not serve. */
  droppedFields(): readonly Issue[] {
    return [...this.dropped.values()].map(({ first, count }) =>
      count === 1 ? first : { ...first, message: `${first.message} (${counted(count, "time")})` },
    );
  }

  /** An object as it was written, and what keeps the API server from taking it. */
  object(written: Manifest, reading: Reading): ScreenedObject {
    const { issueAt, check } = reading;
    const slip = kindSlip(written.apiVersion, written.kind);
    if (slip !== null) {
      return { manifest: written, flaws: [{ path: [slip.field], message: slip.message }] };
    }
    const definition = schemaOf(written.apiVersion, written.kind);
    const kind = kindOf(written.apiVersion, written.kind);
    if (definition === undefined) {
      const manifest = kind === undefined ? written : toCurrentVersion(kind, written);
      return { manifest, flaws: check(manifest) };
    }
    const { value, wrong, unknown, dropped } = screen(written, definition, this.version);
    const strangers = this.rememberUnknown(written, unknown, reading);
    this.rememberDropped(dropped, issueAt);
    const manifest = kind === undefined ? value : toCurrentVersion(kind, value);
    const mistyped = [
      ...wrong.map(flawOf),
      ...(manifest.apiVersion === written.apiVersion ? [] : typeFlaws(manifest)),
    ];
    const flaws = mistyped.length > 0 ? mistyped : check(manifest);
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
    const strangers = this.rememberUnknown(whole, unknown, { issueAt, isState: false });
    this.rememberDropped(dropped, issueAt);
    this.coverage.add(whole);
    return { patch: value, strangers };
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
      const known = this.dropped.get(key);
      if (known !== undefined) {
        known.count += 1;
        continue;
      }
      const why = gate === "" ? definition : `${definition}, feature gate ${gate}`;
      const message = `Kubernetes 1.${this.version.minor} does not serve this field (${why}): it is dropped, as its API server does; ${this.laterText(gate, from)}`;
      this.dropped.set(key, { first: toldAt(issueAt, path, message), count: 1 });
    }
  }
}

/** The path says the key: it is no value worth showing. */
function toldAt(issueAt: IssueAt, path: Path, message: string): Issue {
  return { ...issueAt(path, message, true), value: "" };
}

/** Values of an object in today's version that the API server could not read. */
export function typeFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  return typeIssues(manifest).map(flawOf);
}
