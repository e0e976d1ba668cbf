import { secondsToMicros } from "../../../base/time.js";
import type { Labels } from "../../../api/kubernetes.js";
import { labelValueErrors } from "../../../api/label-validation.js";
import { type CsvRow, CsvTable } from "../csv/csv-table.js";
import type { TraceReader, TraceSink } from "../trace-reader.js";

const BYTES_PER_MEBIBYTE = 1024 * 1024;

/** Label of a pod with its class in the trace (LS, BE, Burstable, Guaranteed). */
const OPENB_QOS_LABEL = "seatrial.dev/openb-qos";

/**
 * The pods of openb, Alibaba's GPU cluster trace of 2023 (`openb_pod_list_*.csv`): times in seconds
 * from the start of the trace, CPU in thousandths of a core, memory in MiB. `gpu_milli` is the share
 * of one GPU of a pod that asks for one (`num_gpu` 1); `gpu_spec` lists the models that will do.
 * A pod's life is from its creation to its deletion. The variant without times (multigpu50) gives
 * pods that all arrive at 0 and live for ever.
 *
 * Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
 * Fragmentation Gradient Descent", USENIX ATC 2023; alibaba/clusterdata, cluster-trace-gpu-v2023.
 */
export class OpenbPodReader implements TraceReader {
  private readonly table: CsvTable;
  private readonly labelsByQos = new Map<string, Labels>();

  constructor(private readonly sink: TraceSink) {
    this.table = new CsvTable({
      rowIs: "pod",
      columns: [
        ...required("name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"),
        ...optional("gpu_spec", "qos", "creation_time", "deletion_time"),
      ],
      row: (row, ordinal) => this.take(row, ordinal),
      issue: (issue) => sink.issue(issue),
    });
  }

  push(chunk: string): void {
    this.table.push(chunk);
  }

  end(): void {
    this.table.end();
  }

  private take(row: CsvRow, ordinal: number): void {
    const arrivalMicros = row.has("creation_time") ? secondsToMicros(row.time("creation_time")) : 0;
    const spec = row.text("gpu_spec");
    const pod = {
      ordinal,
      name: row.text("name"),
      namespace: "default",
      arrivalMicros,
      lifetimeMicros: lifetime(row, arrivalMicros),
      cpuMillis: Math.ceil(row.amount("cpu_milli")),
      memoryBytes: Math.ceil(row.amount("memory_mib") * BYTES_PER_MEBIBYTE),
      gpuMillis: gpuMillis(row),
      gpuModels: spec === "" ? [] : spec.split("|"),
      priority: "",
      labels: this.labelsOf(row.text("qos")),
    };
    if (pod.name === "") row.fail("name", "expected a name");
    for (const [column, value] of [["qos", row.text("qos")], ...models(pod.gpuModels)] as const) {
      const [reason] = labelValueErrors(value);
      if (reason !== undefined) row.fail(column, `it ${reason}`);
    }
    if (row.ok) this.sink.pod(pod);
  }

  private labelsOf(qos: string): Labels {
    let labels = this.labelsByQos.get(qos);
    if (labels === undefined) {
      labels = qos === "" ? {} : { [OPENB_QOS_LABEL]: qos };
      this.labelsByQos.set(qos, labels);
    }
    return labels;
  }
}

function lifetime(row: CsvRow, arrivalMicros: number): number | null {
  if (!row.has("deletion_time")) return null;
  const micros = secondsToMicros(row.time("deletion_time")) - arrivalMicros;
  if (micros < 0 && row.ok) {
    row.fail("deletion_time", "expected a time that is not before creation_time");
  }
  return Math.max(0, micros);
}

function gpuMillis(row: CsvRow): number {
  const count = row.amount("num_gpu");
  if (!Number.isInteger(count)) row.fail("num_gpu", "expected a whole number of GPUs");
  if (count === 0) return 0;
  const share = row.amount("gpu_milli");
  if (share > 1000) row.fail("gpu_milli", "expected a share of one GPU, from 0 to 1000");
  return count === 1 ? share : count * 1000;
}

function models(names: readonly string[]) {
  return names.map((name) => ["gpu_spec", name] as const);
}

function required(...names: readonly string[]) {
  return names.map((name) => ({ name, required: true }));
}

function optional(...names: readonly string[]) {
  return names.map((name) => ({ name, required: false }));
}
