import { nearName } from "../../base/near-name.js";
import type { Manifest } from "../kubernetes.js";
import { type FieldIssue, FieldIssues } from "../validation/field-issue.js";
import { scalarError } from "./scalar-error.js";
import { type Definition, type Field, schemaOf, type ValueType } from "./schema.js";
import { type ServedVersion, type Unserved, unserved } from "./served-fields.js";

type Path = readonly (string | number)[];
type Loose = Readonly<Record<string, unknown>>;

/** A key that Kubernetes' schema does not have at that place. */
export interface UnknownField {
  readonly path: Path;
  /** Of what it would be a field, `Toleration`. */
  readonly definition: string;
  /** The field that was meant, where one is near; empty otherwise. */
  readonly meant: string;
}

/** A field that the simulated version's API server takes away. */
export interface DroppedField extends Unserved {
  readonly path: Path;
  readonly definition: string;
}

export interface Screened<T> {
  /** What is left: without unknown and dropped fields; the same value where nothing went. */
  readonly value: T;
  /** Values of a type that the API server cannot read. */
  readonly wrong: readonly FieldIssue[];
  readonly unknown: readonly UnknownField[];
  readonly dropped: readonly DroppedField[];
}

interface ScreenOptions extends Partial<ServedVersion> {
  /**
   * The value is a strategic merge patch: it may take fields away and has directives, and what it leaves
   * is read later, so that types are not looked at.
   */
  readonly isPatch?: boolean;
}

/** Looks at every key of an object, or of a patch of one, by its schema. */
export function screen<T>(
  value: T,
  definition: Definition,
  options: ScreenOptions = {},
): Screened<T> {
  const { minor, gates = {}, isPatch = false } = options;
  // Without a version nothing is dropped.
  const walk = new Walk(minor === undefined ? null : { minor, gates }, isPatch);
  const left = walk.object(value, definition, "") as T;
  return { value: left, wrong: walk.wrong.list, unknown: walk.unknown, dropped: walk.dropped };
}

/**
 * What the API server could not even decode of an object: fields of the wrong type, quantities and times
 * that are none. A manifest without such issues may be given to `fromManifest`, defaulted and validated.
 * A kind that is not Kubernetes' own has none.
 */
export function typeIssues(manifest: Pick<Manifest, "apiVersion" | "kind">): readonly FieldIssue[] {
  const definition = schemaOf(manifest.apiVersion, manifest.kind);
  return definition === undefined ? [] : screen(manifest, definition).wrong;
}

/** Stands for a field that goes. */
const GONE = Symbol("gone");
/** Directives of strategic merge patches that stand before the name of a field. */
const FIELD_DIRECTIVE = /^\$(?:setElementOrder|deleteFromPrimitiveList)\//;
/** Letters of a field that say which is meant. */
const MIN_BEGINNING = 3;
const DIRECTIVES: readonly string[] = ["$patch", "$retainKeys"];

class Walk {
  readonly wrong = new FieldIssues();
  readonly unknown: UnknownField[] = [];
  readonly dropped: DroppedField[] = [];
  private readonly path: (string | number)[] = [];
  /** The same as text, `.spec`, `[0]` and `[cpu]`. */
  private readonly pathText: string[] = [];

  constructor(
    private readonly version: ServedVersion | null,
    private readonly isPatch: boolean,
  ) {}

  object(value: unknown, definition: Definition, holder: string): unknown {
    if (!isMap(value)) return this.mistyped(value, "must be an object with named fields");
    let changed: Record<string, unknown> | undefined;
    for (const key of Object.keys(value)) {
      const inside = value[key];
      this.enter(key, `.${key}`);
      const left = this.field(key, inside, definition, holder);
      this.leave();
      if (left === inside) continue;
      changed ??= { ...value };
      if (left === GONE) delete changed[key];
      else changed[key] = left;
    }
    return changed ?? value;
  }

