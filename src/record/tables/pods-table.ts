import type { PodRecords } from "../pod-records.js";
import { type Table, inBlocks } from "../row-sink.js";
import { secondsText } from "../seconds-text.js";

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
    blocks: () =>
      inBlocks(records.count, (record) => {
        const pod = records.describe(record);
        return [
          pod.namespace,
          pod.name,
          pod.owner,
          pod.node,
          secondsText(records.created.get(record)),
          secondsText(records.bound.get(record)),
          secondsText(records.started.get(record)),
          secondsText(records.ready.get(record)),
          secondsText(records.finished.get(record)),
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
