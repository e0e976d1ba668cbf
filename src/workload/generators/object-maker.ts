import { defaultSpec } from "../../api/defaults.js";
import { type Kind, kindNamed } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { fromManifest } from "../../api/manifest.js";
import type { NewObject } from "../../api/new-object.js";
import { assert } from "../../base/assert.js";
import { own } from "../../base/own.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import type { Generator } from "./generator-options.js";

/** Objects of more kinds than this are not remembered together. */
const MAX_REMEMBERED = 4096;

/** Label of a generated object with its generator's name. */
const GENERATOR_LABEL = "seatrial.dev/generator";

interface VariedResource {
  readonly field: "requests" | "limits";
  readonly resource: string;
  readonly distribution: Distribution;
}

/** Makes the n-th object of a generator. Objects whose varied amounts are equal share their spec. */
export class ObjectMaker {
  readonly kind: Kind;
  readonly namespace: string;
  /** Of the names that it gives; a number follows. */
  readonly prefix: string;
  private readonly varied: readonly VariedResource[];
  private readonly remembered = new Map<string, NewObject>();

  constructor(
    private readonly generator: Generator,
    private readonly streams: RandomStreams,
    private readonly startTimeMs: number,
  ) {
    this.prefix = `${generator.template.metadata.name ?? generator.name}-`;
    this.varied = generator.vary.flatMap((variation) =>
      "resource" in variation
        ? [{ ...variation, distribution: distributionOf(variation.distribution) }]
        : [],
    );
    const { kind, namespace } = this.objectWith(this.varied.map(() => 0));
    this.kind = kind;
    this.namespace = namespace;
  }

  make(ordinal: number): NewObject {
    const amounts = this.varied.map((varied) => this.amount(varied, ordinal));
    const key = amounts.join(",");
    let object = this.remembered.get(key);
    if (object === undefined) {
      object = this.objectWith(amounts);
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, object);
    }
    return { ...object, name: `${this.prefix}${ordinal}` };
  }

  /** The number in a name that this maker gave; null for any other name. */
  ordinalIn(name: string): number | null {
    if (!name.startsWith(this.prefix)) return null;
    const digits = name.slice(this.prefix.length);
    return /^(?:0|[1-9]\d{0,14})$/.test(digits) ? Number(digits) : null;
  }

  private amount({ field, resource, distribution }: VariedResource, ordinal: number): number {
    const name = `workload/generator/${this.generator.name}/${field}.${resource}`;
    const amount = Math.round(distribution.quantile(this.streams.draw(name, ordinal)));
    return Math.min(Math.max(0, amount), Number.MAX_SAFE_INTEGER);
  }

  private objectWith(amounts: readonly number[]): NewObject {
    const manifest = this.manifestWith(amounts);
    const object = fromManifest(manifest, this.startTimeMs);
    assert(object !== null, () => `a generator makes objects of the unknown kind ${manifest.kind}`);
    return { ...object, spec: defaultSpec(object.kind, object.spec) } as NewObject;
  }

  private manifestWith(amounts: readonly number[]): Manifest {
    const { template, name } = this.generator;
    const labels = { ...template.metadata.labels, [GENERATOR_LABEL]: name };
    const metadata = { ...template.metadata, labels, name: `${this.prefix}0` };
    const path = kindNamed(template.kind)?.podSpecPath ?? ["spec"];
    let manifest: unknown = { ...template, metadata };
    for (const [index, { field, resource }] of this.varied.entries()) {
      const amount = amounts[index] ?? 0;
      const quantity = resource === "cpu" ? `${amount}m` : String(amount);
      const at = [...path, "containers", 0, "resources", field, resource];
      manifest = withValue(manifest, at, quantity);
    }
    return manifest as Manifest;
  }
}

/** A copy of `whole` with `value` at that path; what is not on the path is shared. */
function withValue(whole: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list = Array.isArray(whole) ? (whole as readonly unknown[]) : [];
    return list.map((item, index) => (index === key ? withValue(item, rest, value) : item));
  }
  const fields = (whole ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: withValue(own(fields, key), rest, value) };
}
