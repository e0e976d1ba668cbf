import type { GateSettings } from "../../api/feature-gates/gate-settings.js";
import { type Features, featuresOf } from "../../api/features.js";
import { kindOf } from "../../api/legacy-versions.js";
import { autoscalerGates } from "../../control/vertical-pod-autoscaler/autoscaler-flags.js";
import { PLUGIN_CATALOGUE } from "../../scheduler/plugins/registry.js";
import { ALL_PODS, CoverageReport } from "../coverage.js";
import { unknownMetric } from "../expectations.js";
import type { Issue } from "../issue.js";
import { loadModules, type MakeCatalogue } from "../modules/load-modules.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { loadTraffic } from "../traffic/load-traffic.js";
import { parseDuration } from "../units.js";
import { applyPatches } from "./apply-patches.js";
import { crossChecks } from "./cross-checks.js";
import { versionNotes } from "./dump-version.js";
import { loadEmpiricalSamples } from "./empirical.js";
import type { FileSystem } from "./file-system.js";
import { gateIssues, noteGates } from "./gate-checks.js";
import { gatherNotModelled } from "./gather-not-modelled.js";
import { InputFiles } from "./input-files.js";
import { limitRangeNotes } from "./limit-range-notes.js";
import type { LoadedScenario, LoadOutcome } from "./loaded-scenario.js";
import { placesOf } from "./manifests.js";
import { missingFiles } from "./missing-files.js";
import { ObjectLoader } from "./object-loader.js";
import { fileIssue, readText } from "./read-text.js";
import {
  gatesOf,
  minorOf,
  type RunOverrides,
  resolveScenario,
  runEnd,
} from "./resolve-scenario.js";
import { endIssues, notesOfTheEnd } from "./run-end.js";
import { ScenarioSource } from "./scenario-file.js";
import {
  CONFIG_KIND,
  defaultSchedulerConfig,
  loadSchedulerConfig,
  type TakenConfig,
} from "./scheduler-config.js";
import { newestTimeMicros } from "./snapshot.js";
import { streamIssues } from "./stream-issues.js";
import { textBlocks } from "./text-stream.js";
import type { Path } from "./yaml-source.js";

export interface LoadOptions extends RunOverrides {
  readonly files: FileSystem;
  /** Where `data:` paths are looked up. */
  readonly dataFolder: string;
  /** `path=value`, laid over the file in this order. */
  readonly settings?: readonly string[];
  /** Whether it is right that there are no nodes: manifests that are only checked. */
  readonly mayLackNodes?: boolean;
}

interface SourceOptions extends LoadOptions {
  /** What the user named, of which the scenario's tree was made. */
  readonly paths: readonly string[];
}

/** A scenario file of at most this much is read. */
const MAX_SCENARIO_BYTES = 10_000_000;

/**
 * Reads the scenario at `path` and every file that it names, checks all, and applies its patches.
 * Whatever is wrong is a list of issues with their places, all of a file together.
 */
export async function loadScenario(path: string, options: LoadOptions): Promise<LoadOutcome> {
  const { files, dataFolder } = options;
  const inputs = InputFiles.besides(files, path, dataFolder);
  const self = inputs.beside(path);
  const read = await readText(inputs.files, { ...self, maxBytes: MAX_SCENARIO_BYTES });
  if ("issue" in read) return { outcome: "refused", issues: [read.issue] };
  const source = ScenarioSource.parse(read.text, self.shown);
  if (!(source instanceof ScenarioSource)) return { outcome: "refused", issues: source };
  inputs.remember(self);
  return loadSource(source, inputs, { ...options, paths: [path] });
}

/** As {@link loadScenario}, from the scenario's tree. */
export async function loadSource(
  source: ScenarioSource,
  inputs: InputFiles,
  options: SourceOptions,
): Promise<LoadOutcome> {
  const wrongSettings = [...source.override(options.settings ?? []), ...untilIssues(options.until)];
  const missing = await missingFiles(source.root, inputs);
  if (missing !== null) return { outcome: "skipped", ...missing };
  const samples = await loadEmpiricalSamples(source, inputs);
  const document = source.validate();
  if (!("spec" in document)) {
    return { outcome: "refused", issues: [...wrongSettings, ...samples, ...document] };
  }
  const loader = new ScenarioLoader(source, document, inputs, options);
  const loaded = await loader.load([...wrongSettings, ...samples]);
  return Array.isArray(loaded)
    ? { outcome: "refused", issues: loaded }
    : { outcome: "loaded", loaded: loaded as LoadedScenario };
}

function untilIssues(until: string | undefined): readonly Issue[] {
  if (until === undefined || until === "idle") return [];
  const parsed = parseDuration(until);
  return "value" in parsed
    ? []
    : [fileIssue(`--until ${until}`, `${parsed.problem} (or write idle)`)];
}

class ScenarioLoader {
  private readonly issues: Issue[] = [];
  /** About what was read. */
  private readonly notes: Issue[] = [];
  private readonly coverage = new CoverageReport();
  private readonly minor: number;
  private readonly gates: GateSettings;
  private readonly features: Features;
  private readonly objects: ObjectLoader;
  private makeCatalogue: MakeCatalogue = () => PLUGIN_CATALOGUE;

  constructor(
    private readonly source: ScenarioSource,
    private document: ScenarioDocument,
    private readonly inputs: InputFiles,
    private readonly options: SourceOptions,
  ) {
    this.minor = minorOf(document);
    this.gates = gatesOf(document);
    const gates = this.gates.changed;
    this.features = featuresOf(this.minor, gates);
    const { issues, notes, features, coverage } = this;
    const version = { minor: this.minor, gates, features };
    const { flags } = document.spec.controlPlane?.controllerManager ?? {};
    this.objects = new ObjectLoader({
      ...{ source, inputs, version, coverage, issues, notes },
      autoscalerGates: autoscalerGates(flags),
    });
  }

