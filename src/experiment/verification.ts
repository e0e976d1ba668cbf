import type { GateValues } from "../api/feature-gates/gate-settings.js";
import { gatesBetween } from "../api/features.js";
import type { ResolvedProfile } from "../scheduler/framework/profile.js";
import type { TimingClaim, VerificationClaim } from "./run-record.js";

interface Recordings {
  readonly recordings: string;
  readonly decisions: number;
  readonly equal: number;
}

/**
 * Which versions' behaviour was compared with recordings of the real components, and how it went.
 * A test holds these figures against a replay of the recordings.
 */
export const VERIFIED: Readonly<Record<string, Recordings>> = {
  "1.26": { recordings: "kube-scheduler v1.26.4", decisions: 3530, equal: 3530 },
  "1.34": { recordings: "kube-scheduler v1.34.4", decisions: 3801, equal: 3801 },
  "1.37": { recordings: "kube-scheduler v1.37.2", decisions: 3850, equal: 3850 },
};

/**
 * Which versions' timing was compared with recorded timelines of a whole control plane, and how it
 * went with the first seed; those of autoscaling are not counted. A test holds these figures.
 */
export const TIMELINES: Readonly<
  Record<string, Omit<Extract<TimingClaim, { status: "compared" }>, "status">>
> = {
  "1.37": { recordings: "control plane v1.37.2", facts: 2025, passed: 2013 },
};

/** Plugins of the recorded profiles; those of single versions are beside them. A test holds the lists. */
const RECORDED_PLUGINS = [
  "DefaultPreemption",
  "ImageLocality",
  "InterPodAffinity",
  "NodeAffinity",
  "NodeName",
  "NodePorts",
  "NodeResourcesBalancedAllocation",
  "NodeResourcesFit",
  "NodeUnschedulable",
  "NodeVolumeLimits",
  "PodTopologySpread",
  "TaintToleration",
  "VolumeBinding",
  "VolumeRestrictions",
  "VolumeZone",
];

export const RECORDED_PLUGINS_OF: Readonly<Record<string, readonly string[]>> = {
  "1.26": [...RECORDED_PLUGINS, "AzureDiskLimits", "EBSLimits", "GCEPDLimits"],
  "1.34": [...RECORDED_PLUGINS, "DynamicResources"],
  "1.37": [...RECORDED_PLUGINS, "DynamicResources", "NodeDeclaredFeatures"],
};

/** Extension points of which recordings tell what plugins said. */
const RECORDED_POINTS = ["preFilter", "filter", "postFilter", "score"] as const;

type Profile = Pick<ResolvedProfile, "plugins">;

function notRecorded(version: string, profiles: readonly Profile[]): readonly string[] {
  const recorded = new Set(RECORDED_PLUGINS_OF[version]);
  const plugins = profiles.flatMap((profile) =>
    RECORDED_POINTS.flatMap((point) => profile.plugins[point]),
  );
  return [...new Set(plugins)].filter((name) => !recorded.has(name)).sort();
}

const minorOf = (version: string): number => Number(version.split(".")[1]);

/** The verified version that the fewest gates lie between; of equals the newer. */
function nearestVerified(version: string): { readonly nearest: string; readonly gates: number } {
  const minor = minorOf(version);
  const [first] = Object.keys(VERIFIED)
    .map((nearest) => ({ nearest, gates: gatesBetween(minor, minorOf(nearest)) }))
    .sort((a, b) => a.gates - b.gates || minorOf(b.nearest) - minorOf(a.nearest));
  return first!;
}

/** The behaviour that a run follows. */
interface Followed {
  readonly kubernetesVersion: string;
  /** Gates that are not as by default; recordings are of the defaults. */
  readonly featureGates: GateValues;
}

/** What a run with that behaviour and these profiles of the scheduler may claim. */
export function claimOf(
  { kubernetesVersion, featureGates }: Followed,
  profiles: readonly Profile[],
): VerificationClaim {
  const verified = VERIFIED[kubernetesVersion];
  const isChanged = Object.keys(featureGates).length > 0;
  const timelines = isChanged ? undefined : TIMELINES[kubernetesVersion];
  const timing: TimingClaim =
    timelines === undefined ? { status: "unverified" } : { status: "compared", ...timelines };
  if (verified === undefined || isChanged) {
    return {
      status: "unverified",
      timing,
      ...nearestVerified(kubernetesVersion),
      ...(isChanged ? { featureGates } : {}),
    };
  }
  const without = notRecorded(kubernetesVersion, profiles);
  return {
    status: "verified",
    timing,
    ...verified,
    ...(without.length === 0 ? {} : { withoutRecordings: without }),
  };
}

/** The same as a sentence. */
export function claimText(followed: Followed, profiles: readonly Profile[]): string {
  const { kubernetesVersion } = followed;
  const claim = claimOf(followed, profiles);
  if (claim.status === "unverified") {
    const set = Object.entries(claim.featureGates ?? {}).map(([name, isOn]) => `${name}=${isOn}`);
    const changed = `with the feature gates ${set.join(", ")}`;
    if (claim.nearest === kubernetesVersion) {
      return `unverified: Kubernetes ${kubernetesVersion} was compared with recordings, but not ${changed}`;
    }
    const gates = claim.gates === 1 ? "1 gate lies" : `${claim.gates} gates lie`;
    return (
      `unverified: Kubernetes ${kubernetesVersion} was not compared with recordings; ` +
      `${gates} between it and ${claim.nearest}, the nearest version that was` +
      (set.length === 0 ? "" : `, and it runs ${changed}`)
    );
  }
  const share = ((100 * claim.equal) / claim.decisions).toFixed(1);
  const without =
    claim.withoutRecordings === undefined
      ? ""
      : `; none has ${claim.withoutRecordings.join(", ")}, which this run uses`;
  return (
    `verified: ${claim.equal} of ${claim.decisions} recorded decisions of ${claim.recordings} ` +
    `are the same (${share} %)${without}`
  );
}
