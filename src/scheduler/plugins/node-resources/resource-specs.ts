import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ResourceSpec } from "./resource-allocation.js";

const DEFAULT: readonly ResourceSpec[] = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

export interface ResourceRules {
  readonly maxWeight: number;
  /** What is said of a weight that is not from 1 to that. */
  weightDetail(name: string): string;
  /** Whether a resource may be named more than once. */
  readonly repeats: boolean;
}

/** `resources` of a strategy; cpu and memory where it has none. */
export function readResourceSpecs(
  reader: ObjectReader | null,
  { maxWeight, weightDetail, repeats }: ResourceRules,
): readonly ResourceSpec[] {
  const specs: ResourceSpec[] = [];
  for (const resource of reader?.objects("resources", ["name", "weight"]) ?? []) {
    const name = resource.string("name") ?? "";
    if (name === "") resource.issues.required(resource.at("name"));
    else if (!repeats && specs.some((spec) => spec.name === name)) {
      resource.issues.duplicate(resource.at("name"), name);
    }
    const range = { min: 1, max: maxWeight, detail: weightDetail(name) };
    // A weight of 0 is one that was not given.
    const given = resource.raw("weight") === 0 ? 1 : resource.integer("weight", range);
    specs.push({ name, weight: given ?? 1 });
  }
  return specs.length === 0 ? DEFAULT : specs;
}
