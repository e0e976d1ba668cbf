import type { EventEmitter } from "node:events";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Ended } from "./seatrial.js";

/** What a command that ends its process leaves behind in one that goes on. */
const HEARD: readonly (readonly [EventEmitter, string])[] = [
  [process, "uncaughtException"],
  [process, "exit"],
  [process.stdout, "error"],
  [process.stderr, "error"],
];

let calls = 0;
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs a built command in this process, in a folder and with arguments of its own: its modules are loaded once, its main
 * module in every call. A folder, arguments and streams belong to a process, so one call waits for the other.
 */
export function callHere(main: string, folder: string, args: readonly string[]): Promise<Ended> {
  const call = before.then(() => callAlone(main, folder, args));
  before = call.catch(() => {});
  return call;
}

async function callAlone(main: string, folder: string, args: readonly string[]): Promise<Ended> {
  const { argv, exitCode, env } = process;
  const home = process.cwd();
  const heard = HEARD.map(([emitter, event]) => emitter.listeners(event));
  const { FORCE_COLOR: _, ...inherited } = env;
  const [out, err] = [new Capture(process.stdout), new Capture(process.stderr)];
  try {
    process.argv = [process.execPath, main, ...args];
    process.exitCode = undefined;
    process.env = { ...inherited, NO_COLOR: "1" };
    process.chdir(folder);
    calls += 1;
    await import(/* @vite-ignore */ `${pathToFileURL(main).href}?call=${calls}`);
    return { code: Number(process.exitCode ?? 0), stdout: out.text, stderr: err.text };
  } finally {
    out.end();
    err.end();
    process.chdir(home);
    Object.assign(process, { argv, env, exitCode });
    for (const [i, [emitter, event]] of HEARD.entries()) {
      for (const listener of emitter.listeners(event)) {
        if (!heard[i]!.includes(listener)) emitter.off(event, listener as () => void);
      }
    }
  }
}

/** Keeps what is written to a stream in place of writing it. */
class Capture {
  text = "";
  readonly #write: NodeJS.WriteStream["write"];

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.#write = stream.write;
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    };
  }

  end(): void {
    this.stream.write = this.#write;
  }
}
