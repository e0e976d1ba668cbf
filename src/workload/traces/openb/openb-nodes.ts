import type { Manifest } from "../../../api/kubernetes.js";
import { dns1123LabelErrors, labelValueErrors } from "../../../api/label-validation.js";
import { type CsvRow, CsvTable } from "../csv/csv-table.js";
import { IssueList } from "../issue-list.js";
import { GPU_RESOURCE, type TraceIssue } from "../trace-pod.js";

/** Label of a node with the model of its GPUs, as the trace's own simulator names it. */
export const GPU_MODEL_LABEL = "alibabacloud.com/gpu-card-model";
/** The kubelet's default of `maxPods`: the trace does not tell how many pods a machine takes. */
const PODS_PER_NODE = "110";

const COLUMNS = ["sn", "cpu_milli", "memory_mib", "gpu", "model"];

/**
 * The machines of openb (`openb_node_list_*.csv`) as v1 Nodes: all of the capacity is allocatable,
 * GPUs are the extended resource `nvidia.com/gpu`, and their model is a label.
 */
export class OpenbNodeReader {
  private readonly nodes: Manifest[] = [];
  private readonly found = new IssueList();
  private readonly names = new Set<string>();
  private readonly table = new CsvTable({
    rowIs: "machine",
    columns: COLUMNS.map((name) => ({ name, required: true })),
    row: (row) => this.take(row),
    issue: (issue) => this.found.add(issue),
  });

  push(chunk: string): void {
    this.table.push(chunk);
  }

  end(): { readonly nodes: readonly Manifest[]; readonly issues: readonly TraceIssue[] } {
    this.table.end();
    return { nodes: this.nodes, issues: this.found.list() };
  }

  private take(row: CsvRow): void {
    const name = row.text("sn");
    const cpu = row.amount("cpu_milli");
    const memory = row.amount("memory_mib");
    const gpu = row.amount("gpu");
    const model = row.text("model");
    if (dns1123LabelErrors(name).length > 0) row.fail("sn", "expected the name of a machine");
    else if (this.names.has(name)) row.fail("sn", "another machine has this name");
    this.names.add(name);
    if (!Number.isInteger(gpu)) row.fail("gpu", "expected a whole number of GPUs");
    if (labelValueErrors(model).length > 0) row.fail("model", "expected the name of a model");
    if (!row.ok) return;
    const amounts = {
      cpu: `${Math.floor(cpu)}m`,
      memory: `${Math.floor(memory)}Mi`,
      pods: PODS_PER_NODE,
      ...(gpu > 0 ? { [GPU_RESOURCE]: String(gpu) } : {}),
    };
    this.nodes.push({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          "kubernetes.io/hostname": name,
          "kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
          ...(model === "" ? {} : { [GPU_MODEL_LABEL]: model }),
        },
      },
      spec: {},
      status: {
        capacity: amounts,
        allocatable: amounts,
        conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }],
      },
    });
  }
}
