import { stringify } from "yaml";
import type { Manifest } from "../api/kubernetes.js";
import { withoutSecrets } from "./without-secrets.js";

type Json = Readonly<Record<string, unknown>>;

const TEMPLATE_HASH = "pod-template-hash";
/** Tells templates apart that differ only in what a dump leaves out. */
const TEMPLATE_MARK = "seatrial.dev/template";
/** As kubectl reads them: texts such as `on` and `010` are quoted. */
const YAML_1_1 = { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false } as const;

/**
 * The objects as `kubectl get … -A -o yaml` prints them (JSON for a file that is called `.json`), in
 * pieces: a List, less environment values, foreign annotations, and the data of Secrets.
 */
export function* stateDump(objects: Iterable<Manifest>, fileName: string): Iterable<string> {
  const templates = new TemplateMarks();
  const isJson = fileName.endsWith(".json");
  yield isJson ? '{\n"apiVersion": "v1",\n"kind": "List",\n"items": [' : "apiVersion: v1\nitems:";
  let isFirst = true;
  for (const object of objects) {
    const shown = templates.marked(object);
    if (isJson) yield `${isFirst ? "" : ","}\n${JSON.stringify(shown)}`;
    else yield yamlItem(shown);
    isFirst = false;
  }
  if (isJson) yield "\n]\n}\n";
  else yield `${isFirst ? " []" : ""}\nkind: List\nmetadata:\n  resourceVersion: ""\n`;
}

function yamlItem(object: unknown): string {
  const lines = stringify(object, YAML_1_1).trimEnd().split("\n");
  return `\n- ${lines.map((line) => (line === "" ? "" : line)).join("\n  ")}`;
}

/** Numbers of pod templates that look alike once environment values and annotations are gone. */
class TemplateMarks {
  /** Templates as they were, by what is left of them. */
  private readonly originals = new Map<string, string[]>();

  marked(object: Manifest): unknown {
    const shown = withoutSecrets(object, (name) => name) as Json;
    const template = templateOf(object);
    const left = templateOf(shown);
    if (template === undefined || left === undefined) return shown;
    const number = this.numberOf(template, left);
    if (number === 0) return shown;
    const metadata = (left.metadata ?? {}) as Json;
    const annotations = { ...(metadata.annotations as Json), [TEMPLATE_MARK]: String(number) };
    const marked = { ...left, metadata: { ...metadata, annotations } };
    return { ...shown, spec: { ...(shown.spec as Json), template: marked } };
  }

  private numberOf(template: Json, left: Json): number {
    const key = comparable(left);
    const text = comparable(template);
    const known = this.originals.get(key) ?? [];
    this.originals.set(key, known);
    const at = known.indexOf(text);
    return at < 0 ? known.push(text) - 1 : at;
  }
}

function templateOf({ spec }: Json): Json | undefined {
  return (spec as { readonly template?: Json } | undefined)?.template;
}

/** A ReplicaSet's template has a label that its Deployment's has not. */
function comparable(template: Json): string {
  return JSON.stringify(template, (key, inner: unknown) => {
    if (key === TEMPLATE_HASH) return undefined;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
