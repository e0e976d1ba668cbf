import type { ControllerOptions } from "../controller.js";
import type { JobSync } from "./job-sync.js";

/** What is told of Jobs as Events. */
export class JobEvents {
  constructor(private readonly options: Pick<ControllerOptions, "observer" | "engine">) {}

  tell({ job }: JobSync, type: "Normal" | "Warning", reason: string, message: string): void {
    const { observer, engine } = this.options;
    observer.event(type, reason, job, message, engine.now);
  }
}
