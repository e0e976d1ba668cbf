/** Ends what would need more memory than there is; the message says how much, and the remedy. */
export class MemoryExhaustedError extends Error {
  override readonly name = "MemoryExhaustedError";
}
