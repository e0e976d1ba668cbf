import { spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, cpSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APP, scenario, Workplace } from "./seatrial.js";

const AS_NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];
const isRoot = process.getuid?.() === 0;
/** Permissions mean nothing to root, who has to become somebody else first. */
const canBeNobody =
  !isRoot || spawnSync("setpriv", [...AS_NOBODY, process.execPath, "--version"]).status === 0;
const MAIN = resolve("dist/cli/main.js");
const WRONG = scenario("wrong").replace("duration:", "durration:");
const FAILING = `${scenario("failing")}  expect: [{ metric: pods_bound_count, is: "== 9" }]\n`;

let place: Workplace;
beforeAll(() => {
  place = new Workplace({
    "app.yaml": APP,
    "good.yaml": scenario("good"),
    "wrong.yaml": WRONG,
    "failing.yaml": FAILING,
  });
});
afterAll(() => place.remove());

const FULL = "standard output cannot be written: no space is left\n";

describe("standard streams that cannot be written", () => {
  let full: number;
  beforeAll(() => {
    full = openSync("/dev/full", "w");
  });
  afterAll(() => closeSync(full));

  it.each([
    ["a good run ends with 74", ["run", "good.yaml", "--out", "full"], 74],
    ["so does --json", ["run", "good.yaml", "--json", "--out", "full"], 74],
    ["so does --help", ["--help"], 74],
    ["so does validate of good files", ["validate", "good.yaml"], 74],
    ["wrong input remains 2", ["validate", "wrong.yaml"], 2],
    ["a failed expectation remains 1", ["run", "failing.yaml", "--out", "full"], 1],
  ])("stdout is full: %s", async (_, args, code) => {
    const ended = await place.call(args, { stdio: { stdout: full } });
    expect(ended.code).toBe(code);
    expect(ended.stderr.replace(/^failing: .*\n/, "")).toBe(FULL);
  });

  it("results of a run whose stdout is full are whole", async () => {
    await place.call(["run", "good.yaml", "--out", "kept"], { stdio: { stdout: full } });
    expect(place.files("kept")).toContain("kept/good/default/seed-1/run.json");
  });

  it.each([
    ["wrong input", ["run", "wrong.yaml"], 2],
    ["wrong usage", ["run", "good.yaml", "--sed", "1"], 2],
    ["a good run", ["run", "good.yaml", "--out", "err"], 0],
    ["a failed expectation", ["run", "failing.yaml", "--out", "err"], 1],
  ])("stderr is full: the exit code is that of %s", async (_, args, code) => {
    expect((await place.call(args, { stdio: { stderr: full } })).code).toBe(code);
  });

  it.each([
    ["a good run", ["run", "good.yaml", "--out", "gone"], 0],
    ["a failed expectation", ["run", "failing.yaml", "--json", "--out", "gone"], 1],
    ["wrong input", ["validate", "wrong.yaml"], 2],
    ["--help", ["run", "--help"], 0],
  ])("a reader that goes away changes no exit code: %s", async (_, args, code) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: place.path,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const ended = await new Promise((done) => child.on("close", done));
    expect([ended, stderr.replace(/^failing: .*\n/, "")]).toEqual([code, ""]);
  });
});

describe("a run that is larger than Node's heap", () => {
  it("is refused before its work, with the remedy, and leaves nothing", async () => {
    place.write("large.yaml", scenario("large").replace("nodes: 2", "nodes: 20000"));
    const ended = await place.call(["run", "large.yaml", "--out", "large"], {
      env: { NODE_OPTIONS: "--max-old-space-size=64", NO_COLOR: "1" },
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /^scenario large: needs about \d+ MB of memory, and Node's heap is limited to 64 MB: set NODE_OPTIONS=--max-old-space-size=1024, or run fewer nodes, pods or rows of a trace\n$/,
    );
    expect(place.files().some((name) => name.startsWith("large/"))).toBe(false);
  });
});

describe("what the environment holds for libraries", () => {
  it("never reaches the output", async () => {
    const { code, stdout } = await place.call(["validate", "good.yaml"], {
      env: { LOG_TOKENS: "1", LOG_STREAM: "1", NO_COLOR: "1" },
    });
    expect([code, stdout]).toEqual([0, "1 path is valid\n"]);
  });
});

describe("names that hold escape codes, line breaks and formulas", () => {
  beforeAll(() => cpSync(resolve("test/cli/hostile"), place.path, { recursive: true }));

  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
  const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

  it.each([
    ["validate", ["validate", "hostile.yaml", "hm.yaml"]],
    ["a pool that no API server takes", ["run", "pool.yaml", "--out", "hostile"]],
    ["a run", ["run", "hostile.yaml", "--explain", "*", "--strict", "--out", "hostile"]],
    ["a run as JSON", ["run", "hostile.yaml", "--explain", "*", "--json", "--out", "hostile"]],
    ["wrong usage", ["run", "hostile.yaml", "--\u001b[2J\u009bx"]],
    ["a missing file", ["run", "\u001b[2J\nFAKE"]],
  ])("are shown escaped by %s", async (_, args) => {
    const { stdout, stderr, code } = await place.callHere(args);
    expect([0, 1, 2]).toContain(code);
    expect(stdout + stderr).not.toMatch(RAW);
    expect(stdout + stderr).not.toMatch(/^\s*FAKE/m);
  });

  it("stand in no file raw, and no cell is a formula", async () => {
    await place.callHere(["run", "hostile.yaml", "--explain", "*", "--out", "files"]);
    const files = place.files("files");
    expect(files).toContain("files/hostile/default/seed-1/explain.txt");
    for (const name of files) {
      const text = readFileSync(join(place.path, name), "utf8");
      expect(text, name).not.toMatch(RAW);
      if (!name.endsWith(".csv")) continue;
      const cells: string[] = parse(text).flat();
      expect(cells.filter((cell) => /^[=+@\t]|^-(?![\d.])/.test(cell))).toEqual([]);
    }
  });
});

describe.skipIf(!canBeNobody)("files without permission", () => {
  it("are told as such, not as missing", () => {
    place.write("locked/app.yaml", APP);
    place.write("secret.yaml", APP);
    chmodSync(join(place.path, "locked"), 0);
    chmodSync(join(place.path, "secret.yaml"), 0);
    chmodSync(place.path, 0o755);
    const command = [
      process.execPath,
      MAIN,
      "validate",
      "locked/app.yaml",
      "secret.yaml",
      "locked",
    ];
    const [program, ...args] = isRoot ? ["setpriv", ...AS_NOBODY, ...command] : command;
    const { stdout, status } = spawnSync(program!, args, { cwd: place.path, encoding: "utf8" });
    chmodSync(join(place.path, "locked"), 0o755);
    expect(status).toBe(2);
    for (const name of ["locked/app.yaml", "secret.yaml", "locked"]) {
      expect(stdout).toMatch(new RegExp(`^${name}: cannot be (read|listed): no permission$`, "m"));
    }
    expect(stdout).not.toContain("no such");
  });
});
