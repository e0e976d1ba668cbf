import type { InputFiles } from "./input-files.js";

/** The files of `requires` that are not there; null when none is missing. */
export async function missingFiles(
  root: Readonly<Record<string, unknown>>,
  inputs: InputFiles,
): Promise<{ readonly name: string; readonly missing: readonly string[] } | null> {
  const { requires } = (root.spec ?? {}) as { requires?: unknown };
  if (!Array.isArray(requires)) return null;
  const missing: string[] = [];
  for (const name of requires) {
    if (typeof name !== "string" || name.includes("\0")) return null;
    const { kind } = await inputs.files.look(inputs.find(name).path);
    if (kind === "missing") missing.push(name);
  }
  const { name } = (root.metadata ?? {}) as { name?: unknown };
  return missing.length === 0 ? null : { name: String(name ?? ""), missing };
}
