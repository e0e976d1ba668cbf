import { experimentJsonSchema, scenarioJsonSchema } from "../../src/scenario/schema/json-schema.js";
import { typesFile } from "../api/schemas/types-file.js";
import { apiFieldsPage } from "../documentation/api-fields-page.js";
import { metricsPage } from "../documentation/metrics-page.js";
import { versionsPage } from "../documentation/versions-page.js";
import { referencePage } from "./reference-page.js";

/** Files that are generated from the schema and from tables, by their paths in the repository. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const schema = scenarioJsonSchema();
  return {
    "schema/scenario.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "schema/experiment.schema.json": `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`,
    "docs/metrics.md": metricsPage(),
    "docs/scenario-reference.md": referencePage(schema),
    "docs/model/api-fields.md": apiFieldsPage(),
    "docs/model/versions.md": versionsPage(),
    "src/api/schemas/types.ts": typesFile(),
  };
}
