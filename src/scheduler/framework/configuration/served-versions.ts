const GROUP = "kubescheduler.config.k8s.io";

/** Minor versions of Kubernetes that serve each version of the API, first and last. */
const SERVED: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  v1beta2: { from: 22, to: 27 },
  v1beta3: { from: 23, to: 28 },
  v1: { from: 25, to: Number.MAX_SAFE_INTEGER },
};

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
