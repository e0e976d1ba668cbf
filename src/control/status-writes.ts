import type { AnyVersion } from "../api/object-version.js";
import type { AnswerId } from "../store/client.js";
import type { Refusal } from "../store/outcome.js";
import type { Syncs } from "./syncs.js";

/** What becomes of a status that a sync writes. */
interface StatusAnswers<S> {
  wrote(sync: S, object: AnyVersion): void;
  refused(sync: S, refusal: Refusal): void;
}

/** Statuses, each written over the version that it was worked out for, and after a Conflict over the newest. */
export class StatusWrites<S> {
  private readonly answered: AnswerId;

  constructor(
    private readonly syncs: Syncs<S>,
    told: StatusAnswers<S>,
  ) {
    this.answered = syncs.onAnswer((sync, outcome, request, key) => {
      if (outcome.ok) told.wrote(sync, outcome.object);
      else if (outcome.reason === "Conflict" && request.verb === "update") {
        const { base: target, change } = request;
        syncs.send(key, this.answered, { verb: "patch", target, change });
      } else told.refused(sync, outcome);
    });
  }

  /** Writes it unless it is the one that the object has. */
  send(base: AnyVersion, status: object | undefined): void {
    if (status === base.status) return;
    this.syncs.send(base.row, this.answered, { verb: "update", base, change: { status } });
  }
}
