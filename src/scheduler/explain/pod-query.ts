import { type Kind, makerOf, POD_KIND_WORDS } from "../../api/kinds.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { nearName } from "../../base/near-name.js";

/** A pod with whom it belongs to. */
export interface PodOwned {
  readonly namespace: string;
  readonly name: string;
  /** `Kind/name` of its controller; empty for none. */
  readonly owner: string;
}

const PART = /^[a-z0-9.*-]+$/;

const KIND_OF: ReadonlyMap<string, string> = new Map(
  [...POD_KIND_WORDS].flatMap(([kind, words]) => words.map((word) => [word, kind] as const)),
);

/**
 * Which pods are asked about: `web-1`, `shop/web-1`, `pod/web-1`, `deploy/web`, `shop/deploy/web`, or
 * `shop/Deployment/web`; `*` stands for any characters of a name.
 */
export class PodQuery {
  private constructor(
    readonly text: string,
    private readonly isNamespace: (text: string) => boolean,
    private readonly isName: (text: string) => boolean,
    /** Whose pods: `Pod` for those of that name themselves. */
    readonly kind: string,
    readonly hasNamespace: boolean,
    readonly name: string,
  ) {}

  /** The query, or what is wrong with it. */
  static parse(text: string): PodQuery | string {
    const parts = text.split("/");
    const name = parts.pop() ?? "";
    const kindWord = parts.length > 1 || kindOf(parts[0]) !== undefined ? parts.pop() : undefined;
    const [namespace] = parts;
    const kind = kindWord === undefined ? "Pod" : kindOf(kindWord);
    if (parts.length > 1 || !PART.test(name)) return EXPECTED;
    if (kind === undefined) return unknownKind(kindWord ?? "");
    if (namespace !== undefined && !PART.test(namespace)) {
      return /^[A-Z]/.test(namespace) ? unknownKind(namespace) : EXPECTED;
    }
    const isNamespace = namespace === undefined ? () => true : glob(namespace);
    return new PodQuery(text, isNamespace, glob(name), kind, namespace !== undefined, name);
  }

  matches({ namespace, name, owner }: PodOwned): boolean {
    if (!this.isNamespace(namespace)) return false;
    if (this.kind === "Pod") return this.isName(name);
    return ownersOf(owner).some(({ kind, name: its }) => kind === this.kind && this.isName(its));
  }

  matchesPod(pod: PodVersion): boolean {
    const controller = controllerOf(pod);
    const owner = controller === undefined ? "" : `${controller.kind}/${controller.name}`;
    return this.matches({ namespace: pod.namespace, name: pod.name, owner });
  }
}

const EXPECTED =
  "expected the name of a pod, namespace/name, or kind/name such as deploy/web; a * stands for any characters, as in shop/web-*";

/** `deploy`, `deployments.apps`, `Deployment`. */
function kindOf(word: string | undefined): string | undefined {
  const [plain = ""] = (word ?? "").split(".");
  return POD_KIND_WORDS.has(plain as Kind) ? plain : KIND_OF.get(plain);
}

function unknownKind(word: string): string {
  const near = nearName(word.toLowerCase(), [...KIND_OF.keys()], 2);
  const hint = near === "" ? "" : `: did you mean ${near}?`;
  return `${word} is no kind that has pods${hint} (${[...POD_KIND_WORDS.keys()].join(", ")})`;
}

/** The controller of a pod, and what made that. */
function ownersOf(owner: string): readonly { readonly kind: string; readonly name: string }[] {
  const [kind, name] = owner.split("/");
  if (kind === undefined || name === undefined) return [];
  const maker = makerOf(kind);
  const end = name.lastIndexOf("-");
  return maker === undefined || end <= 0
    ? [{ kind, name }]
    : [
        { kind, name },
        { kind: maker, name: name.slice(0, end) },
      ];
}

/** The parts between the stars have to be there in their order, the outer ones at the ends. */
function glob(pattern: string): (text: string) => boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
