import type { Features } from "../../api/features.js";
import type { Manifest } from "../../api/kubernetes.js";
import type { NewObject } from "../../api/new-object.js";
import type { ServedVersion } from "../../api/schemas/served-fields.js";
import type { AutoscalerOptions } from "../../api/validation/autoscaler-options.js";
import { versionOptions } from "../../api/validation/validation-options.js";
import type { CoverageReport } from "../coverage.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { duplicateObjects } from "./cross-checks.js";
import { dumpedFlaws } from "./dumped-flaws.js";
import type { Objects } from "./gather-not-modelled.js";
import type { InputFiles, NamedFile } from "./input-files.js";
import { loadManifests, type ObjectReader } from "./manifests.js";
import { manifestFlaws } from "./object-check.js";
import type { ObjectFlaw } from "./object-flaw.js";
import { ObjectScreen } from "./object-screen.js";
import type { ScenarioSource } from "./scenario-file.js";
import { SiblingParts } from "./sibling-parts.js";
import { isOf } from "./snapshot.js";
import type { Path } from "./yaml-source.js";

type AutoscalerGates = NonNullable<AutoscalerOptions["verticalPodAutoscaler"]>;

interface ObjectLoaderOptions {
  readonly source: ScenarioSource;
  readonly inputs: InputFiles;
  /** Of the API server; `gates`: those that are set by hand. */
  readonly version: ServedVersion & { readonly features: Features };
  /** The gates of the Vertical Pod Autoscaler that are on. */
  readonly autoscalerGates: AutoscalerGates;
  readonly coverage: CoverageReport;
  /** What is wrong is put here. */
  readonly issues: Issue[];
  /** What is not wrong, but hardly meant. */
  readonly notes: Issue[];
}

/** Reads the objects that a scenario names or holds, as the API server of its version does. */
export class ObjectLoader {
  readonly screen: ObjectScreen;
  /** What was made of manifests that the API server would take. */
  private readonly checked = new WeakMap<Manifest, NewObject>();
  private readonly issues: Issue[];
  private readonly notes: Issue[];
  private readonly source: ScenarioSource;
  private readonly inputs: InputFiles;
  private readonly features: Features;
  private readonly autoscalerGates: AutoscalerGates;
  private readonly reading: Pick<ObjectReader, "screen" | "room">;

  constructor(options: ObjectLoaderOptions) {
    const { inputs, version } = options;
    this.source = options.source;
    this.inputs = inputs;
    this.issues = options.issues;
    this.notes = options.notes;
    this.features = version.features;
    this.autoscalerGates = options.autoscalerGates;
    this.screen = new ObjectScreen(version, options.coverage);
    let textBytes = 0;
    const room = (more: number): string | null => {
      textBytes += more;
      return inputs.files.room?.(textBytes) ?? null;
    };
    this.reading = { screen: this.screen, room };
  }

  /** What is asked of an object of a dump, and of one that will be created. */
  get checks(): { readonly state: ObjectReader["check"]; readonly wish: ObjectReader["check"] } {
    return { state: this.asState().check, wish: this.asWish().check };
  }

  /** What was made of a manifest that is as it should be: with its defaults. */
  checkedObject(manifest: Manifest): NewObject | undefined {
    return this.checked.get(manifest);
  }

  /** The objects of all files that the scenario names, and those that its timeline brings. */
  async readObjects({ spec }: ScenarioDocument): Promise<Objects> {
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
    const options = {
      ...versionOptions(this.features),
      verticalPodAutoscaler: this.autoscalerGates,
    };
    return manifestFlaws(manifest, options, (one, object) => {
      this.checked.set(one, object);
    });
  }

  private asState(): ObjectReader {
    const siblings = new SiblingParts();
    const kept = (manifest: Manifest) => siblings.shared(manifest);
    return { ...this.reading, isState: true, check: dumpedFlaws, kept };
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
    const manifest = this.screened(written, path);
    const { file } = this.source;
    return {
      manifest,
      origin: { file: this.inputs.beside(file).name, line: this.source.lineOf(path) },
    };
  }

  /** An object of the scenario's own file as the API server reads it; `name`: where it gets one only later. */
  private screened(written: Manifest, path: Path, name?: string): Manifest {
    const { manifest, flaws } = this.screen.object(written, {
      ...this.asWish(),
      issueAt: this.issueBelow(path),
      check: (read) =>
        this.flaws(name === undefined ? read : { ...read, metadata: { ...read.metadata, name } }),
    });
    for (const flaw of flaws) {
      this.issues.push(this.source.issue([...path, ...flaw.path], flaw.message, flaw.atKey));
    }
    return manifest;
  }

  private issueBelow(path: Path): (inside: Path, message: string, atKey?: true) => Issue {
    return (inside, message, atKey) => this.source.issue([...path, ...inside], message, atKey);
  }

  /** Generators' templates and the timeline's patches, as the API server will read them. */
  screenOwnObjects(document: ScenarioDocument): ScenarioDocument {
    const { spec } = document;
    const generators = spec.generators?.map((generator, i) => {
      const { name, template } = generator;
      const path: Path = ["spec", "generators", i, "template"];
      const screened = this.screened(template, path, `${name}-0`);
      return { ...generator, template: screened };
    });
    const timeline = spec.timeline?.map((entry, i) => {
      const { operation } = entry;
      const at = (key: string) => this.issueBelow(["spec", "timeline", i, operation.type, key]);
      const screened = operationOf(operation).screened?.(operation, this.screen, at);
      return screened === undefined ? entry : { ...entry, operation: screened };
    });
    return {
      ...document,
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

/** `cluster.nodes` holds Nodes alone. */
const nodeFlaws: ObjectReader["check"] = (manifest) =>
  isOf("Node")({ manifest, origin: { file: "", line: 0 } })
    ? manifestFlaws(manifest)
    : [{ path: ["kind"], message: "expected a Node: other objects belong to `manifests`" }];
