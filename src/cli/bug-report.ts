import { printableLines } from "../base/printable.js";
import { RunBrokenError } from "../experiment/run-broken-error.js";

/**
 * What somebody needs who mends a bug of ours: what broke, the seed, the virtual time, and the
 * command that replays it.
 *
 * @param args what stood behind `seatrial` on the command line
 */
export function bugReport(
  error: unknown,
  context: { readonly args: readonly string[]; readonly showStack: boolean },
): string {
  const { args, showStack } = context;
  const broken = error instanceof RunBrokenError ? error : null;
  const reason = broken?.reason ?? error;
  const lines = [`seatrial has a bug, your input is not to blame: ${reasonText(reason)}`];
  const replay = [...args];
  if (broken !== null) {
    const { scenario, seed, timeMicros } = broken.place;
    const seconds = (timeMicros / 1e6).toFixed(6);
    lines.push(`  in scenario ${scenario}, seed ${seed}, at ${seconds} s of virtual time`);
    const hasSeed = args.some((arg) => arg === "--seed" || arg.startsWith("--seed="));
    if (!hasSeed) replay.push("--seed", String(seed));
  }
  lines.push(`  to replay it: seatrial ${replay.map(shellWord).join(" ")}`);
  const stack = reason instanceof Error ? reason.stack : undefined;
  if (showStack && stack !== undefined) lines.push(stack);
  else
    lines.push(
      "  please report these lines; with SEATRIAL_STACK=1 it also tells where in the code",
    );
  return `${lines.map(printableLines).join("\n")}\n`;
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
}

/** The word in quotes where a shell would take it apart. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