  async load(before: readonly Issue[]): Promise<LoadedScenario | Issue[]> {
    const end = runEnd(this.document, this.options);
    const { until } = this.options;
    const ends = before.length > 0 ? [] : endIssues(this.source, this.document, { end, until });
    this.issues.push(...before, ...gateIssues(this.gates, this.source));
    noteGates(this.gates.changed, this.minor, this.coverage);
    const objects = await this.objects.readObjects(this.document);
    const schedulerConfig = await this.schedulerConfig();
    this.issues.push(...(await streamIssues(this.document.spec, this.source, this.inputs)));
    this.document = this.objects.screenOwnObjects(this.document);
    const { screen, checks } = this.objects;
    const patching = { source: this.source, screen, checks };
    this.issues.push(...applyPatches(this.document, objects, patching));
    gatherNotModelled(this.coverage, objects, this.document);
    const snapshot = objects.snapshot ?? [];
    // What cannot be found is no news where files could not be read.
    if (this.issues.length === 0) {
      const shownAs = (name: string): string => this.inputs.named(name).shown;
      const { mayLackNodes = false } = this.options;
      const known = { ...objects, snapshot, document: this.document, shownAs, mayLackNodes };
      this.issues.push(...crossChecks(this.source, known));
    }
    this.issues.unshift(...ends);
    if (schedulerConfig === null || this.issues.length > 0) return this.issues;
    const parts = {
      schedulerConfig: schedulerConfig.object,
      snapshotTimeMicros: newestTimeMicros(snapshot),
      applied: new Map([...objects.applied].map(([i, all]) => [i, all.filter(isKept)])),
    };
    const { inputs, makeCatalogue } = this;
    const scenario = resolveScenario(this.document, parts, this.options);
    const { kubernetesMinor } = scenario;
    const shownAs = (name: string): string => inputs.named(name).shown;
    const all = [...snapshot, ...objects.manifests, ...[...objects.applied.values()].flat()];
    const traffic = await loadTraffic({
      ...{ source: this.source, scenario, shownAs },
      timeline: this.document.spec.timeline ?? [],
      manifests: all.map(({ manifest }) => manifest),
      textOf: (name) => this.textOf(name),
    });
    if (!("rates" in traffic)) return [...traffic];
    return {
      traffic: traffic.traffic,
      rates: traffic.rates,
      usages: traffic.usages,
      paths: this.options.paths,
      scenario,
      schedulerConfiguration: schedulerConfig.configuration,
      makeCatalogue,
      snapshot: objects.snapshot?.filter(isKept) ?? null,
      nodes: objects.nodes,
      manifests: objects.manifests.filter(isKept),
      checkedObject: (manifest) => this.objects.checkedObject(manifest),
      notModelled: this.coverage.entries(),
      unknownFields: screen.unknownFields(),
      notes: [
        ...this.notes,
        ...traffic.trafficNotes,
        ...versionNotes([...snapshot, ...objects.nodes], kubernetesMinor, shownAs),
        ...screen.unserved(),
        ...screen.oddValues(),
        ...limitRangeNotes([...snapshot, ...objects.manifests], shownAs),
        ...notesOfTheEnd(this.source, this.document, scenario.end),
        ...scenario.expect.flatMap(({ metric }, i) => {
          const message = unknownMetric(metric);
          const path: Path = ["spec", "expect", i, "metric"];
          return message === null ? [] : [this.source.issue(path, `${message}: it cannot hold`)];
        }),
      ],
      inputHashes: () => inputs.hashes(),
      openText: (name) => textBlocks(inputs.files, inputs.find(name).path),
      shownAs,
      placesOf: (fields) => placesOf(inputs, fields),
      issueAt: (path, message) => this.source.issue(path, message),
    };
  }

  private async textOf(name: string): Promise<string | { readonly problem: string }> {
    const { inputs } = this;
    const file = inputs.find(name);
    const read = await readText(inputs.files, { ...file, maxBytes: MAX_SCENARIO_BYTES });
    if ("issue" in read) return { problem: `${file.shown}: ${read.issue.message}` };
    inputs.remember(file);
    return read.text;
  }

  /** Null when it is wrong. */
  private async schedulerConfig(): Promise<TakenConfig | null> {
    const { config, modules = [] } = this.document.spec.scheduler ?? {};
    const { source, inputs, minor, features } = this;
    const makeCatalogue = await loadModules(modules, { source, inputs });
    if (typeof makeCatalogue !== "function") {
      this.issues.push(...makeCatalogue);
      return null;
    }
    this.makeCatalogue = makeCatalogue;
    if (config === undefined) return defaultSchedulerConfig({ minor, features });
    const catalogue = makeCatalogue();
    const version = { minor, features };
    const read = await loadSchedulerConfig(config, { source, inputs, ...version, catalogue });
    if (!("configuration" in read)) {
      this.issues.push(...read);
      return null;
    }
    this.notes.push(...read.notes);
    for (const { path, name } of read.configuration.notModelled) {
      const what = { kind: CONFIG_KIND, field: path, effect: "placement" } as const;
      this.coverage.note(what, { text: name, podsOf: ALL_PODS });
    }
    return read;
  }
}

function isKept({ manifest }: LoadedObject): boolean {
  return kindOf(manifest.apiVersion, manifest.kind) !== undefined;
}
