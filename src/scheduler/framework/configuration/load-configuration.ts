import { type FieldIssue, FieldIssues } from "../../../api/validation/field-issue.js";
import type { ResolvedProfile } from "../profile.js";
import { ObjectReader } from "./object-reader.js";
import {
  type DisabledInVain,
  type LoadingOptions,
  type NotModelled,
  PERCENTAGE,
  ProfileReader,
} from "./profile-reader.js";
import { newestApiVersion, servedApiVersions, versionRemedy } from "./served-versions.js";
import { checkExtenders, checkSideFields } from "./side-fields.js";

export type { LoadingOptions } from "./profile-reader.js";

/** A KubeSchedulerConfiguration, completed and checked. */
export interface SchedulerConfiguration {
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly parallelism: number;
  readonly profiles: readonly ResolvedProfile[];
  /** What the configuration asks for and is not modelled, with its effect. */
  readonly notModelled: readonly NotModelled[];
  /** Names under `disabled` that no plugin has: kube-scheduler passes over them. */
  readonly disabledInVain: readonly DisabledInVain[];
}

export type Loaded =
  | { readonly configuration: SchedulerConfiguration; readonly issues: null }
  | { readonly configuration: null; readonly issues: readonly FieldIssue[] };

const KIND = "KubeSchedulerConfiguration";
const FIELDS = [
  "apiVersion",
  "kind",
  "parallelism",
  "leaderElection",
  "clientConnection",
  "healthzBindAddress",
  "metricsBindAddress",
  "enableProfiling",
  "enableContentionProfiling",
  "percentageOfNodesToScore",
  "podInitialBackoffSeconds",
  "podMaxBackoffSeconds",
  "profiles",
  "extenders",
  "delayCacheUntilActive",
];
const INITIAL_BACKOFF = {
  min: 1,
  max: Number.MAX_SAFE_INTEGER,
  detail: "must be greater than 0",
};
const PARALLELISM = {
  min: 1,
  max: 2 ** 31 - 1,
  detail: "should be an integer value greater than zero",
};

class ConfigurationLoader {
  readonly issues = new FieldIssues();

  constructor(private readonly options: LoadingOptions) {}

  load(document: unknown): SchedulerConfiguration | null {
    const place = { path: "", issues: this.issues };
    // What another kind or version has for fields is no news.
    if (!this.hasReadableVersion(document)) return null;
    const reader = ObjectReader.of(document ?? this.emptyDocument(), place, FIELDS);
    if (reader === null) return null;
    const apiVersion = this.readVersion(reader);
    checkSideFields(reader);
    const parallelism = reader.integer("parallelism", PARALLELISM) ?? 16;
    const found = { notModelled: [] as NotModelled[], disabledInVain: [] as DisabledInVain[] };
    const { issues } = this;
    const profiles = new ProfileReader({ ...this.options, apiVersion, ...found, issues });
    const configuration = {
      parallelism,
      profiles: profiles.read(reader),
      percentageOfNodesToScore: reader.integer("percentageOfNodesToScore", PERCENTAGE) ?? 0,
      ...this.readBackoffs(reader),
      ...found,
    };
    checkExtenders(reader);
    if (reader.list("extenders").length > 0) {
      found.notModelled.push({
        path: "extenders",
        name: "extenders",
        effect: "extenders are not asked",
      });
    }
    return configuration;
  }

  private emptyDocument(): unknown {
    return { apiVersion: newestApiVersion(this.options.minor), kind: KIND };
  }

  /** Says what is wrong with kind and API version; true also for what is no object at all. */
  private hasReadableVersion(document: unknown): boolean {
    if (typeof document !== "object" || document === null || Array.isArray(document)) return true;
    const { kind, apiVersion } = document as { kind?: unknown; apiVersion?: unknown };
    if (kind !== KIND) this.issues.oneOf("kind", kind, [KIND]);
    const { minor } = this.options;
    const served = servedApiVersions(minor);
    const remedy = typeof apiVersion === "string" ? versionRemedy(apiVersion, minor) : null;
    if (remedy !== null) this.issues.invalid("apiVersion", apiVersion, remedy);
    else this.issues.oneOf("apiVersion", apiVersion, served);
    return this.issues.list.length === 0;
  }

  /** The API version without its group. */
  private readVersion(reader: ObjectReader): string {
    return (reader.string("apiVersion") ?? newestApiVersion(this.options.minor)).split("/")[1]!;
  }

  private readBackoffs(reader: ObjectReader) {
    const podInitialBackoffSeconds =
      reader.integer("podInitialBackoffSeconds", INITIAL_BACKOFF) ?? 1;
    const podMaxBackoffSeconds = reader.integer("podMaxBackoffSeconds") ?? 10;
    if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
      const detail = "must be greater than or equal to PodInitialBackoffSeconds";
      this.issues.invalid("podMaxBackoffSeconds", podMaxBackoffSeconds, detail);
    }
    return { podInitialBackoffSeconds, podMaxBackoffSeconds };
  }
}

/**
 * Completes and checks a KubeSchedulerConfiguration (v1, v1beta3 or v1beta2) as kube-scheduler does
 * when it starts; null stands for no configuration at all. Either the configuration or every issue,
 * each with its path.
 *
 * Source: Kubernetes documentation, "Scheduler Configuration"; config API reference
 * `kubescheduler.config.k8s.io`; `ValidateKubeSchedulerConfiguration`.
 */
export function loadConfiguration(document: unknown, options: LoadingOptions): Loaded {
  const loader = new ConfigurationLoader(options);
  const configuration = loader.load(document);
  const issues = loader.issues.list;
  return configuration === null || issues.length > 0
    ? { configuration: null, issues }
    : { configuration, issues: null };
}
