export const number = (value: number): string => Math.round(value).toLocaleString("en-US");

const WIDTHS = [9, 8, 5, 11, 9, 10, 9, 9, 9, 11, 9, 8];

/** A line of the table of workloads. */
export function row(cells: readonly string[]): void {
  console.log(cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 10)).join(" "));
}

/** Seconds of processor time since `begin`. */
export function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

/** Decisions for a second of processor time, of as many as take so long. */
export function decisionsASecond(millis: number, decide: () => void): number {
  const begin = process.cpuUsage();
  for (let done = 1; ; done += 1) {
    decide();
    const seconds = secondsSince(begin);
    if (seconds * 1e3 > millis) return done / seconds;
  }
}
