/**
 * A visit of a request is known by a word of 32 bits, by which its draws are keyed: which call of which
 * visit it is, and which attempt. Two visits of one request that meet would draw the same; among a
 * hundred visits that is one request in a million.
 */

/** The visit of an attempt, from 1, of the call with that path; the first has the path of the call. */
export function attemptPath(path: number, attempt: number): number {
  return (path + Math.imul(attempt - 1, 0x9e3779b1)) | 0;
}

/** The call that a visit makes in a stage, by its place there. */
export function childPath(path: number, stage: number, index: number): number {
  const mixed = Math.imul(path ^ Math.imul(stage * 256 + index + 1, 0x85ebca6b), 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
