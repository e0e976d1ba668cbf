import type { ObjectVersion } from "../../api/object-version.js";
import {
  type AddressType,
  type Endpoint,
  type EndpointGroup,
  endpointKey,
  type EndpointPort,
  groupKey,
  sameEndpoint,
} from "./endpoints.js";

export type EndpointSlice = ObjectVersion<"EndpointSlice">;

/** What a slice is to hold. */
export interface SliceContent {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** Writes that bring a Service's slices in line. */
export interface SlicePlan {
  readonly create: SliceContent[];
  readonly update: { readonly slice: EndpointSlice; readonly content: SliceContent }[];
  readonly remove: EndpointSlice[];
}

/** Upstream's `--max-endpoints-per-slice`. */
const MAX_ENDPOINTS = 100;

/**
 * How to get from the slices that exist to the endpoints that are wanted with few writes: endpoints
 * stay in their slice, new ones fill the slices that change anyway, then one that has room, then new
 * ones. A group without endpoints keeps one empty slice.
 * Source: Kubernetes, "EndpointSlices: Distribution".
 */
export function planSlices(
  existing: readonly EndpointSlice[],
  groups: readonly EndpointGroup[],
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] };
  const byKey = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = groupKey(slice.spec.addressType, slice.spec.ports ?? []);
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [slice]);
    else list.push(slice);
  }
  for (const group of groups) {
    const key = groupKey(group.addressType, group.ports);
    planGroup(group, byKey.get(key) ?? [], plan);
    byKey.delete(key);
  }
  for (const slices of byKey.values()) plan.remove.push(...slices);
  recycle(plan);
  return plan;
}

interface Draft {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
  changed: boolean;
}

function planGroup(group: EndpointGroup, slices: readonly EndpointSlice[], plan: SlicePlan): void {
  const missing = new Map(group.endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const drafts = slices.map((slice) => draftOf(slice, missing));
  const rest = [...missing.values()];
  for (const draft of drafts) {
    if (draft.changed) fill(draft, rest);
  }
  const emptied = drafts.filter((draft) => draft.changed && draft.endpoints.length === 0);
  // What is left goes to the fullest slice that takes all of it, so that others stay as they are.
  if (rest.length > 0) {
    const roomy = drafts
      .filter((draft) => !draft.changed && draft.endpoints.length + rest.length <= MAX_ENDPOINTS)
      .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
    if (roomy !== undefined) fill(roomy, rest);
  }
  while (rest.length > 0) {
    plan.create.push({ ...group, endpoints: rest.splice(0, MAX_ENDPOINTS) });
  }
  const isPlaceholder = group.endpoints.length === 0;
  const kept = isPlaceholder && emptied.length === drafts.length ? emptied[0] : undefined;
  for (const draft of drafts) {
    if (!draft.changed) continue;
    if (draft.endpoints.length === 0 && draft !== kept) plan.remove.push(draft.slice);
    else
      plan.update.push({ slice: draft.slice, content: { ...group, endpoints: draft.endpoints } });
  }
  if (isPlaceholder && drafts.length === 0) plan.create.push(group);
}

/** The slice with what is wanted of it; what it has is taken off `missing`. */
function draftOf(slice: EndpointSlice, missing: Map<string, Endpoint>): Draft {
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const endpoint of slice.spec.endpoints ?? []) {
    const key = endpointKey(endpoint);
    const wanted = missing.get(key);
    missing.delete(key);
    if (wanted === undefined || !sameEndpoint(endpoint, wanted)) changed = true;
    if (wanted !== undefined) endpoints.push(wanted);
  }
  return { slice, endpoints, changed };
}

function fill(draft: Draft, rest: Endpoint[]): void {
  const room = MAX_ENDPOINTS - draft.endpoints.length;
  if (room <= 0 || rest.length === 0) return;
  draft.endpoints.push(...rest.splice(0, room));
  draft.changed = true;
}

/** A slice that would go takes the content of one that would come. */
function recycle(plan: SlicePlan): void {
  while (plan.create.length > 0 && plan.remove.length > 0) {
    const content = plan.create.shift()!;
    const same = plan.remove.findIndex(({ spec }) => spec.addressType === content.addressType);
    if (same < 0) {
      plan.create.unshift(content);
      return;
    }
    const [slice] = plan.remove.splice(same, 1);
    plan.update.push({ slice: slice!, content });
  }
}
