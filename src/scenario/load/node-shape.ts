import { labelValueErrors, qualifiedNameErrors } from "../../api/label-validation.js";
import { parseQuantity, Quantity } from "../../api/quantity.js";
import { isContainerResource } from "../../api/validation/resources.js";
import { nearName } from "../../base/near-name.js";
import { MAX_NODES } from "../defaults.js";
import type { Parsed } from "../units.js";

interface ShapeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface ShapePool {
  readonly name: string;
  readonly nodes: number;
  readonly capacity: Readonly<Record<string, string>>;
  readonly zones?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly ShapeTaint[];
}

const EXPECTED =
  "expected nodes as COUNTxCPUcpu,MEMORY such as 3x4cpu,16Gi, then zones=a/b, label=KEY=VALUE, taint=KEY=VALUE:EFFECT or RESOURCE=AMOUNT such as nvidia.com/gpu=4";
const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
/** What may stand before the first `=` of a part, beside the resources of vendors. */
const KEYS = ["zones", "label", "taint", "pods", "ephemeral-storage"];

/** What is wrong with a part of a shape. */
class ShapeProblem {
  constructor(readonly message: string) {}
}

/**
 * The pools that shapes make, as a scenario would write them. The nodes of the first are node-0, node-1
 * and so on, those of the second node2-0, node2-1.
 *
 *     SHAPE = COUNT "x" CPU "cpu" "," MEMORY { "," PART }
 *     PART  = "zones=" ZONE { "/" ZONE }                dealt in turn
 *           | "label=" KEY "=" [ VALUE ]
 *           | "taint=" KEY [ "=" VALUE ] ":" EFFECT     as kubectl writes it
 *           | RESOURCE "=" QUANTITY                     pods, ephemeral-storage, hugepages-2Mi, nvidia.com/gpu
 */
export function parseNodeShapes(
  texts: readonly string[],
): Parsed<readonly ShapePool[]> & { readonly text?: string } {
  const pools: ShapePool[] = [];
  for (const [i, text] of texts.entries()) {
    const pool = parseNodeShape(text, i === 0 ? "node" : `node${i + 1}`);
    if ("problem" in pool) return { ...pool, text };
    pools.push(pool.value);
  }
  return { value: pools };
}

function parseNodeShape(text: string, name: string): Parsed<ShapePool> {
  const match = /^(\d+)x([^,\s]+?)cpus?,([^,\s]+)((?:,[^,]*)*)$/.exec(text.trim());
  if (match === null) return { problem: unreadShape(text.trim()) };
  const [, nodes, cpu, memory, rest] = match as unknown as [string, string, string, string, string];
  for (const [what, quantity] of [
    ["CPU", cpu],
    ["memory", memory],
  ] as const) {
    const parsed = parseQuantity(quantity);
    if (!(parsed instanceof Quantity)) return { problem: `the ${what} ${parsed.message}` };
    if (parsed.sign <= 0) return { problem: `the ${what} ${quantity}: expected more than 0` };
  }
  if (/^[\d.]+m?$/.test(memory)) {
    return {
      problem: `the memory ${memory} has no unit: it is bytes; write ${memory.replace("m", "")}Gi`,
    };
  }
  if (Number(nodes) < 1) return { problem: "0 nodes: expected at least 1" };
  if (Number(nodes) > MAX_NODES) return { problem: `expected at most ${MAX_NODES} nodes` };
  const parts = new ShapeParts({ cpu, memory });
  for (const part of rest.split(",").slice(1)) {
    const problem = parts.add(part.trim());
    if (problem !== null) return { problem: `\`${part.trim()}\`: ${problem.message}` };
  }
  return { value: { name, nodes: Number(nodes), ...parts.pool() } };
}

/** What is wrong with a text that does not begin as a shape does. */
function unreadShape(text: string): string {
  const [head = "", memory, ...rest] = text.split(",").map((part) => part.trim());
  const [count = "", cpu, ...more] = head.split(/[xX×*]/);
  if (text === "") return EXPECTED;
  if (/\s/.test(text)) return `there is a blank in it: ${EXPECTED}`;
  if (cpu === undefined || more.length > 0) {
    return `\`${head}\` is no COUNTxCPUcpu: ${EXPECTED}`;
  }
  if (!/^\d+$/.test(count)) return `the count \`${count}\` is no whole number: ${EXPECTED}`;
  if (!/cpus?$/.test(cpu)) {
    const amount = /^[\d.]+m?/.exec(cpu)?.[0] ?? "4";
    return `\`${cpu}\` is no CPU: expected \`${amount}cpu\``;
  }
  if (!head.startsWith(`${count}x`)) {
    const between = head.slice(count.length, head.length - cpu.length);
    return `\`${between}\` stands between the count and the CPU: expected a small x, \`${count}x${cpu}\``;
  }
  if (memory === undefined || memory === "") {
    return `the memory is missing: expected such as \`${head},16Gi\``;
  }
  return rest.length === 0 ? EXPECTED : `\`${cpu}\`: ${EXPECTED}`;
}

/** What the parts of a shape come to. */
class ShapeParts {
  private readonly capacity = new Map<string, string>();
  private readonly labels = new Map<string, string>();
  private readonly taints: ShapeTaint[] = [];
  private zones: readonly string[] = [];

