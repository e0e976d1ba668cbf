import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, readResults } from "../../src/analysis/results/read-results.js";
import { type MadeRun, resultsFolder } from "./result-folders.js";

const NODES = `name,pool,zone,created_seconds,removed_seconds,cpu_allocatable_cores,memory_allocatable_bytes,pods_allocatable_count
n-0,n,a,0.000000,,4,8589934592,110
n-1,n,b,0.000000,,2,8589934592,110
`;

/** Two pods on n-0 that overlap, one on n-1 until the end, one that waits for ever. */
const PODS = `namespace,name,owner,node,created_seconds,bound_seconds,started_seconds,ready_seconds,finished_seconds,phase,reason,cpu_request_cores,memory_request_bytes,restarts_count,attempts_count,refusal
default,a-0,,n-0,0.000000,1.000000,1.000000,2.000000,31.000000,Succeeded,,2,1073741824,0,1,
default,a-1,,n-0,0.000000,11.000000,11.000000,12.000000,21.000000,Succeeded,,1,1073741824,0,1,
shop,web-7d9-x,shop/Deployment/web,n-1,0.000000,30.000000,31.000000,32.000000,,Running,,1,1073741824,0,1,
shop,web-7d9-y,shop/Deployment/web,,10.000000,,,,,Pending,,8,1073741824,0,9,Insufficient cpu
`;

function series(shift: number): string {
  const rows = [0, 1, 2, 3].map((i) => {
    const at = (15 * (i + 1)).toFixed(6);
    return [
      `${at},pods_pending_count,,${i + shift},count`,
      `${at},pods_created_count,,${2 * i},count`,
      `${at},allocation_ratio,resource=cpu,${0.2 * i + shift / 100},ratio`,
      `${at},offered_load_ratio,resource=cpu,${0.35 * (i + 1)},ratio`,
    ].join("\n");
  });
  return `time_seconds,metric,labels,value,unit\n${rows.join("\n")}\n`;
}

/** Runs with all of their files: of each variant the mean wait is `wait` + seed, the nodes `nodes`. */
export function madeRuns(
  variants: Readonly<Record<string, { wait: number; nodes: number }>>,
  seeds = [1, 2, 3],
): readonly RunResult[] {
  const runs: MadeRun[] = Object.entries(variants).flatMap(([variant, { wait, nodes }]) =>
    seeds.map((seed) => ({
      variant,
      seed,
      figures: { pod_wait_mean_seconds: wait + seed, nodes_used_mean_count: nodes },
    })),
  );
  const folder = resultsFolder(runs);
  for (const { variant, seed } of runs) {
    const path = join(folder, "made", variant, `seed-${seed}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "timeseries.csv"), series(seed));
    writeFileSync(join(path, "pods.csv"), PODS);
    writeFileSync(join(path, "nodes.csv"), NODES);
  }
  const read = readResults([folder]);
  if ("issues" in read) throw new Error(JSON.stringify(read.issues));
  return read.runs;
}
