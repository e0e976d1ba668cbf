import type { z } from "zod";
import type { Manifest } from "../../api/kubernetes.js";
import type { NodeFault } from "../../cluster/node-faults.js";
import type { NewObject } from "../../api/new-object.js";
import type { Engine } from "../../kernel/engine.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { Client } from "../../store/client.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Backends } from "../../traffic/cluster/traffic-spec.js";
import type { Operation, OperationRunner } from "../../workload/timeline/operation.js";
import type { CoverageReport } from "../coverage.js";
import type { Issue } from "../issue.js";
import type { NameChecks } from "../load/name-checks.js";
import type { IssueAt, ObjectScreen } from "../load/object-screen.js";
import type { Path } from "../load/yaml-source.js";
import type { LoadedObject, RateSpec } from "../schema/scenario.js";
import type { Parsed } from "../units.js";

/** What adds and removes machines; the answer is what was done, or why nothing was. */
export interface NodeProvisioner {
  addNodes(pool: string, count: number): ProvisionOutcome;
  /** Named nodes, or, without names, `count` nodes of the pool, the newest first. */
  removeNodes(request: {
    readonly nodes: readonly string[];
    readonly pool: string | null;
    readonly count: number;
  }): ProvisionOutcome;
}

type ProvisionOutcome =
  | { readonly ok: true; readonly nodes: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** What has machines fail and recover; false where there is nothing to do. */
interface Machines {
  failNode(nodeName: string, fault: NodeFault): boolean;
  recoverNode(nodeName: string): boolean;
}

/** What has requests come at another rate or go elsewhere, by the name of their traffic. */
interface TrafficControl {
  changeRate(traffic: string, rate: RateSpec): void;
  redirect(traffic: string, backends: Backends): void;
}

/** The parts of a world that operations act with. */
export interface OperationContext {
  readonly engine: Engine;
  /** What kubectl reads: the API server itself, with no watch lag. */
  readonly store: ObjectStore;
  readonly client: Client;
  /** For those who wait for something: kubectl's watches. */
  readonly informers: InformerFactory;
  readonly observer: ClusterObserver;
  readonly nodes: NodeProvisioner;
  readonly machines: Machines;
  readonly traffic: TrafficControl;
  /** What was made of a manifest when it was checked before the run. */
  readonly checkedObject: (manifest: Manifest) => NewObject | undefined;
  /** Writes all objects as they are to a file of that name, at once. */
  readonly dump: (fileName: string) => void;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** One step among all of its timeline, for what is checked before the run. */
interface StepPlace<O extends Operation> {
  readonly operation: O;
  /** Of what the step says of its operation: `spec.timeline[2].scale`. */
  readonly path: Path;
  readonly index: number;
  /** Every step's operation, in the order of the file. */
  readonly steps: readonly Operation[];
}

/** Objects that a step brings into the cluster: paths of files, and objects of the scenario's own. */
export interface BroughtObjects {
  readonly files: readonly string[];
  readonly inline: readonly Manifest[];
}

/**
 * An operation of the timeline: how it is written, what is wrong with it before the run, and what
 * takes its steps in the run. `O` is a step as data.
 */
interface Definition<S extends z.ZodType, O extends Operation> {
  /** The key of the step: `setImage`. */
  readonly name: O["type"];
  /** For the reference. */
  readonly meaning: string;
  readonly schema: S;
  /** The step as data, or what is wrong with its keys together. */
  read(given: z.output<S>): Parsed<O>;
  runner(context: OperationContext): OperationRunner<O>;
  /** Names that nothing has, as far as it shows before the start. */
  issues?(step: StepPlace<O>, names: NameChecks): readonly Issue[];
  /** The step that takes it back: what has one may be said to be `for` some time. */
  undo?(operation: O): Operation;
  /** Why a step of it cannot repeat. */
  readonly cannotRepeat?: string;
  /** The pool that it adds nodes to. */
  growsPool?(operation: O): string;
  /** The objects that it brings, and the step with them read. */
  brings?(operation: O): BroughtObjects;
  withObjects?(operation: O, objects: readonly LoadedObject[]): O;
  /** The step as the API server will read its patch. */
  screened?(operation: O, screen: ObjectScreen, issueAt: (key: string) => IssueAt): O;
  /** Tells what it asks for that is not modelled. */
  notModelled?(operation: O, coverage: CoverageReport): void;
}

/** An operation whose steps only it can read. */
export type TimelineOperation = Definition<z.ZodType, Operation>;

/** The definition, for the registry: from there on its steps are given to it alone. */
export function timelineOperation<S extends z.ZodType, O extends Operation>(
  definition: Definition<S, O>,
): TimelineOperation {
  return definition as unknown as TimelineOperation;
}
