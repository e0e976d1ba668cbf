import type { GenericKind } from "../../api/kinds.js";
import type { Selector } from "../../api/label-selector.js";
import type { AnyVersion, ObjectVersion, VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { OwnedPods } from "../owned-pods.js";
import type { Syncs } from "../syncs.js";
import type { RevisionHistory } from "./revision-history.js";

interface ClaimOptions<S, K extends GenericKind> {
  readonly syncs: Syncs<S>;
  readonly pods: OwnedPods<K>;
  readonly history: RevisionHistory;
  /** Receives what becomes of a revision that is adopted. */
  readonly revisionWritten: AnswerId;
  readonly wrote: (sync: S, object: AnyVersion) => void;
  readonly failed: (sync: S) => void;
}

/** Adopts revisions and pods that an owner's selector matches, and lets go of pods that it does not. */
export class ClaimWrites<S, K extends GenericKind> {
  private readonly claimed: AnswerId;

  constructor(private readonly options: ClaimOptions<S, K>) {
    const { syncs, pods, wrote, failed } = options;
    this.claimed = syncs.onAnswer((sync, outcome, request) => {
      if (outcome.ok && request.verb === "patch") {
        pods.putPod(request.target as PodVersion, outcome.object as PodVersion);
        wrote(sync, outcome.object);
      } else if (!outcome.ok && outcome.reason !== "NotFound") failed(sync);
    });
  }

  /** False where there is nothing to adopt or to let go. */
  send(owner: VersionOf<K>, selector: Selector): boolean {
    const { syncs, pods, history, revisionWritten } = this.options;
    const adoptions = history.adoptions(owner as ObjectVersion, selector);
    for (const request of adoptions) syncs.send(owner.row, revisionWritten, request);
    const claims = pods.claims(owner);
    for (const request of claims) syncs.send(owner.row, this.claimed, request);
    return adoptions.length + claims.length > 0;
  }
}
