import type { GateSettings } from "../../api/feature-gates/gate-settings.js";
import { type Features, featuresOf } from "../../api/features.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf } from "../../api/legacy-versions.js";
import type { NewObject } from "../../api/new-object.js";
import { versionOptions } from "../../api/validation/validation-options.js";
import { PLUGIN_CATALOGUE } from "../../scheduler/plugins/registry.js";
import { ALL_PODS, CoverageReport } from "../coverage.js";
import { unknownMetric } from "../expectations.js";
import type { Issue } from "../issue.js";
import { loadModules, type MakeCatalogue } from "../modules/load-modules.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { loadTraffic } from "../traffic/load-traffic.js";
import { parseDuration } from "../units.js";
import { applyPatches } from "./apply-patches.js";
import { crossChecks, duplicateObjects } from "./cross-checks.js";
import { versionNotes } from "./dump-version.js";
import { dumpedFlaws } from "./dumped-flaws.js";
import { loadEmpiricalSamples } from "./empirical.js";
import type { FileSystem } from "./file-system.js";
import { gateIssues, noteGates } from "./gate-checks.js";
import { gatherNotModelled, type Objects } from "./gather-not-modelled.js";
import { InputFiles, type NamedFile } from "./input-files.js";
import { limitRangeNotes } from "./limit-range-notes.js";
import type { LoadedScenario, LoadOutcome } from "./loaded-scenario.js";
import { loadManifests, type ObjectReader, placesOf } from "./manifests.js";
import { missingFiles } from "./missing-files.js";
import { manifestFlaws } from "./object-check.js";
import type { ObjectFlaw } from "./object-flaw.js";
import { ObjectScreen } from "./object-screen.js";
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
import { isOf, newestTimeMicros } from "./snapshot.js";
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
  /** What was made of manifests that the API server would take. */
  private readonly checked = new WeakMap<Manifest, NewObject>();
  private readonly coverage = new CoverageReport();
  private readonly minor: number;
  private readonly gates: GateSettings;
  private readonly features: Features;
  private readonly screen: ObjectScreen;
  private readonly reading: Pick<ObjectReader, "screen" | "room">;
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
    this.screen = new ObjectScreen({ minor: this.minor, gates }, this.coverage);
    let textBytes = 0;
    const room = (more: number): string | null => {
      textBytes += more;
      return inputs.files.room?.(textBytes) ?? null;
    };
    this.reading = { screen: this.screen, room };
  }

  async load(before: readonly Issue[]): Promise<LoadedScenario | Issue[]> {
    const end = runEnd(this.document, this.options);
    const { until } = this.options;
    const ends = before.length > 0 ? [] : endIssues(this.source, this.document, { end, until });
    this.issues.push(...before, ...gateIssues(this.gates, this.source));
    noteGates(this.gates.changed, this.minor, this.coverage);
    const objects = await this.readObjects();
    const schedulerConfig = await this.schedulerConfig();
    this.issues.push(...(await streamIssues(this.document.spec, this.source, this.inputs)));
    this.screenOwnObjects();
    const { source, screen } = this;
    const checks = { state: this.asState().check, wish: this.asWish().check };
    this.issues.push(...applyPatches(this.document, objects, { source, screen, checks }));
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
      checkedObject: (manifest) => this.checked.get(manifest),
      notModelled: this.coverage.entries(),
      unknownFields: this.screen.unknownFields(),
      notes: [
        ...this.notes,
        ...traffic.trafficNotes,
        ...versionNotes([...snapshot, ...objects.nodes], kubernetesMinor, shownAs),
        ...this.screen.unserved(),
        ...this.screen.oddValues(),
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

  private async readObjects(): Promise<Objects> {
    const { spec } = this.document;
    const { cluster, timeline = [] } = spec;
    const snapshot =
      cluster?.snapshot === undefined
        ? null
        : await this.read(cluster.snapshot, ["spec", "cluster", "snapshot"], this.asState());
    const nodeFiles = (cluster?.nodes ?? []).map((nodes) =>
      typeof nodes === "string" ? nodes : "",
    );
    const nodes = await this.read(nodeFiles, ["spec", "cluster", "nodes"], {
      ...this.asWish(),
      check: nodeFlaws,
    });
    const manifests = await this.read(spec.manifests ?? [], ["spec", "manifests"], this.asWish());
    const applied = new Map<number, readonly LoadedObject[]>();
    for (const [i, { operation }] of timeline.entries()) {
      const brought = operationOf(operation).brings?.(operation);
      if (brought === undefined) continue;
      const path: Path = ["spec", "timeline", i, operation.type];
      const files = await this.read(brought.files, path, this.asWish());
      applied.set(i, [...files, ...brought.inline.map((one) => this.inline(one, path))]);
    }
    const shownAs = (name: string): string => this.inputs.named(name).shown;
    for (const list of [[...(snapshot ?? []), ...nodes], manifests]) {
      this.issues.push(...duplicateObjects(list, shownAs));
    }
    return { snapshot, nodes, manifests, applied };
  }

  private asWish(): ObjectReader {
    return { ...this.reading, isState: false, check: (one) => this.flaws(one) };
  }

  private flaws(manifest: Manifest): readonly ObjectFlaw[] {
    return manifestFlaws(manifest, versionOptions(this.features), (one, object) => {
      this.checked.set(one, object);
    });
  }

  private asState(): ObjectReader {
    return { ...this.reading, isState: true, check: dumpedFlaws };
  }

  /** The objects of the named files; a file that is not there is an issue where it is named. */
  private async read(
    names: readonly string[],
    path: Path,
    reader: ObjectReader,
  ): Promise<readonly LoadedObject[]> {
    const found: NamedFile[] = [];
    for (const [i, name] of names.entries()) {
      if (name === "") continue;
      const file = this.inputs.find(name);
      const { kind } = await this.inputs.files.look(file.path);
      if (kind !== "missing") found.push(file);
      else this.issues.push(this.source.issue(this.elementPath(path, i), noSuchFile(file)));
    }
    const { objects, issues, notes } = await loadManifests(this.inputs, found, reader);
    this.issues.push(...issues);
    this.notes.push(...notes);
    return objects;
  }

  /** A list may also be written as its only element. */
  private elementPath(path: Path, i: number): Path {
    return this.source.isList(path) ? [...path, i] : path;
  }

  private inline(written: LoadedObject["manifest"], path: Path): LoadedObject {
    const manifest = this.screened(written, path, written);
    const { file } = this.source;
    return {
      manifest,
      origin: { file: this.inputs.beside(file).name, line: this.source.lineOf(path) },
    };
  }

  /** An object of the scenario's own file as the API server reads it; `checked` stands for it. */
  private screened(written: Manifest, path: Path, checked: Manifest): Manifest {
    const { manifest, flaws } = this.screen.object(written, {
      ...this.asWish(),
      issueAt: this.issueBelow(path),
      check: (read) => this.flaws({ ...read, metadata: checked.metadata }),
    });
    for (const flaw of flaws) {
      this.issues.push(this.source.issue([...path, ...flaw.path], flaw.message, flaw.atKey));
    }
    return manifest;
  }

  private issueBelow(path: Path): (inside: Path, message: string, atKey?: true) => Issue {
    return (inside, message, atKey) => this.source.issue([...path, ...inside], message, atKey);
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

  /** Generators' templates and the timeline's patches, as the API server will read them. */
  private screenOwnObjects(): void {
    const { spec } = this.document;
    const generators = spec.generators?.map((generator, i) => {
      const { name, template } = generator;
      const path: Path = ["spec", "generators", i, "template"];
      const metadata = { ...template.metadata, name: `${name}-0` };
      const screened = this.screened(template, path, { ...template, metadata });
      return { ...generator, template: screened };
    });
    const timeline = spec.timeline?.map((entry, i) => {
      const { operation } = entry;
      const at = (key: string) => this.issueBelow(["spec", "timeline", i, operation.type, key]);
      const screened = operationOf(operation).screened?.(operation, this.screen, at);
      return screened === undefined ? entry : { ...entry, operation: screened };
    });
    this.document = {
      ...this.document,
      spec: {
        ...spec,
        ...(generators === undefined ? {} : { generators }),
        ...(timeline === undefined ? {} : { timeline }),
      },
    };
  }
}

function noSuchFile(file: NamedFile): string {
  const hint = file.name.startsWith("data:")
    ? "; SEATRIAL_DATA names the folder of data: paths"
    : "";
  return `there is no such file or folder: ${file.shown}${hint}`;
}

function isKept({ manifest }: LoadedObject): boolean {
  return kindOf(manifest.apiVersion, manifest.kind) !== undefined;
}

/** `cluster.nodes` holds Nodes alone. */
const nodeFlaws: ObjectReader["check"] = (manifest) =>
  isOf("Node")({ manifest, origin: { file: "", line: 0 } })
    ? manifestFlaws(manifest)
    : [{ path: ["kind"], message: "expected a Node: other objects belong to `manifests`" }];
