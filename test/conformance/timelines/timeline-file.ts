import type { Manifest } from "../../../src/api/kubernetes.js";

export interface NodeGroup {
  readonly name: string;
  readonly count?: number;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly zones?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
  readonly readyDelay?: number;
}

export interface BehaviorRule {
  readonly match: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly image?: string;
    readonly node?: string;
    readonly names?: readonly string[];
    readonly index?: readonly (string | number)[] | string | number;
  };
  readonly firstPods?: number;
  readonly startDelay?: number;
  readonly readyDelay?: number;
  readonly terminationDelay?: number;
  readonly runFor?: number;
  readonly exitCode?: number;
  readonly exitCodes?: readonly number[];
  readonly neverStarts?: string;
}

export type TimelineStep = { readonly at: number } & Readonly<Record<string, unknown>>;

/** A fact with its name; what may stand in it goes by `kind`. */
export interface Milestone {
  readonly name: string;
  readonly kind: "time" | "count" | "sequence";
  readonly value?: unknown;
  readonly least?: number;
  readonly tolerance?: number;
  readonly spread?: number;
  readonly range?: readonly [number, number];
  readonly oneOf?: readonly unknown[];
}

/** `[t, verb, kind, name, delta]`. */
export type RecordedChange = readonly [
  number,
  "add" | "mod" | "del" | "event",
  string,
  string,
  Readonly<Record<string, unknown>>,
];

export type Interval = readonly [number, number];

/** A recording of a whole control plane; `FORMAT.md` of the recordings says what each part means. */
export interface TimelineFile {
  readonly format: "seatrial-timeline/1";
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly controlPlane: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly startSecond?: number;
  readonly nodes: readonly NodeGroup[];
  readonly setup?: readonly Manifest[];
  readonly behavior?: readonly BehaviorRule[];
  readonly steps: readonly TimelineStep[];
  /** metrics.k8s.io is served; its samples' window, in seconds. */
  readonly metrics?: { readonly window: number };
  readonly until: number;
  readonly observed: {
    readonly milestones: readonly Milestone[];
    readonly sortedTimes: Readonly<
      Record<
        string,
        Readonly<Record<string, readonly Interval[] | { readonly counts: readonly number[] }>>
      >
    >;
    readonly series: Readonly<
      Record<string, { readonly band: readonly (readonly [number, number, number])[] }>
    >;
    readonly changes: readonly RecordedChange[];
  };
}

export function isTimelineFile(file: unknown): file is TimelineFile {
  return (
    typeof file === "object" &&
    file !== null &&
    "format" in file &&
    file.format === "seatrial-timeline/1"
  );
}
