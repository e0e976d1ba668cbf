const GROUP = "kubescheduler.config.k8s.io";

/** Minor versions of Kubernetes that serve each version of the API, first and last. */
const SERVED: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  v1beta2: { from: 22, to: 27 },
  v1beta3: { from: 23, to: 28 },
  v1: { from: 25, to: Number.MAX_SAFE_INTEGER },
};

/** Versions that were gone before any that can be simulated. */
const REMOVED = ["v1alpha1", "v1alpha2", "v1beta1"];

/** The API versions that kube-scheduler 1.`minor` reads, oldest first. */
export function servedApiVersions(minor: number): readonly string[] {
  return Object.entries(SERVED)
    .filter(([, { from, to }]) => minor >= from && minor <= to)
    .map(([version]) => `${GROUP}/${version}`);
}

/** The newest of them. */
export function newestApiVersion(minor: number): string {
  return servedApiVersions(minor).at(-1) ?? `${GROUP}/v1`;
}

/** What to write in place of a version that 1.`minor` does not read and others did; null for any other. */
export function versionRemedy(apiVersion: string, minor: number): string | null {
  const version = apiVersion.startsWith(`${GROUP}/`) ? apiVersion.slice(GROUP.length + 1) : "";
  const newest = newestApiVersion(minor);
  if (REMOVED.includes(version)) {
    return `this version is gone from Kubernetes: expected ${newest}, whose fields differ (documentation, "Scheduler Configuration")`;
  }
  const served = Object.hasOwn(SERVED, version) ? SERVED[version]! : undefined;
  if (served === undefined || (minor >= served.from && minor <= served.to)) return null;
  const which =
    minor > served.to
      ? `the last to read it was 1.${served.to}`
      : `1.${served.from} was the first to read it`;
  const other = minor > served.to ? served.to : served.from;
  return `kube-scheduler 1.${minor} does not read this version, ${which}: expected ${newest}, or kubernetesVersion: "1.${other}"`;
}
