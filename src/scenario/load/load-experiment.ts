import { dirname, join } from "node:path";
import type { Issue } from "../issue.js";
import { type ExperimentDocument, experimentDocument } from "../schema/experiment.js";
import { type AxisItem, expandVariants, type VariantPlan } from "../variants.js";
import type { FileSystem } from "./file-system.js";
import { type ReadDocument, readDocument } from "./read-document.js";
import type { Path } from "./yaml-source.js";

/** An experiment file, read: which variants of which scenario run under which seeds. */
export interface Experiment {
  readonly name: string;
  readonly path: string;
  /** Of the scenario, from the working folder. */
  readonly scenarioPath: string;
  readonly variants: readonly VariantPlan[];
  readonly seeds: readonly number[];
  /** Items of the axes that the others are compared with, `axis=item` joined by `,`; null where none is named. */
  readonly baseline: string | null;
  readonly metrics: readonly string[];
  readonly figures: readonly Readonly<Record<string, unknown>>[];
  /** Where a setting of a variant stands. */
  issueOfSetting(setting: string, message: string): Issue;
}

/** Reads an experiment file; or all that is wrong with it. The scenario itself is not read. */
export async function loadExperiment(
  files: FileSystem,
  path: string,
): Promise<Experiment | readonly Issue[]> {
  const read = await readDocument(files, path, experimentDocument);
  if (!("value" in read)) return read;
  const axes = axesOf(read.value);
  const issues = [...nameIssues(read, axes), ...matchIssues(read, axes)];
  if (issues.length > 0) return issues;
  const { spec, metadata } = read.value;
  const variants = expandVariants([...axes.values()], spec);
  if (variants.length === 0) {
    return [read.issueAt(["spec", "exclude"], "leaves no variant: every combination is excluded")];
  }
  const baseline = spec.baseline === undefined ? null : itemsText(spec.baseline);
  if (spec.baseline !== undefined && !variants.some((one) => matches(one, spec.baseline!))) {
    return [read.issueAt(["spec", "baseline"], "no variant has these items: all are excluded")];
  }
  return {
    name: metadata.name,
    path,
    scenarioPath: spec.scenario.startsWith("/")
      ? spec.scenario
      : join(dirname(path), spec.scenario),
    variants,
    seeds:
      typeof spec.seeds === "number"
        ? Array.from({ length: spec.seeds }, (_, i) => i + 1)
        : spec.seeds,
    baseline,
    metrics: spec.metrics ?? [],
    figures: spec.figures ?? [],
    issueOfSetting(setting, message) {
      for (const [axis, { items }] of axes) {
        const index = items.findIndex(({ settings }) => settings.includes(setting));
        if (index >= 0) return read.issueAt(["spec", "axes", axis, index], message);
      }
      return read.issueAt(["spec", "scenario"], message);
    },
  };
}

interface Axis {
  readonly name: string;
  readonly items: readonly AxisItem[];
}

function axesOf({ spec }: ExperimentDocument): Map<string, Axis> {
  return new Map(
    Object.entries(spec.axes).map(([name, list]) => {
      const items = list.map((item): AxisItem => {
        if (isNamed(item)) {
          const settings = Object.entries(item.set).map(([at, value]) => settingText(at, value));
          return { name: String(item.name), settings };
        }
        return { name: valueName(item), settings: [settingText(name, item)] };
      });
      return [name, { name, items }];
    }),
  );
}

function isNamed(item: unknown): item is { name: string | number; set: Record<string, unknown> } {
  return typeof item === "object" && item !== null && "name" in item && "set" in item;
}

function settingText(path: string, value: unknown): string {
  return `${path}=${JSON.stringify(value)}`;
}

function valueName(value: unknown): string {
  return typeof value === "object" ? "" : String(value);
}

function itemsText(items: Readonly<Record<string, unknown>>): string {
  return Object.entries(items)
    .map(([axis, item]) => `${axis}=${item}`)
    .join(",");
}

function matches({ assignment }: VariantPlan, items: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(items).every(([axis, item]) => assignment[axis] === String(item));
}

/** What may be a part of a folder's name, and is read back from it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

function nameIssues(read: ReadDocument<ExperimentDocument>, axes: Map<string, Axis>): Issue[] {
  const issues: Issue[] = [];
  for (const [axis, { items }] of axes) {
    const path: Path = ["spec", "axes", axis];
    if (!NAME.test(axis)) {
      const message =
        "expected a name of letters, digits and . _ + -, for it becomes part of a folder's name; give such an axis a name, and items `{ name, set: { path: value } }`";
      issues.push(read.issueAt(path, message, true));
    }
    for (const [i, { name }] of items.entries()) {
      if (!NAME.test(name)) {
        const message =
          "becomes part of a folder's name: write `{ name, set: { path: value } }`, with a name of letters, digits and . _ + -";
        issues.push(read.issueAt([...path, i], message));
      } else if (items.findIndex((other) => other.name === name) !== i) {
        issues.push(read.issueAt([...path, i], `the name ${name} is taken by an item before`));
      }
    }
  }
  return issues;
}

/** Combinations in include, exclude and baseline that name what no axis has. */
function matchIssues(read: ReadDocument<ExperimentDocument>, axes: Map<string, Axis>): Issue[] {
  const { include = [], exclude = [], baseline } = read.value.spec;
  const lists: [Path, Readonly<Record<string, unknown>>][] = [
    ...include.map((one, i): [Path, typeof one] => [["spec", "include", i], one]),
    ...exclude.map((one, i): [Path, typeof one] => [["spec", "exclude", i], one]),
    ...(baseline === undefined
      ? []
      : [[["spec", "baseline"], baseline] as [Path, typeof baseline]]),
  ];
  return lists.flatMap(([path, items]) =>
    Object.entries(items).flatMap(([axis, item]) => {
      const known = axes.get(axis)?.items.map(({ name }) => name);
      if (known?.includes(String(item))) return [];
      const message =
        known === undefined
          ? `there is no axis ${axis}: there are ${[...axes.keys()].join(", ")}`
          : `the axis has no item ${item}: there are ${known.join(", ")}`;
      return [read.issueAt([...path, axis], message, known === undefined)];
    }),
  );
}
