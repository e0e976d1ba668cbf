import { parseQuantity, Quantity } from "../../api/quantity.js";
import { MAX_NODES } from "../defaults.js";
import type { Parsed } from "../units.js";

/** Name of the pool that `--nodes` makes: its nodes are node-0, node-1 and so on. */
const SHAPE_POOL = "node";

interface ShapePool {
  readonly name: string;
  readonly nodes: number;
  readonly capacity: Readonly<Record<string, string>>;
}

const EXPECTED = "expected nodes as COUNTxCPUcpu,MEMORY such as 3x4cpu,16Gi";

/** `3x4cpu,16Gi` as a node pool, as a scenario would write it. */
export function parseNodeShape(text: string): Parsed<ShapePool> {
  const match = /^(\d+)x([^,\s]+?)cpus?,([^,\s]+)$/.exec(text.trim());
  if (match === null) return { problem: EXPECTED };
  const [, nodes, cpu, memory] = match as unknown as [string, string, string, string];
  for (const quantity of [cpu, memory]) {
    const parsed = parseQuantity(quantity);
    if (!(parsed instanceof Quantity) || parsed.sign <= 0) return { problem: EXPECTED };
  }
  if (/^[\d.]+m?$/.test(memory)) {
    return {
      problem: `the memory ${memory} has no unit: it is bytes; write ${memory.replace("m", "")}Gi`,
    };
  }
  if (Number(nodes) < 1) return { problem: EXPECTED };
  if (Number(nodes) > MAX_NODES) return { problem: `expected at most ${MAX_NODES} nodes` };
  return { value: { name: SHAPE_POOL, nodes: Number(nodes), capacity: { cpu, memory } } };
}
