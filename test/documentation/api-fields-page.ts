import { FIELD_GATES } from "../../src/api/schemas/field-gates.js";
import { type FieldGate, FIELDS_BY_GATE } from "../../src/api/schemas/gated-fields.js";

/** The page of what the API server knows: rules, and the table of fields behind gates. */
export function apiFieldsPage(): string {
  const rows = Object.entries(FIELDS_BY_GATE).map(([gate, fields]) => {
    const listed = fields.map((field) => `\`${field}\``).join(", ");
    return `| \`${gate}\` | ${versionsText(FIELD_GATES[gate as FieldGate])} | ${listed} |`;
  });
  return `${RULES}
| gate | on in | fields |
| --- | --- | --- |
${rows.join("\n")}
`;
}

function versionsText({
  from,
  to,
}: {
  readonly from: number | null;
  readonly to?: number;
}): string {
  if (from === null) return "none";
  return to === undefined ? `1.${from} and later` : `1.${from} to 1.${to}`;
}

const RULES = `# What the API server knows

Code: \`src/api/schemas\`. The table is generated from \`gated-fields.ts\` (\`npm run schema\`); the schemas and the versions of gates are
generated from the Go modules k8s.io/kubernetes, one of each minor version (\`npm run kubernetes-schemas -- DIR…\`, the folders of the modules
v1.15 and v1.24 to v1.37).

## Rules

1. Every key of an object of Kubernetes' own kinds, in every API version that 1.24 to 1.37 serve and in those of 1.15, is looked up in the
   schema of \`api/openapi-spec\`: in manifests, items of Lists, dumps, templates of generators, patches of a scenario, and what a timeline
   applies or patches. Custom resources are not looked at.
2. A key that the schema does not have is told with its place, and with the field that was meant where one is near; it is not read. \`run\` counts it as
   not modelled, with the effect \`placement\`; \`none\` where its kind has none, and in a manifest's \`status\`, which the server does not take.
   \`--strict\` ends with 1, as \`kubectl apply\` refuses such an object (strict field validation, KEP-2885). \`validate\` tells it with a note.
   Where the object is refused for something else, the key stands among the reasons.
3. A value of another type than the schema's is refused, with its path: what the server could not decode. Whole numbers have 32 or
   64 bits as in the schema; null is as good as absent, but not in a list.
4. A field that the simulated version's document does not have, or whose feature gate is off in it by default, is dropped, as the server drops it before it
   stores an object (\`dropDisabledFields\` of each kind's strategy), and told in one note for each field. Fields of an older API version are looked up in
   that version's schema.
5. Strategic merge patches take merge keys and strategies from the same document; a map with the strategy \`replace\` (the selector of a
   budget) is replaced.

## Known deviations

- A field that is dropped is dropped from an object that had it under another version too (a dump): a live server keeps what is in use.
- Of a label selector's or a volume's source nothing more is known than its fields: what excludes what is for the validation, which knows modelled fields only.
- Base64 in Secrets and the content of CustomResourceDefinitions are not checked.
- A claim whose \`dataSourceRef\` names a namespace keeps the reference, which nobody reads (gate CrossNamespaceVolumeDataSource).

## Fields behind feature gates
`;
