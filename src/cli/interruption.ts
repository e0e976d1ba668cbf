import process from "node:process";

/** What ends the reading of a file when the user has asked to stop. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

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

  /** The same text, until the user asks to stop: then it throws. */
  async *guard(text: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const block of text) {
      if (this.isRequested) throw new InterruptedError("the user has asked to stop");
      yield block;
    }
  }

  /** Gives the signals back. */
  dispose(): void {
    process.off("SIGINT", this.request);
    process.off("SIGTERM", this.request);
  }
}
