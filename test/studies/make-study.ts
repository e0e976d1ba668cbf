import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { detectionCurve } from "./detection-curve.js";

const MAIN = resolve("dist/cli/main.js");
const DATA = resolve(process.env.SEATRIAL_DATA ?? "../shared/traces");

/** Whether all is there that a study reads: one may need data sets from outside. */
export function hasData(name: string): boolean {
  const folder = join("scenarios/studies", name);
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const needed = texts.flatMap((text) => [...text.matchAll(/\bdata:([\w./-]+)/g)]);
  return needed.every(([, path]) => existsSync(join(DATA, path!)));
}

/**
 * What a study of `scenarios/studies` publishes, by file name: the comparison of its variants as CSV, what it could have
 * found, and its figures with their data. All is made anew with the built command.
 */
export async function makeStudy(name: string): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), `study-${name}-`));
  try {
    const [results, figures] = [join(folder, "results"), join(folder, "figures")];
    await seatrial(["sweep", `scenarios/studies/${name}/experiment.yaml`, "--out", results]);
    const comparison = await seatrial(["compare", results, "--format", "csv"]);
    await seatrial(["plot", results, "--out", figures]);
    const drawn = readdirSync(figures).map(
      (file) => [file, readFileSync(join(figures, file), "utf8")] as const,
    );
    const detection = detectionCurve(comparison);
    return {
      "comparison.csv": comparison,
      "detection.csv": detection,
      ...Object.fromEntries(drawn),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seatrial(args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const env = { ...process.env, NO_COLOR: "1", SEATRIAL_DATA: DATA };
    const child = spawn(process.execPath, [MAIN, ...args], { env });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    child.on("error", fail).on("close", (code) => {
      if (code === 0) done(texts.stdout);
      else fail(new Error(`seatrial ${args.join(" ")} ended with ${code}: ${texts.stderr}`));
    });
  });
}