  constructor(capacity: Readonly<Record<string, string>>) {
    for (const [name, amount] of Object.entries(capacity)) this.capacity.set(name, amount);
  }

  pool(): Pick<ShapePool, "capacity" | "zones" | "labels" | "taints"> {
    return {
      capacity: Object.fromEntries(this.capacity),
      ...(this.zones.length === 0 ? {} : { zones: this.zones }),
      ...(this.labels.size === 0 ? {} : { labels: Object.fromEntries(this.labels) }),
      ...(this.taints.length === 0 ? {} : { taints: this.taints }),
    };
  }

  add(part: string): ShapeProblem | null {
    const at = part.indexOf("=");
    if (at < 0) {
      const near = nearName(part.replace(/[^a-z-]+$/, ""), KEYS, 2);
      return new ShapeProblem(near === "" ? EXPECTED : `did you mean ${near}=…?`);
    }
    const [key, value] = [part.slice(0, at), part.slice(at + 1)];
    switch (key) {
      case "zones":
        return this.addZones(value.split("/"));
      case "label":
        return this.addLabel(value);
      case "taint":
        return this.addTaint(value);
      default:
        return this.addResource(key, value);
    }
  }

  private addZones(zones: readonly string[]): ShapeProblem | null {
    if (this.zones.length > 0) return new ShapeProblem("zones are given twice");
    for (const zone of zones) {
      if (zone === "") return new ShapeProblem("expected zones such as zones=a/b/c");
      const [wrong] = labelValueErrors(zone);
      if (wrong !== undefined) return new ShapeProblem(`the zone ${zone}: ${wrong}`);
    }
    if (new Set(zones).size < zones.length) return new ShapeProblem("a zone is given twice");
    this.zones = zones;
    return null;
  }

  private addLabel(text: string): ShapeProblem | null {
    const [key = "", value] = keyAndValue(text);
    if (value === undefined) {
      return new ShapeProblem(
        `the label has no value: expected label=${key === "" ? "KEY" : key}=VALUE`,
      );
    }
    const wrong = wrongLabel(key, value);
    if (wrong !== null) return wrong;
    if (this.labels.has(key)) return new ShapeProblem(`the label ${key} is given twice`);
    this.labels.set(key, value);
    return null;
  }

  private addTaint(text: string): ShapeProblem | null {
    const [, pair, effect] = /^(.*):([^:]*)$/.exec(text) ?? [];
    if (pair === undefined || effect === undefined) {
      return new ShapeProblem(
        "expected a taint with its effect, such as taint=dedicated=gpu:NoSchedule",
      );
    }
    if (!EFFECTS.includes(effect)) {
      const near = nearName(effect, EFFECTS, 4);
      const hint = near === "" ? "" : `: did you mean ${near}?`;
      return new ShapeProblem(`the effect ${effect} is none of ${EFFECTS.join(", ")}${hint}`);
    }
    const [key = "", value = ""] = keyAndValue(pair);
    const wrong = wrongLabel(key, value);
    if (wrong !== null) return wrong;
    if (this.taints.some((other) => other.key === key && other.effect === effect)) {
      return new ShapeProblem(`the taint ${key}:${effect} is given twice`);
    }
    this.taints.push({ key, ...(value === "" ? {} : { value }), effect });
    return null;
  }

  private addResource(name: string, text: string): ShapeProblem | null {
    const wrong = wrongResource(name);
    if (wrong !== null) return wrong;
    if (this.capacity.has(name)) return new ShapeProblem(`${name} is given twice`);
    const amount = parseQuantity(text);
    const expected = `expected an amount of ${name} such as ${name}=4`;
    if (!(amount instanceof Quantity)) return new ShapeProblem(`${expected}: ${amount.message}`);
    if (amount.sign < 0) return new ShapeProblem(expected);
    if (name !== "ephemeral-storage" && !/^\d+(?:[kMGTPE]|[KMGTPE]i)?$/.test(text)) {
      return new ShapeProblem(`expected a whole number of ${name}`);
    }
    this.capacity.set(name, text);
    return null;
  }
}

function keyAndValue(text: string): readonly string[] {
  const at = text.indexOf("=");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function wrongLabel(key: string, value: string): ShapeProblem | null {
  const [inKey] = qualifiedNameErrors(key);
  if (inKey !== undefined) return new ShapeProblem(`the key ${key}: ${inKey}`);
  const [inValue] = labelValueErrors(value);
  return inValue === undefined ? null : new ShapeProblem(`the value ${value}: ${inValue}`);
}

function wrongResource(name: string): ShapeProblem | null {
  if (name.includes("/")) {
    const [wrong] = qualifiedNameErrors(name);
    return wrong === undefined ? null : new ShapeProblem(`the resource ${name}: ${wrong}`);
  }
  if (name === "pods" || isContainerResource(name)) return null;
  const near = nearName(name, KEYS, Math.max(1, name.length / 4));
  return new ShapeProblem(
    near === ""
      ? `Kubernetes has no resource ${name}; one of a vendor has its domain, such as nvidia.com/gpu=4`
      : `did you mean ${near}?`,
  );
}
