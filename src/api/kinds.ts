import type { KindDescriptor } from "./kinds/kind-descriptor.js";
import { DESCRIPTORS } from "./kinds/registry.js";

type Descriptors = typeof DESCRIPTORS;
export type Kind = keyof Descriptors;
/** Every kind but Pod, which has a stored form of its own ({@link PodVersion}). */
export type GenericKind = Exclude<Kind, "Pod">;

/** `spec` of a kind; of one that has none in Kubernetes (PriorityClass …) the rest of its body. */
export type SpecOf = { [K in Kind]: NonNullable<Descriptors[K]["types"]>["spec"] };
export type StatusOf = { [K in Kind]: NonNullable<Descriptors[K]["types"]>["status"] };
export type Status<K extends Kind> = StatusOf[K];

/** What is known of every kind that is kept. */
export const KINDS: { readonly [K in Kind]: KindDescriptor<SpecOf[K], Status<K>> } = DESCRIPTORS;

export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];

/** The kind whose objects make those of a kind, under their own name with `-` and a word behind it. */
export function makerOf(kind: string): string | undefined {
  return kindNamed(kind)?.madeBy;
}

/** Kinds that pods are made for, Pod itself among them, with the words that kubectl takes for them. */
export const POD_KIND_WORDS: ReadonlyMap<Kind, readonly string[]> = new Map(
  ALL_KINDS.filter((kind) => kind === "Pod" || KINDS[kind].podSpecPath !== undefined).map(
    (kind) => [kind, [kind.toLowerCase(), KINDS[kind].plural, ...(KINDS[kind].shortNames ?? [])]],
  ),
);

/** The descriptor of a kind that is kept, whatever the name; undefined for others. */
export function kindNamed(name: string): KindDescriptor<unknown, unknown> | undefined {
  return Object.hasOwn(KINDS, name)
    ? (KINDS[name as Kind] as KindDescriptor<unknown, unknown>)
    : undefined;
}
