import { parseAllDocuments } from "yaml";

/** What is read of a schema in a CustomResourceDefinition. */
interface CustomSchema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, CustomSchema>>;
  readonly required?: readonly string[];
  readonly items?: CustomSchema;
  readonly additionalProperties?: CustomSchema | boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: CustomSchema };
    }[];
  };
}

/** Parts of which Kubernetes' own documents have the definition, by kind and path. */
const KUBERNETES_OWN: ReadonlyMap<string, string> = new Map([
  [
    "ScaledObject.spec.advanced.horizontalPodAutoscalerConfig.behavior",
    "HorizontalPodAutoscalerBehavior",
  ],
  ["ScaledJob.spec.jobTargetRef", "JobSpec"],
  ["VerticalPodAutoscaler.spec.targetRef", "CrossVersionObjectReference"],
]);

/** Kinds of CustomResourceDefinitions, of the versions that are served, in the form that `src/api/schemas/schema.ts` reads. */
export function customDefinitions(files: readonly string[]): {
  readonly kinds: string;
  readonly definitions: string;
} {
  const kinds = new Map<string, string[]>();
  const lines = new Map<string, string>();
  const documents = files.flatMap((file) => parseAllDocuments(file));
  for (const document of documents) {
    const { spec } = document.toJS() as CustomResourceDefinition;
    const { kind } = spec.names;
    for (const { name: version, served, schema } of spec.versions) {
      if (!served) continue;
      const apiVersion = `${spec.group}/${version}`;
      kinds.set(apiVersion, [...(kinds.get(apiVersion) ?? []), kind]);
      new Definer(lines).define(kind, kind, schema.openAPIV3Schema);
    }
  }
  const texts = [...lines].map(([name, fields]) => `${name} ${fields}`.trimEnd()).sort();
  const byVersion = [...kinds].map(([version, names]) => `${version} ${names.sort().join(" ")}`);
  return { kinds: byVersion.sort().join("\n"), definitions: texts.join("\n") };
}

/** Writes a line for each object with fields, named by the kind and the path to it. */
class Definer {
  constructor(private readonly lines: Map<string, string>) {}

  define(name: string, path: string, schema: CustomSchema): void {
    const required = new Set(schema.required);
    const fields = Object.keys(schema.properties ?? {})
      .sort()
      .map((field) => {
        const type = this.typeOf(schema.properties![field]!, {
          name: name + field[0]!.toUpperCase() + field.slice(1),
          path: `${path}.${field}`,
        });
        return `${required.has(field) ? "!" : ""}${field}:${type}`;
      });
    this.lines.set(name, fields.join(" "));
  }

  private typeOf(
    schema: CustomSchema,
    at: { readonly name: string; readonly path: string },
  ): string {
    const own = KUBERNETES_OWN.get(at.path);
    if (own !== undefined) return own;
    if (at.path.split(".").length === 2 && at.path.endsWith(".metadata")) return "ObjectMeta";
    if (schema["x-kubernetes-int-or-string"] === true)
      return schema.pattern === undefined ? "n" : "q";
    if (schema.items !== undefined) return `[${this.typeOf(schema.items, at)}]`;
    if (schema.properties !== undefined) {
      this.define(at.name, at.path, schema);
      return at.name;
    }
    if (typeof schema.additionalProperties === "object") {
      return `{${this.typeOf(schema.additionalProperties, at)}}`;
    }
    return scalarOf(schema);
  }
}

function scalarOf({ type, format }: CustomSchema): string {
  switch (type) {
    case "string":
      return format === "date-time" ? "t" : "s";
    case "boolean":
      return "b";
    case "integer":
      return format === "int32" ? "i" : "l";
    case "number":
      return "f";
    default:
      return "*";
  }
}
