import type { Manifest } from "../../api/kubernetes.js";
import type { NewObject } from "../../api/new-object.js";
import type { SchedulerConfiguration } from "../../scheduler/framework/configuration/load-configuration.js";
import type { Rate } from "../../traffic/arrivals/rate.js";
import type { TrafficSpec } from "../../traffic/cluster/traffic-spec.js";
import type { NotModelled } from "../coverage.js";
import type { Issue } from "../issue.js";
import type { MakeCatalogue } from "../modules/load-modules.js";
import type { LoadedObject, RateSpec, Scenario, UsageSpec } from "../schema/scenario.js";
import type { InputHash } from "./input-files.js";
import type { FieldOfObject } from "./manifests.js";
import type { Place } from "./yaml-source.js";

/** A scenario with everything that its files hold, patches applied: what a world is built of. */
export interface LoadedScenario {
  /** The scenario file, or the manifests, as the user named them; `-` is standard input. */
  readonly paths: readonly string[];
  readonly scenario: Scenario;
  /** Its traffic, with its files read. */
  readonly traffic: readonly TrafficSpec[];
  /** Of the traffic and the timeline's steps, by what is written. */
  readonly rates: ReadonlyMap<RateSpec, Rate>;
  /** What containers use over time, by what is written. */
  readonly usages: ReadonlyMap<UsageSpec, readonly Rate[]>;
  /** The scheduler's, completed and checked. */
  readonly schedulerConfiguration: SchedulerConfiguration;
  /** Its plugins, with those of `scheduler.modules`. */
  readonly makeCatalogue: MakeCatalogue;
  /** The state to start from; null where the cluster starts empty. Kept kinds only. */
  readonly snapshot: readonly LoadedObject[] | null;
  /** Node objects of `cluster.nodes`. */
  readonly nodes: readonly LoadedObject[];
  /** What is applied at the start, in order. Kept kinds only. */
  readonly manifests: readonly LoadedObject[];
  /** What was made of such a manifest when it was checked: with defaults, and valid. */
  checkedObject(manifest: Manifest): NewObject | undefined;
  /** The worst first. */
  readonly notModelled: readonly NotModelled[];
  /** Keys of objects that Kubernetes does not know, each with its place; told of in `notModelled` too. */
  readonly unknownFields: readonly Issue[];
  /** What is not wrong, but hardly meant: told, and the run goes on. */
  readonly notes: readonly Issue[];
  /** sha256 of every input, by name: of what was read of it; one that is not read yet is read for it. */
  inputHashes(): Promise<readonly InputHash[]>;
  /** The text of a trace or a list of machines, by the name that the scenario has for it. */
  openText(name: string): AsyncIterable<string>;
  /** How a message calls that file. */
  shownAs(name: string): string;
  /** Where fields of objects stand in the files that hold them. */
  placesOf(fields: readonly FieldOfObject[]): Promise<readonly Place[]>;
  /** An issue about a field of the scenario file, by its path from the root. */
  issueAt(path: readonly (string | number)[], message: string): Issue;
}

export type LoadOutcome =
  | { readonly outcome: "loaded"; readonly loaded: LoadedScenario }
  /** Files that `requires` names are not there. */
  | { readonly outcome: "skipped"; readonly name: string; readonly missing: readonly string[] }
  | { readonly outcome: "refused"; readonly issues: readonly Issue[] };
