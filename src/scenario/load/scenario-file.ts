import type { Issue } from "../issue.js";
import { scenarioDocument, type ScenarioDocument } from "../schema/document.js";
import { type JsonSchema, scenarioJsonSchema } from "../schema/json-schema.js";
import { flawsOf } from "../schema/zod-issues.js";
import { knownKeys } from "./known-keys.js";
import { applyOverrides, type Override } from "./overrides.js";
import { formatPath, showValue, valueAt } from "./value-path.js";
import { type Path, type Place, parseYaml, type YamlDocument } from "./yaml-source.js";

/** A scenario's text as a tree that may be changed, with the way back to lines and columns. */
export class ScenarioSource {
  private overrides: readonly Override[] = [];
  private readonly asWritten: unknown;

  private constructor(
    readonly file: string,
    /** Not shared with anybody: overrides and samples are laid into it. */
    readonly root: Record<string, unknown>,
    /** Null where no file holds the tree. */
    private readonly document: YamlDocument | null,
  ) {
    this.asWritten = structuredClone(root);
  }

  /** Exactly one document that is a map, or what is wrong. */
  static parse(text: string, file: string): ScenarioSource | readonly Issue[] {
    const { documents, issues } = parseYaml(text, { file });
    if (issues.length > 0) return issues;
    const whole = { file, line: 1, column: 1, path: "", value: "" };
    const [document, second] = documents;
    if (document === undefined) return [{ ...whole, message: "holds no document" }];
    if (second !== undefined) {
      const place = second.placeOf([]);
      return [
        { ...whole, ...place, message: "expected one scenario a file; this is a second document" },
      ];
    }
    const { value } = document;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const place = document.placeOf([]);
      return [
        { ...whole, ...place, value: showValue(value), message: "expected a scenario, a map" },
      ];
    }
    return new ScenarioSource(file, value as Record<string, unknown>, document);
  }

  /** A tree that no file holds; `file` says in messages where it comes from. */
  static made(root: Record<string, unknown>, file: string): ScenarioSource {
    return new ScenarioSource(file, root, null);
  }

  /** Lays `--set` settings over the tree. */
  override(settings: readonly string[]): readonly Issue[] {
    const { overrides, issues } = applyOverrides(this.root, settings);
    this.overrides = overrides;
    return issues;
  }

  /** An issue at a path of the tree: its line and column, or the setting that put it there. */
  issue(path: Path, message: string, atKey = false): Issue {
    const value = showValue(valueAt(this.root, path));
    const written = valueAt(this.asWritten, path) !== undefined;
    const setting = this.overrides.findLast(
      (one) => startsWith(path, one.path) || (!written && startsWith(one.path, path)),
    );
    const place =
      setting === undefined
        ? { file: this.file, ...this.placeOf(path, atKey) }
        : { file: `--set ${setting.text}`, line: 0, column: 0 };
    return { ...place, path: formatPath(path), value, message };
  }

  private placeOf(path: Path, atKey: boolean): Place {
    return this.document?.placeOf(path, atKey) ?? { line: 0, column: 0 };
  }

  /** Line of a path in the file, for what is read from there. */
  lineOf(path: Path): number {
    return this.placeOf(path, false).line;
  }

  /** True where the tree has a list. */
  isList(path: Path): boolean {
    return Array.isArray(valueAt(this.root, path));
  }

  /** The tree by the schema, or every flaw in it. */
  validate(): ScenarioDocument | readonly Issue[] {
    const duplicates = [...duplicateNames(this.root), ...unreadKeys(this.root, [])].map(
      ({ path, message, atKey = false }) => this.issue(path, message, atKey),
    );
    const parsed = scenarioDocument.safeParse(this.root);
    if (parsed.success) return duplicates.length > 0 ? duplicates : parsed.data;
    let schema: JsonSchema | undefined;
    const flaws = flawsOf(parsed.error.issues, (path) => {
      schema ??= scenarioJsonSchema();
      return knownKeys(schema, path);
    });
    const issues = flaws.map(({ path, message, atKey }) => this.issue(path, message, atKey));
    const inOrder = (a: Issue, b: Issue): number => a.line - b.line || a.column - b.column;
    return [...issues, ...duplicates].sort(inOrder);
  }
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((part, i) => part === path[i]);
}

/** Parts of a scenario that are objects of Kubernetes: the reader of those knows their keys. */
const OBJECT_KEYS: ReadonlySet<string> = new Set(["template", "patch", "apply"]);

/** A key that a reader of maps would pass over in silence. */
function* unreadKeys(
  value: unknown,
  path: Path,
): Generator<{ readonly path: Path; readonly message: string; readonly atKey: true }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inside] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__") {
      yield { path: at, message: "no label, resource or field is called so", atKey: true };
    } else if (!OBJECT_KEYS.has(key)) yield* unreadKeys(inside, at);
  }
}

const NAMED_LISTS: readonly Path[] = [
  ["spec", "cluster", "nodePools"],
  ["spec", "patches"],
  ["spec", "generators"],
];

/** Elements of a named list that bear the name of one before them. */
function duplicateNames(
  root: unknown,
): readonly { path: Path; message: string; atKey?: boolean }[] {
  return NAMED_LISTS.flatMap((list) => {
    const elements = valueAt(root, list);
    if (!Array.isArray(elements)) return [];
    const first = new Map<unknown, number>();
    return elements.flatMap((element, i) => {
      const name = valueAt(element, ["name"]);
      const before = first.get(name);
      if (before === undefined) first.set(name, i);
      if (before === undefined || typeof name !== "string") return [];
      const message = `the name \`${name}\` is taken by element ${before} of this list: give each a name of its own`;
      return [{ path: [...list, i, "name"], message }];
    });
  });
}
