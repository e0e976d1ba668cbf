import type { PodRecords } from "../pod-records.js";
import { inBlocks, type Table } from "../row-sink.js";

/** `pods.csv`: one row a pod, in the order in which they were created. */
export function podsTable(records: PodRecords): Table {
  return {
    columns: [
      "namespace",
      "name",
      "owner",
      "node",
      "created_seconds",
      "bound_seconds",
      "started_seconds",
      "ready_seconds",
      "finished_seconds",
      "phase",
      "reason",
      "cpu_request_cores",
      "memory_request_bytes",
      "restarts_count",
      "attempts_count",
      "refusal",
    ],
    microsColumns: [4, 5, 6, 7, 8],
    blocks: () =>
      inBlocks(records.count, (record) => {
        const pod = records.describe(record);
        return [
          pod.namespace,
          pod.name,
          pod.owner,
          pod.node,
          records.created.get(record),
          records.bound.get(record),
          records.started.get(record),
          records.ready.get(record),
          records.finished.get(record),
          pod.phase,
          pod.reason,
          pod.cpuMillis / 1000,
          pod.memoryBytes,
          pod.restarts,
          pod.attempts,
          records.refusalOf(record),
        ];
      }),
  };
}
