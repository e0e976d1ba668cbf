import type { EndpointPod } from "./proxy-view.js";

const NONE: readonly number[] = [];

/** Which services, by their number, list a pod. */
export class ListingServices {
  private readonly byUid = new Map<string, readonly number[]>();

  /** In the order of their numbers. */
  of(uid: string): readonly number[] {
    return this.byUid.get(uid) ?? NONE;
  }

  /** A service lists other pods than before. */
  replace(service: number, before: readonly EndpointPod[], after: readonly EndpointPod[]): void {
    for (const { uid } of before) {
      const others = this.of(uid).filter((one) => one !== service);
      if (others.length === 0) this.byUid.delete(uid);
      else this.byUid.set(uid, others);
    }
    for (const { uid } of after) {
      const others = this.of(uid).filter((one) => one !== service);
      this.byUid.set(
        uid,
        [...others, service].sort((a, b) => a - b),
      );
    }
  }
}
