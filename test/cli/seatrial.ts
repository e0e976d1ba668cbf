import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { callHere } from "./call-here.js";

/** The built command. */
export const MAIN = resolve("dist/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  /** In place of `NO_COLOR=1`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the process believes that it writes to a terminal; see {@link hasTerminal}. */
  readonly isTerminal?: boolean;
  /** Called once, when the process has written something to a file below `out`. */
  readonly onceUnderWay?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** In place of pipes that are read to their end. */
  readonly stdio?: { readonly stdout?: number; readonly stderr?: number };
}

/** A folder of its own with files in it, in which the built command is called. */
export class Workplace {
  readonly path = mkdtempSync(join(tmpdir(), "seatrial-cli-"));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** Names of all files below a folder, in order; none where there is no such folder. */
  files(below = "."): string[] {
    if (!existsSync(join(this.path, below))) return [];
    return readdirSync(join(this.path, below), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .sort();
  }

  /** Calls the built command without a process of its own, which takes most of the time of a short call. */
  callHere(args: readonly string[]): Promise<Ended> {
    return callHere(MAIN, this.path, args);
  }

  /** Calls `seatrial` as a process and waits until it ends. */
  call(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
    return new Promise((done, fail) => {
      const line = [process.execPath, MAIN, ...args];
      const [program, ...rest] = options.isTerminal
        ? ["script", "-qec", line.join(" "), "/dev/null"]
        : line;
      const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
      const child = spawn(program!, rest, {
        cwd: this.path,
        env: { ...inherited, ...(options.env ?? { NO_COLOR: "1" }) },
        stdio: ["ignore", options.stdio?.stdout ?? "pipe", options.stdio?.stderr ?? "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.on("error", fail).on("close", (code) => done({ code, stdout, stderr }));
      const { onceUnderWay } = options;
      if (onceUnderWay === undefined) return;
      const poll = setInterval(() => {
        if (child.exitCode === null && !this.isUnderWay()) return;
        clearInterval(poll);
        onceUnderWay((signal) => child.kill(signal));
      }, 20);
    });
  }

  /** Whether a run has begun to write. */
  private isUnderWay(): boolean {
    return this.files().some((name) => name.includes("-partial-"));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Whether util-linux' `script` is there to play the terminal. */
export function hasTerminal(): boolean {
  const { status, stdout } = spawnSync("script", ["--version"], { encoding: "utf8" });
  if (status === 0 && stdout.includes("util-linux")) return true;
  process.stdout.write("left out: what a terminal gets; script of util-linux is not here\n");
  return false;
}

export const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "web:1", resources: { requests: { cpu: "1" } } }] }
`;

/** A scenario of that name on two nodes, with more lines below `spec`. */
export function scenario(name: string, more = "  manifests: [app.yaml]\n"): string {
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  duration: 10m
  cluster:
    nodePools:
      - { name: general, nodes: 2, capacity: { cpu: "4", memory: 8Gi } }
${more}`;
}
