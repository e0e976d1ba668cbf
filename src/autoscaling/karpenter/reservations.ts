import { assert } from "../../base/assert.js";
import type { InstanceType, Offering } from "./instance-type.js";

/**
 * How much room is left in reservations while nodes are planned: a node that might be of several holds a place in each.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/reservationmanager.go`.
 */
export class Reservations {
  private readonly room = new Map<string, number>();
  private readonly held = new Map<string, Set<string>>();

  constructor(types: readonly InstanceType[]) {
    for (const { offerings } of types) {
      for (const { isReserved, reservationId, reservationCapacity } of offerings) {
        if (!isReserved) continue;
        const room = this.room.get(reservationId) ?? Number.POSITIVE_INFINITY;
        this.room.set(reservationId, Math.min(room, reservationCapacity));
      }
    }
  }

  /** True if the node of that name holds a place there, or could. */
  canReserve(hostname: string, { reservationId }: Offering): boolean {
    return (
      this.held.get(hostname)?.has(reservationId) === true || this.room.get(reservationId)! > 0
    );
  }

  /** The node holds these from now on, and no others. */
  hold(hostname: string, offerings: readonly Offering[]): void {
    const held = this.held.get(hostname) ?? new Set<string>();
    const wanted = new Set(offerings.map(({ reservationId }) => reservationId));
    for (const id of wanted) if (!held.has(id)) this.take(id, 1);
    for (const id of held) if (!wanted.has(id)) this.take(id, -1);
    this.held.set(hostname, wanted);
  }

  private take(id: string, places: 1 | -1): void {
    const room = this.room.get(id)! - places;
    assert(room >= 0, () => `the reservation ${id} has no place left`);
    this.room.set(id, room);
  }
}
