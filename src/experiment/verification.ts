import type { VerificationClaim } from "./run-record.js";

/**
 * Which versions' behaviour was compared with recordings of the real components, and how it went.
 * A test holds these figures against a replay of the recordings.
 */
export const VERIFIED: Readonly<Record<string, VerificationClaim>> = {
  "1.26": {
    status: "verified",
    recordings: "kube-scheduler v1.26.4",
    decisions: 3530,
    equal: 3530,
  },
};

/** What a run with that Kubernetes version may claim. */
export function claimOf(kubernetesVersion: string): VerificationClaim {
  return VERIFIED[kubernetesVersion] ?? { status: "unverified" };
}

/** The same as a sentence. */
export function claimText(kubernetesVersion: string): string {
  const claim = claimOf(kubernetesVersion);
  if (claim.status === "unverified") {
    return `unverified: Kubernetes ${kubernetesVersion} was not compared with recordings`;
  }
  const share = ((100 * claim.equal) / claim.decisions).toFixed(1);
  return (
    `verified: ${claim.equal} of ${claim.decisions} recorded decisions of ${claim.recordings} ` +
    `are the same (${share} %)`
  );
}
