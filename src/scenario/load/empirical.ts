import { csvRows } from "../../base/csv-rows.js";
import type { Issue } from "../issue.js";
import type { InputFiles } from "./input-files.js";
import { readText } from "./read-text.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

const MAX_SAMPLE_FILE_BYTES = 100_000_000;

interface EmpiricalKeys {
  readonly path?: unknown;
  readonly column?: unknown;
  readonly unit?: unknown;
}

/**
 * Puts the values of the files that `empirical` distributions name into the tree, as `values`, for
 * the schema to read; gives what is wrong with the files.
 */
export async function loadEmpiricalSamples(
  source: ScenarioSource,
  inputs: InputFiles,
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const { path, keys } of empiricalsIn(source.root, [])) {
    const { path: file, column, unit } = keys;
    if (typeof file !== "string" || typeof column !== "string" || file === "") continue;
    const values = await columnOf(inputs, { file, column });
    if (typeof values === "string") {
      issues.push(source.issue([...path, "path"], values));
      continue;
    }
    const suffix = typeof unit === "string" ? unit : "";
    const sample = values.map((value) => (suffix === "" ? value : `${value}${suffix}`));
    const bad = sample.length === 0 ? "the column has no values" : undefined;
    if (bad !== undefined) issues.push(source.issue([...path, "column"], bad));
    (keys as Record<string, unknown>).values = sample;
  }
  return issues;
}

function* empiricalsIn(
  value: unknown,
  path: Path,
): Generator<{ readonly path: Path; readonly keys: EmpiricalKeys }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inside] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const isSample = key === "empirical" && typeof inside === "object" && inside !== null;
    if (isSample && !Array.isArray(inside)) yield { path: at, keys: inside };
    else yield* empiricalsIn(inside, at);
  }
}

/** The column's values as text, without empty ones; or what is wrong. */
async function columnOf(
  inputs: InputFiles,
  from: { readonly file: string; readonly column: string },
): Promise<readonly string[] | string> {
  const file = inputs.find(from.file);
  const { path, shown } = file;
  const read = await readText(inputs.files, { path, shown, maxBytes: MAX_SAMPLE_FILE_BYTES });
  if ("issue" in read) return `${shown}: ${read.issue.message}`;
  const found = csvRows(read.text);
  if ("problem" in found) return `${shown}, line ${found.line}: ${found.problem}`;
  const rows = found.map((row) => row.map((field) => field.trim()));
  const header = rows[0] ?? [];
  const at = header.indexOf(from.column);
  if (at < 0) {
    return `${shown} has no column \`${from.column}\`: there are ${header.join(", ")}`;
  }
  inputs.remember(file);
  return rows.slice(1).flatMap((row) => (row[at] ? [row[at]] : []));
}
