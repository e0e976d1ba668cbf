/**
 * Files whose cases take seconds each (linear programs, quantiles by numerical integration, requests one by one, days of
 * minutes, clusters of nodes that are to be consolidated): the test replays a sample of each, `costly.long.ts` all of them.
 */
export const COSTLY: readonly string[] = [
  "autoscalers/cluster-autoscaler.json",
  "autoscalers/karpenter.json",
  "autoscalers/vpa.json",
  "statistics/bootstrap.json",
  "statistics/distributions.json",
  "statistics/packing.json",
  "statistics/selection.json",
  "traffic/sharing.json",
];

const EACH = 8;
/** The dearest of all stand first and last in their files. */
const FIRST = 6;

interface CaseFile {
  readonly cases: readonly { readonly id: string }[];
}

/** The file with one of eight of its cases, and with those that are known to fail. */
export function sampleOf(file: unknown, known: "all" | readonly string[]): CaseFile {
  const { cases } = file as CaseFile;
  const listed = (id: string) => known !== "all" && known.some((name) => name.endsWith(id));
  return {
    ...(file as CaseFile),
    cases: cases.filter(({ id }, index) => index % EACH === FIRST || listed(id)),
  };
}
