import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** What is read of one property of Kubernetes' OpenAPI document. */
export interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly enum?: readonly string[];
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}

export interface Definition extends Property {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** `api/openapi-spec/swagger.json` of one version of the Go module k8s.io/kubernetes. */
export interface OpenApiDocument {
  /** `37` for 1.37. */
  readonly minor: number;
  readonly definitions: Readonly<Record<string, Definition>>;
}

/** `37` of `…/kubernetes@v1.37.2`. */
export function minorOfModule(folder: string): number {
  const match = /@v1\.(\d+)\./.exec(basename(folder));
  if (match === null) {
    throw new Error(`${folder}: expected the folder of a Go module such as kubernetes@v1.37.2`);
  }
  return Number(match[1]);
}

/** The documents of those modules, the oldest first. */
export function readDocuments(folders: readonly string[]): readonly OpenApiDocument[] {
  return folders
    .map((folder) => {
      const text = readFileSync(`${folder}/api/openapi-spec/swagger.json`, "utf8");
      const { definitions } = JSON.parse(text) as Pick<OpenApiDocument, "definitions">;
      return { minor: minorOfModule(folder), definitions };
    })
    .sort((a, b) => a.minor - b.minor);
}

/** `io.k8s.api.core.v1.Pod` of a reference to it. */
export function referred({ $ref }: Property): string | undefined {
  return $ref?.replace("#/definitions/", "");
}

/** The API version and kind that a definition is the whole object of; none for parts of objects. */
export function objectsOf(definition: Definition): readonly { apiVersion: string; kind: string }[] {
  const metadata = definition.properties?.metadata;
  if (metadata === undefined || !referred(metadata)?.endsWith(".meta.v1.ObjectMeta")) return [];
  return (definition["x-kubernetes-group-version-kind"] ?? []).map(({ group, version, kind }) => ({
    apiVersion: group === "" ? version : `${group}/${version}`,
    kind,
  }));
}
