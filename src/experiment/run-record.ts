import { basename, isAbsolute } from "node:path";
import type { Concern } from "../scenario/concerned-pods.js";
import { withoutSecrets } from "./without-secrets.js";

/** A file that the run was made from, by the name that the user or the scenario gave it. */
interface InputFile {
  readonly name: string;
  readonly sha256: string;
}

/** How the timing of controllers, kubelets and the API server was compared with whole recorded timelines. */
export type TimingClaim =
  | { readonly status: "unverified" }
  | {
      readonly status: "compared";
      /** Of a whole control plane, with its version. */
      readonly recordings: string;
      /** Times, counts and curves of the recordings, and how many of them come out with one seed. */
      readonly facts: number;
      readonly passed: number;
    };

/** What a run may claim: the recordings that its Kubernetes version was verified against, or nothing. */
export type VerificationClaim = { readonly timing: TimingClaim } & DecisionsClaim;

type DecisionsClaim =
  | {
      readonly status: "unverified";
      /** The verified version with the fewest gates between, such as `1.34`. */
      readonly nearest: string;
      /** How many gates of the table of versions differ between the two. */
      readonly gates: number;
      /** Upstream's gates that the scenario sets to other than the version's default. */
      readonly featureGates?: Readonly<Record<string, boolean>>;
    }
  | {
      readonly status: "verified";
      /** The recordings' name and version, such as `kube-scheduler v1.34`. */
      readonly recordings: string;
      readonly decisions: number;
      readonly equal: number;
      /** Plugins of the run's profiles that are in no recorded one. */
      readonly withoutRecordings?: readonly string[];
    };

/** Of those that ask for one thing that is not modelled. */
const MAX_OBJECTS = 100;

/** What identifies a run and its outcome. */
export interface RunIdentity {
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  /** Of seatrial. */
  readonly version: string;
  readonly kubernetesVersion: string;
  readonly claim: VerificationClaim;
  readonly inputs: readonly InputFile[];
  readonly eventsProcessed: number;
  /** Over time, handler and arguments of each event and over each write. */
  readonly digest: string;
  readonly endMicros: number;
  /** True when the run was stopped before its end. */
  readonly isStopped: boolean;
  /** Sentences about the input that whoever reads the results should know. */
  readonly notes: readonly string[];
  /** What the input asks for in vain, with the pods that it concerns. */
  readonly notModelled: readonly Concern[];
  /** The scenario with all of its defaults and overrides. */
  readonly resolved: unknown;
}

/**
 * The content of `run.json`. Inputs are sorted by name; an absolute path is cut to its last part, for
 * the same run elsewhere gives the same bytes; values that may be secret are left out.
 */
export function runRecord(run: RunIdentity): unknown {
  const inputs = run.inputs
    .map(({ name, sha256 }) => ({ name: portable(name), sha256 }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Run",
    version: run.version,
    scenario: run.scenario,
    variant: run.variant,
    seed: run.seed,
    kubernetesVersion: run.kubernetesVersion,
    claim: run.claim,
    events: run.eventsProcessed,
    digest: run.digest,
    endSeconds: run.endMicros / 1e6,
    ...(run.isStopped ? { stopped: true } : {}),
    inputs,
    notes: run.notes,
    notModelled: run.notModelled.map(({ kind, field, effect, objects, podsCount, pods }) => ({
      kind,
      field,
      effect,
      objectsCount: objects.length,
      objects: objects.slice(0, MAX_OBJECTS),
      podsCount,
      pods,
    })),
    resolved: withoutSecrets(run.resolved, portable),
  };
}

function portable(name: string): string {
  return isAbsolute(name) ? basename(name) : name;
}
