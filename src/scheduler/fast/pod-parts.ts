import { assert } from "../../base/assert.js";
import type { Plugin } from "../framework/interfaces.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodPart } from "../framework/reads.js";

type Fields = Readonly<Record<string, unknown>>;
/** A name, or a number that stands for what an object says. */
export type PartElement = string | number;

interface PartPath {
  /** Of the pod itself, and not of its template. */
  readonly isOfObject: boolean;
  readonly keys: readonly string[];
}

function pathOf(part: PodPart): PartPath {
  const keys = part.split(".");
  return keys[0] === "pod"
    ? { isOfObject: true, keys: keys.slice(1) }
    : { isOfObject: false, keys };
}

/** More objects than this are numbered anew. */
const MAX_NUMBERED = 8192;

/** What plugins read of a pod, as a list of names and numbers: equal ones for pods that they treat alike. */
export class PodParts {
  /** Of objects that live; most are shared by many pods. */
  private readonly numbers = new WeakMap<object, number>();
  /** Numbers that stand for what objects say. */
  private readonly byContent = new Map<string, number>();
  private nextNumber = 0;
  /** Parts as paths, by plugin, without those that a plugin before reads too. */
  private readonly paths: readonly (readonly [Plugin, readonly PartPath[]])[];
  private readonly found: PartElement[] = [];

  constructor(plugins: Iterable<Plugin>) {
    const known: PodPart[] = [];
    // A part stands for all below it.
    const isKnown = (part: PodPart): boolean =>
      known.some((one) => part === one || part.startsWith(`${one}.`));
    this.paths = [...plugins].map((plugin) => {
      const parts = plugin.reads!.pod.filter((part) => !isKnown(part));
      // One that is of no concern to some pods is not asked for these.
      if (plugin.concerns === undefined) known.push(...parts);
      return [plugin, parts.map(pathOf)];
    });
  }

  /** Without the parts of plugins that are of no concern to the pod; valid until the next call. */
  of(pod: PodInfo): readonly PartElement[] {
    const { paths, found } = this;
    let count = 0;
    for (let i = 0; i < paths.length; i += 1) {
      const [plugin, parts] = paths[i]!;
      if (plugin.concerns !== undefined) {
        if (!plugin.concerns(pod)) continue;
        found[count++] = plugin.name;
      }
      for (let k = 0; k < parts.length; k += 1) {
        const { isOfObject, keys } = parts[k]!;
        found[count++] = this.elementAt(isOfObject ? pod.pod : pod.template, keys, 0);
      }
    }
    if (found.length !== count) found.length = count;
    return found;
  }

  /** The same as a text. */
  textOf(pod: PodInfo): string {
    const parts = this.of(pod);
    let text = "";
    for (let i = 0; i < parts.length; i += 1) text += `${parts[i]}\n`;
    return text;
  }

  private elementAt(of: unknown, path: readonly string[], from: number): PartElement {
    let value = of;
    for (let at = from; ; at += 1) {
      if (value === undefined || value === null) return "";
      if (typeof value !== "object") return typeof value === "string" ? value : String(value);
      if (Array.isArray(value)) {
        if (value.length === 0) return "[]";
        if (at < path.length) return this.elementOfAll(value, path, at);
      }
      if (at === path.length) return this.numbers.get(value) ?? this.numberOf(value);
      value = (value as Fields)[path[at]!];
    }
  }

  private elementOfAll(list: readonly unknown[], path: readonly string[], at: number): PartElement {
    if (list.length === 1) return this.elementAt(list[0], path, at);
    return list.map((each) => this.elementAt(each, path, at)).join();
  }

  private numberOf(value: object): number {
    const content = JSON.stringify(value, tellable);
    let number = this.byContent.get(content);
    if (number === undefined) {
      number = this.nextNumber;
      this.nextNumber += 1;
      if (this.byContent.size >= MAX_NUMBERED) this.byContent.clear();
      this.byContent.set(content, number);
    }
    this.numbers.set(value, number);
    return number;
  }
}

/** What a text would leave out must not tell two pods apart. */
function tellable(_key: string, value: unknown): unknown {
  const isTold = !(value instanceof Map || value instanceof Set || typeof value === "function");
  assert(isTold, "the parts of a pod that plugins declare are plain data");
  return value;
}

/** What sets of plugins read of pods, as text: an equal one for pods that the set treats alike. */
export class PodTexts {
  private readonly byNames = new Map<string, PodParts>();

  of(plugins: readonly Plugin[], pod: PodInfo): string {
    const names = plugins.map(({ name }) => name).join();
    let parts = this.byNames.get(names);
    if (parts === undefined) {
      parts = new PodParts(plugins);
      this.byNames.set(names, parts);
    }
    return `${names}\n${parts.textOf(pod)}`;
  }
}
