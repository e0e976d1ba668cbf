import { OWN_POINTS, type PluginDefinition } from "./define-plugin.js";

const NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** What is wrong with what a module exports as a plugin, and what would be right; null if nothing is. */
export function definitionFlaw(value: unknown): string | null {
  if (typeof value !== "object" || value === null) {
    return "expected `export default definePlugin({ name, extensionPoints, create })`";
  }
  const { name, extensionPoints, args, create } = value as Partial<PluginDefinition>;
  if (typeof name !== "string" || !NAME.test(name)) {
    return `name: expected letters, digits and . _ -, beginning with a letter, not ${told(name)}`;
  }
  const points = Object.keys(OWN_POINTS);
  if (!Array.isArray(extensionPoints) || extensionPoints.length === 0) {
    return `${name}: extensionPoints: expected a list of some of ${points.join(", ")}`;
  }
  for (const point of extensionPoints) {
    if (points.includes(String(point))) continue;
    return `${name}: extensionPoints: ${told(point)} is none of ${points.join(", ")}`;
  }
  if (args !== undefined && typeof args !== "function") return `${name}: args: expected a function`;
  if (typeof create !== "function") return `${name}: create: expected a function`;
  return null;
}

/** A value as a message shows it. */
export function told(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
