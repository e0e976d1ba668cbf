import process from "node:process";
import { Interruption } from "../../src/cli/interruption.js";
import { runCommand } from "../../src/cli/run-command.js";
import { validateCommand } from "../../src/cli/validate-command.js";
import type { Answer, Call } from "./inputs.js";

/** The command's own path, in a process that lives on: what it prints is caught and sent back. */
const interruption = new Interruption();

async function caught(command: () => Promise<number>): Promise<Answer["run"]> {
  const writes = [process.stdout.write, process.stderr.write] as const;
  let text = "";
  const keep = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  process.stdout.write = keep;
  process.stderr.write = keep;
  try {
    return { code: await command(), text };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: 70, text: `${text}${stack}` };
  } finally {
    [process.stdout.write, process.stderr.write] = writes;
  }
}

process.on("message", async ({ folder, paths, options }: Call) => {
  process.chdir(folder);
  const validate = await caught(() => validateCommand(paths));
  const run = await caught(() => runCommand(paths, options, { version: "0.0.0", interruption }));
  process.send!({ validate, run } satisfies Answer);
});
process.send!("ready");
