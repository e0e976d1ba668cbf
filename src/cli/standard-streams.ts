import process from "node:process";
import { printable } from "../base/printable.js";
import { ExitCode } from "./exit-code.js";

/** A message on stderr: one line, whatever it holds. */
export function tell(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/**
 * Makes good ends of streams that cannot be written: a reader that went away has seen enough, and
 * changes nothing; stdout that takes no more is told once, and is the exit code of what went well
 * otherwise; of stderr nobody can be told.
 */
export function guardStandardStreams(): void {
  let isLost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (isLost || error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") return;
    isLost = true;
    const why = error.code === "ENOSPC" ? "no space is left" : `the system says ${error.code}`;
    tell(`standard output cannot be written: ${why}`);
  });
  process.stderr.on("error", () => {});
  process.on("exit", (code) => {
    if (isLost && code === ExitCode.good) process.exitCode = ExitCode.cannotWrite;
  });
}
