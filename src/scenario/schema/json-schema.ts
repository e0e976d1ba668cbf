import { z } from "zod";
import { scenarioDocument } from "./document.js";
import { experimentDocument } from "./experiment.js";
import { DEFAULT_KEYWORD } from "./leaf.js";

/** The part of JSON Schema that scenarios are described with. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  /** Where a default comes from: upstream, measured, or assumed. */
  readonly "x-source"?: string;
  /** A key that is refused by name. */
  readonly "x-not-supported"?: boolean;
}

/** The form of a scenario file, for editors and for the reference. */
export function scenarioJsonSchema(): JsonSchema {
  return { title: "seatrial scenario", ...jsonSchemaOf(scenarioDocument) };
}

/** The form of an experiment file, for editors. */
export function experimentJsonSchema(): JsonSchema {
  return { title: "seatrial experiment", ...jsonSchemaOf(experimentDocument) };
}

function jsonSchemaOf(document: z.ZodType): JsonSchema {
  return z.toJSONSchema(document, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (!(DEFAULT_KEYWORD in jsonSchema)) return;
      jsonSchema.default = jsonSchema[DEFAULT_KEYWORD];
      delete jsonSchema[DEFAULT_KEYWORD];
    },
  }) as JsonSchema;
}
