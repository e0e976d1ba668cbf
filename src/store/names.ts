import type { RandomStream } from "../kernel/random-streams.js";

/** Upstream's alphabet for generated names: no vowels, so no words, and nothing easily confused. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
/** A name is cut so that it still fits a DNS label with its suffix. */
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/**
 * A name for an object with `generateName`: the base, cut to fit, and five random characters.
 * Source: Kubernetes API concepts, "Generated values".
 */
export function generateName(base: string, stream: RandomStream): string {
  let name = base.length > MAX_BASE_LENGTH ? base.slice(0, MAX_BASE_LENGTH) : base;
  for (let i = 0; i < SUFFIX_LENGTH; i++) name += ALPHABET[stream.int(ALPHABET.length)]!;
  return name;
}
