import type { PodVersion } from "../../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { ClaimWrite, PreBindPlan, PreBindStep } from "../../framework/interfaces.js";
import type { Listers } from "../../framework/listers.js";
import type { DeviceAllocator } from "./allocator.js";
import type { ClaimsState, NodeDevices } from "./claims-state.js";
import {
  MakeDeviceClaim,
  ProtectDevices,
  ReserveDevices,
  TellExtendedResources,
  WrittenClaim,
} from "./device-steps.js";
import { isReservedFor } from "./pod-claims.js";

/** Between two looks at devices that are attached on demand. */
const POLL_MICROS = 5 * MICROS_PER_SECOND;

/** Under which the allocation of a pod's extended resources is known while it is written. */
const extendedUid = ({ uid }: PodVersion): string => `${uid}/extended-resources`;

/** From the choice of a node to the binding: devices are set aside, written into claims, or given back. */
export class DeviceBinding {
  constructor(
    private readonly allocator: DeviceAllocator,
    private readonly claims: Listers["resourceClaims"],
    private readonly timeoutMicros: TimeMicros,
  ) {}

  /** Nobody else gets the devices that the pod would get on the node. */
  setAside(
    mine: ClaimsState,
    chosen: { readonly pod: PodVersion; readonly nodeName: string; readonly devices: NodeDevices },
  ): void {
    const { pod, nodeName, devices } = chosen;
    const results = this.allocator.results(devices.demand, devices.found, nodeName);
    const open = mine.claims.filter(({ status }) => status?.allocation === undefined);
    results.forEach((allocation, i) => {
      const uid = open[i]?.uid ?? extendedUid(pod);
      this.claims.beginAllocation(uid, allocation);
      mine.reserved.push({ uid, allocation });
    });
  }

  /**
   * Takes back what was set aside, and what was written already: claims are no longer reserved for the
   * pod, and one that was made for its extended resources goes. Source: dynamicresources.go, Unreserve.
   */
  giveBack(mine: ClaimsState, pod: PodVersion): readonly ClaimWrite[] {
    for (const { uid } of mine.reserved) this.claims.endAllocation(uid);
    mine.reserved.splice(0);
    const writes: ClaimWrite[] = [];
    for (const { namespace, name, uid } of mine.claims) {
      const claim = this.claims.get(namespace, name);
      if (claim?.uid !== uid || claim.status?.allocation === undefined) continue;
      if (!isReservedFor(claim, pod)) continue;
      writes.push({ kind: "unreserve", claim, podUid: pod.uid });
    }
    const made = mine.making?.claim() ?? null;
    if (made !== null) writes.push({ kind: "delete", claim: made });
    mine.making = null;
    return writes;
  }

  /** What is to be written before the pod is bound; null: nothing. */
  plan(mine: ClaimsState, pod: PodVersion, nodeName: string): PreBindPlan | null {
    const steps = this.steps(mine, pod, nodeName);
    if (steps.length === 0) return null;
    return {
      steps,
      pollMicros: POLL_MICROS,
      looksAtOnce: true,
      timeoutMicros: this.timeoutMicros,
      timedOut: "device binding timeout",
      failure: "",
    };
  }

  private steps(mine: ClaimsState, pod: PodVersion, nodeName: string): readonly PreBindStep[] {
    const steps: PreBindStep[] = [];
    const allocations = new Map(mine.reserved.map(({ uid, allocation }) => [uid, allocation]));
    for (const { namespace, name, uid } of mine.claims) {
      const claim = new WrittenClaim(`${namespace}/${name}`, this.claims);
      const current = claim.current();
      if (typeof current !== "string" && isReservedFor(current, pod)) continue;
      const allocation = allocations.get(uid) ?? null;
      if (allocation !== null) steps.push(new ProtectDevices(claim));
      steps.push(new ReserveDevices(claim, { pod, uid, allocation }));
    }
    const extended = mine.byNode.get(nodeName)?.extended ?? null;
    const uid = extendedUid(pod);
    const allocation = allocations.get(uid);
    if (extended === null || allocation === undefined) return steps;
    const making = new MakeDeviceClaim(pod, extended.spec, this.claims);
    mine.making = making;
    const claim = new WrittenClaim(making, this.claims);
    return [
      ...steps,
      making,
      new ProtectDevices(claim),
      new ReserveDevices(claim, { pod, uid, allocation }),
      new TellExtendedResources(pod, making, extended.mappings),
    ];
  }
}
