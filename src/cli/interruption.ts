import process from "node:process";

/** Whether the user has asked to stop, by Ctrl-C or by a terminating signal. */
export class Interruption {
  private isRequested = false;
  private readonly request = () => {
    this.isRequested = true;
  };

  constructor() {
    process.on("SIGINT", this.request);
    process.on("SIGTERM", this.request);
  }

  get requested(): boolean {
    return this.isRequested;
  }

  /** Gives the signals back. */
  dispose(): void {
    process.off("SIGINT", this.request);
    process.off("SIGTERM", this.request);
  }
}
