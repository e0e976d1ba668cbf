/** How a sentence ends about what comes by itself. */
export const NOTHING_TO_DO = "nothing has to be done.";

/** Whether the sentence is of no use to whoever sees that the pod got its node. */
export function isPassing(sentence: string): boolean {
  return sentence.endsWith(NOTHING_TO_DO);
}
