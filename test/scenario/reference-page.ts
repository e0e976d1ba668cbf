import type { JsonSchema } from "../../src/scenario/schema/json-schema.js";

/** `docs/scenario-reference.md` from the schema: a table for every map of a scenario. */
export function referencePage(schema: JsonSchema): string {
  const page = new Page(schema);
  page.map("spec", schema.properties!.spec!);
  return `${INTRODUCTION}\n${page.text()}\n${page.forms()}`;
}

const INTRODUCTION = `# Scenario reference

This page is generated from the schema (\`npm run schema\`), as is \`schema/scenario.schema.json\` for editors.

A scenario is one YAML document of at most 10 MB:

\`\`\`yaml
# yaml-language-server: $schema=../schema/scenario.schema.json
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata:
  name: a-dns-label
spec: {}
\`\`\`

Unknown keys are refused. Paths of files are relative to the file that names them; \`data:a/b.csv\` is looked up in the folder
that \`SEATRIAL_DATA\` names. Targets are \`namespace/Kind/name\`, where the namespace may be left out if it is \`default\`, and
objects without a namespace are \`Kind/name\`.

The column *from* says where the number of a default comes from: \`upstream\` (Kubernetes' own default), \`measured\`, or \`assumed\`.
Assumed numbers are worth setting from a cluster of one's own.
`;

const FORMS: Readonly<Record<string, string>> = {
  duration: "`500ms`, `90s`, `10m`, `2h30m`, `7d`; units d, h, m, s, ms, us",
  positiveDuration: "a duration longer than 0",
  instant: "a time with its zone, `2026-01-05T08:00:00Z`",
  rate: "`120/s`, `5/min`, `2/h`, `1/d`",
  cpu: "a Kubernetes quantity, `500m` or `4`",
  bytes: "a Kubernetes quantity, `16Gi`",
  positiveBytes: "a Kubernetes quantity above 0",
  quantity: "a Kubernetes quantity",
  name: "a DNS label: at most 63 of `a-z`, `0-9` and `-`",
  path: "a path, or `data:…`",
  target: "`namespace/Kind/name`",
};

class Page {
  private readonly sections: string[] = [];

  constructor(private readonly root: JsonSchema) {}

  text(): string {
    return this.sections.join("\n");
  }

  /** A section for the map, then one for every map below it. */
  map(path: string, schema: JsonSchema): void {
    const rows: string[] = [];
    const below: [string, JsonSchema][] = [];
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      const required = schema.required?.includes(key) && property["x-not-supported"] !== true;
      rows.push(this.row(key, property, required === true));
      // What stands elsewhere is not described twice.
      if (property.description?.startsWith("See `") === true) continue;
      const [inner, suffix] = this.innerMap(property);
      if (inner?.properties !== undefined && !isColumn(inner))
        below.push([`${path}.${key}${suffix}`, inner]);
    }
    const head = ["| key | form | default | from | |", "| --- | --- | --- | --- | --- |"];
    this.sections.push(`## \`${path}\`\n`, ...head, ...rows, "");
    for (const [innerPath, inner] of below) this.map(innerPath, inner);
  }

  /** The forms that the tables name, and the distributions. */
  forms(): string {
    const lines = Object.entries(FORMS).map(([name, form]) => `| *${name}* | ${form} |`);
    const distribution = this.root.$defs?.durationDistribution?.properties ?? {};
    const rows = Object.entries(distribution).map(([name, branch]) => {
      const parameters = Object.keys(branch.properties ?? {}).map((key) => `\`${key}\``);
      return `| \`${name}\` | ${parameters.join(", ")} | ${branch.description ?? ""} |`;
    });
    return [
      "## Forms\n",
      "| form | written as |",
      "| --- | --- |",
      ...lines,
      "",
      "## Distributions\n",
      "Wherever a distribution is allowed, a value by itself is a constant. Parameters have the unit of what is drawn:",
      "`start: { lognormal: { mean: 3s, cv: 0.4 } }`.\n",
      "| distribution | parameters | |",
      "| --- | --- | --- |",
      ...rows,
      "",
    ].join("\n");
  }

  private row(key: string, property: JsonSchema, required: boolean): string {
    if (property["x-not-supported"] === true) {
      return `| \`${key}\` | | | | ${property.description} |`;
    }
    const fallback =
      property.default === undefined
        ? required
          ? "required"
          : ""
        : `\`${shown(property.default)}\``;
    const description = (property.description ?? "").replaceAll("|", "\\|");
    const source = property["x-source"] ?? "";
    return `| \`${key}\` | ${this.form(property)} | ${fallback} | ${source} | ${description} |`;
  }

  /** The form of a value in a few words. */
  private form(schema: JsonSchema): string {
    const name = schema.$ref?.replace("#/$defs/", "");
    if (name !== undefined) return name.endsWith("Distribution") ? "distribution" : `*${name}*`;
    if (schema.const !== undefined) return `\`${String(schema.const)}\``;
    if (schema.enum !== undefined)
      return schema.enum.map((word) => `\`${String(word)}\``).join(" or ");
    if (schema.anyOf !== undefined) {
      const forms = schema.anyOf.map((one) => this.form(one));
      const readable = forms.includes("distribution")
        ? forms.filter((form) => form === "distribution" || form.startsWith("`"))
        : forms;
      return [...new Set(readable)].join(" or ");
    }
    if (schema.items !== undefined) return `list of ${this.form(schema.items)}`;
    if (schema.properties !== undefined) return "map";
    if (typeof schema.additionalProperties === "object") {
      const value = this.form(schema.additionalProperties);
      return value === "" ? "map" : `map to ${value}`;
    }
    const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
    return types.map((type) => TYPE_WORDS[type] ?? type).join(" or ");
  }

  /** The map that the value is, or is a list of. */
  private innerMap(schema: JsonSchema): [JsonSchema | undefined, string] {
    if (schema.items !== undefined) {
      const [inner, suffix] = this.innerMap(schema.items);
      return [inner, `[]${suffix}`];
    }
    if (schema.$ref !== undefined || schema["x-not-supported"] === true) return [undefined, ""];
    if (schema.properties !== undefined) return [schema, ""];
    for (const one of schema.anyOf ?? []) {
      const [inner, suffix] = this.innerMap(one);
      const supported = Object.values(inner?.properties ?? {}).some(
        (property) => property["x-not-supported"] !== true,
      );
      if (inner !== undefined && supported) return [inner, suffix];
    }
    return [undefined, ""];
  }
}

/** A trace's column: told where columns are. */
function isColumn(schema: JsonSchema): boolean {
  return Object.keys(schema.properties ?? {}).every((key) => key === "from" || key === "unit");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  boolean: "true or false",
  object: "map",
};

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
