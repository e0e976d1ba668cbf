const PRIME = 0x01000193;
const BASIS = 0x811c9dc5;

/** 32-bit FNV-1a over UTF-16 code units, as a signed integer; `basis`: where it begins. */
export function fnv1a(text: string, basis = BASIS): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}
