import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ResourceSpec } from "./resource-allocation.js";

const DEFAULT: readonly ResourceSpec[] = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

/** `resources` of a strategy: each name once, with a weight from 1 to `maxWeight`. */
export function readResourceSpecs(
  reader: ObjectReader | null,
  maxWeight: number,
): readonly ResourceSpec[] {
  const specs: ResourceSpec[] = [];
  for (const resource of reader?.objects("resources", ["name", "weight"]) ?? []) {
    const name = resource.string("name") ?? "";
    if (name === "") resource.issues.required(resource.at("name"));
    else if (specs.some((spec) => spec.name === name)) {
      resource.issues.duplicate(resource.at("name"), name);
    }
    // A weight of 0 is one that was not given.
    const given =
      resource.raw("weight") === 0 ? 1 : resource.integer("weight", { min: 1, max: maxWeight });
    specs.push({ name, weight: given ?? 1 });
  }
  return specs.length === 0 ? DEFAULT : specs;
}
