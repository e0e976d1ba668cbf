/**
 * A number from 0 to 2^53 - 1 for the name of a thing, to key draws by where things have names
 * instead of numbers. Two lanes of multiplications, as in MurmurHash3: equal on every machine, and
 * two names share a number about as rarely as chance allows.
 */
export function entityOrdinal(name: string): number {
  let first = 0x9e3779b9 ^ name.length;
  let second = 0x41c6ce57;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    first = Math.imul(first ^ code, 0x85ebca6b);
    first = (first << 13) | (first >>> 19);
    second = Math.imul(second ^ code, 0xc2b2ae35);
    second = (second << 17) | (second >>> 15);
  }
  first = mixed(first ^ (second >>> 15));
  second = mixed(second ^ (first >>> 13));
  return (second & 0x1fffff) * 2 ** 32 + (first >>> 0);
}

function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
