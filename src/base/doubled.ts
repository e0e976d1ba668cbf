/** `first` doubled so many times, at most `most`. */
export function doubled(first: number, times: number, most: number): number {
  let value = first;
  for (let i = 0; i < times && value < most; i++) value *= 2;
  return Math.min(value, most);
}