  private field(key: string, value: unknown, definition: Definition, holder: string): unknown {
    const field = definition.fields.get(key);
    if (field === undefined) return this.stranger(key, value, definition);
    if (value === null || value === undefined) return value;
    if (this.version !== null) {
      const reason = unserved({ definition, field, holder }, value, this.version);
      if (reason !== null) {
        this.dropped.push({ ...reason, path: [...this.path], definition: definition.name });
        return GONE;
      }
    }
    return this.typed(value, field.type, { definition, field });
  }

  private stranger(key: string, value: unknown, definition: Definition): unknown {
    if (this.isPatch) {
      if (DIRECTIVES.includes(key)) return value;
      const name = key.replace(FIELD_DIRECTIVE, "");
      if (name !== key && definition.fields.has(name)) return value;
    }
    const meant = fieldMeant(key, [...definition.fields.keys()]);
    this.unknown.push({ path: [...this.path], definition: definition.name, meant });
    return GONE;
  }

  private typed(
    value: unknown,
    type: ValueType,
    at: { readonly definition: Definition; readonly field: Field },
  ): unknown {
    if (typeof type === "string") {
      const detail = this.isPatch ? undefined : scalarError(type, value);
      return detail === undefined ? value : this.mistyped(value, detail);
    }
    if ("object" in type) {
      return this.object(value, type.object, `${at.definition.name}.${at.field.name}`);
    }
    return "listOf" in type ? this.list(value, type.listOf, at) : this.map(value, type.mapOf, at);
  }

  private list(value: unknown, type: ValueType, at: Parameters<Walk["typed"]>[2]): unknown {
    if (!Array.isArray(value)) return this.mistyped(value, "must be a list");
    let changed: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i];
      this.enter(i, `[${i}]`);
      const left = this.element(element, type, at);
      this.leave();
      if (left === element) continue;
      changed ??= [...(value as unknown[])];
      changed[i] = left;
    }
    return changed ?? value;
  }

  private map(value: unknown, type: ValueType, at: Parameters<Walk["typed"]>[2]): unknown {
    if (!isMap(value)) return this.mistyped(value, "must be an object with named fields");
    let isSame = true;
    const entries = Object.entries(value).map(([key, element]): [string, unknown] => {
      this.enter(key, `[${key}]`);
      const left = this.element(element, type, at);
      this.leave();
      isSame &&= left === element;
      return [key, left];
    });
    return isSame ? value : Object.fromEntries(entries);
  }

  private element(value: unknown, type: ValueType, at: Parameters<Walk["typed"]>[2]): unknown {
    if (value !== null && value !== undefined) return this.typed(value, type, at);
    const empty = this.isPatch ? undefined : readFromNull(type);
    return empty ?? this.mistyped(value, "must not be null");
  }

  private mistyped(value: unknown, detail: string): unknown {
    if (!this.isPatch) {
      this.wrong.typeInvalid(this.pathText.join("").replace(/^\./, ""), value, detail);
    }
    return value;
  }

  private enter(part: string | number, text: string): void {
    this.path.push(part);
    this.pathText.push(text);
  }

  private leave(): void {
    this.path.pop();
    this.pathText.pop();
  }
}

/**
 * What Go's decoder makes of a null that stands for a value of a map or an element of a list, which, other than a field,
 * is not left out: what that type begins as. Undefined where what it begins as is no value that is taken.
 */
function readFromNull(type: ValueType): string | number | boolean | undefined {
  switch (type) {
    case "string":
      return "";
    case "quantity":
      return "0";
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "number":
      return 0;
    default:
      return undefined;
  }
}

/** Half of the letters may be others; or the key is the beginning of the only field that begins so. */
export function fieldMeant(key: string, fields: readonly string[]): string {
  const near = nearName(key, fields, Math.max(1, Math.floor(key.length / 2)));
  if (near !== "" || key.length < MIN_BEGINNING) return near;
  const [whole = "", another] = fields.filter((field) => field.startsWith(key));
  return another === undefined ? whole : "";
}

function isMap(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
