import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FolderOwner } from "../../src/experiment/hidden-folders.js";
import { RunFolder, openRunFolder } from "../../src/experiment/run-folder.js";

let out: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "seatrial-"));
});

afterEach(() => {
  chmodSync(out, 0o755);
  rmSync(out, { recursive: true, force: true });
});

/** Everybody but `dead` lives. */
const owner: FolderOwner = { name: "me", isAlive: (name) => !name.startsWith("dead") };
const dead: FolderOwner = { ...owner, name: "dead" };

function open(where = out, by = owner): RunFolder {
  const place = { out: where, scenario: "shop", variant: "default", seed: 7, owner: by };
  const folder = openRunFolder(place);
  if (!(folder instanceof RunFolder)) throw new Error(folder.message);
  return folder;
}

const at = (...parts: string[]) => join(out, "shop", "default", "seed-7", ...parts);
const read = (...parts: string[]) => readFileSync(at(...parts), "utf8");

/** A whole run whose events say `word`, up to its commit. */
function written(word: string, by = owner): RunFolder {
  const folder = open(out, by);
  folder.openTable("events.csv", ["word"]).write([[word]]);
  folder.writeJson("run.json", { word });
  return folder;
}

function run(word: string): void {
  expect(written(word).commit()).toBeNull();
}

const parent = () => join(out, "shop", "default");
const hidden = (stage: string) => join(parent(), `.seed-7-${stage}-dead-1`);

describe("the folder of a run", () => {
  it("appears with all of its files at once", () => {
    const folder = open();
    const events = folder.openTable("events.csv", ["time_seconds", "reason"]);
    events.write([["0.000001", "Scheduled"]]);
    folder.writeJson("run.json", { seed: 7 });
    expect(existsSync(at())).toBe(false);
    events.write([["0.000002", "Killing, gently"]]);
    expect(folder.commit()).toBeNull();
    expect(folder.path).toBe(at());
    expect(read("events.csv")).toBe(
      'time_seconds,reason\n0.000001,Scheduled\n0.000002,"Killing, gently"\n',
    );
    expect(read("run.json")).toBe('{\n  "seed": 7\n}\n');
    expect(readdirSync(join(out, "shop", "default"))).toEqual(["seed-7"]);
  });

  it("takes the place of an earlier run, whose other files do not stay", () => {
    run("first");
    writeFileSync(at("old.csv"), "old");
    run("second");
    expect(readdirSync(at()).sort()).toEqual(["events.csv", "run.json"]);
    expect(read("events.csv")).toBe("word\nsecond\n");
    expect(readdirSync(join(out, "shop", "default"))).toEqual(["seed-7"]);
  });

  it("leaves an earlier run alone when the new one is given up", () => {
    run("first");
    const folder = open();
    folder.openTable("events.csv", ["word"]).write([["second"]]);
    folder.discard();
    expect(read("events.csv")).toBe("word\nfirst\n");
    expect(readdirSync(join(out, "shop", "default"))).toEqual(["seed-7"]);
  });

  it("leaves nothing behind when the only run is given up", () => {
    const folder = open(join(out, "deep", "results"));
    folder.openTable("events.csv", ["word"]);
    folder.discard();
    folder.discard();
    expect(readdirSync(out)).toEqual([]);
  });

  it("keeps the results when it is given up after they were committed", () => {
    const folder = open();
    folder.writeJson("run.json", {});
    expect(folder.commit()).toBeNull();
    folder.discard();
    expect(read("run.json")).toBe("{}\n");
  });

  it("leaves an earlier run alone when a file cannot be written", () => {
    run("first");
    const folder = open();
    folder.openTable("events.csv", ["word"]).write([["second"]]);
    folder.openTable("missing/pods.csv", ["name"]).write([["p"]]);
    const issue = folder.commit();
    expect(issue?.message).toContain("results cannot be written");
    expect(read("events.csv")).toBe("word\nfirst\n");
    expect(readdirSync(join(out, "shop", "default"))).toEqual(["seed-7"]);
  });
});

describe("what a killed run left behind", () => {
  it("is removed by the next run of the place, or of its neighbour", () => {
    run("first");
    written("killed", dead);
    const place = { out, scenario: "shop", variant: "default", seed: 8, owner };
    (openRunFolder(place) as RunFolder).discard();
    expect(read("events.csv")).toBe("word\nfirst\n");
    expect(readdirSync(parent())).toEqual(["seed-7"]);
  });

  it("stays while its owner lives", () => {
    written("under way");
    open().discard();
    expect(readdirSync(parent())).toEqual([".seed-7-partial-me-1"]);
  });

  it("takes its place when it was killed between the two moves", () => {
    run("first");
    written("second", dead);
    renameSync(at(), hidden("earlier"));
    open().discard();
    expect(read("events.csv")).toBe("word\nsecond\n");
    expect(readdirSync(parent())).toEqual(["seed-7"]);
  });

  it("is only the earlier results when it was killed while it removed them", () => {
    run("first");
    renameSync(at(), hidden("earlier"));
    rmSync(join(hidden("earlier"), "run.json"));
    run("second");
    expect(read("events.csv")).toBe("word\nsecond\n");
    expect(readdirSync(parent())).toEqual(["seed-7"]);
  });

  it("gives earlier results back that have lost their place", () => {
    run("first");
    renameSync(at(), hidden("earlier"));
    open().discard();
    expect(read("events.csv")).toBe("word\nfirst\n");
    expect(readdirSync(parent())).toEqual(["seed-7"]);
  });

  it("is never made whole from a part", () => {
    const killed = open(out, dead);
    killed.openTable("events.csv", ["word"]).write([["half"]]);
    open().discard();
    expect(existsSync(at())).toBe(false);
  });
});

describe("of two writers of one place", () => {
  it.each([
    ["that was empty", () => {}],
    ["that had results", () => run("earlier")],
  ])("%s, the later says that it has lost and leaves the other's results", (_, before) => {
    before();
    const [a, b] = [written("a"), written("b")];
    expect(b.commit()).toBeNull();
    expect(a.commit()?.message).toMatch(/another run put its results there .* --out$/);
    expect(read("events.csv")).toBe("word\nb\n");
    expect(readdirSync(parent())).toEqual(["seed-7"]);
  });
});

describe("the mode of results", () => {
  it.each([0o022, 0o027, 0o002])("is what a umask of %o gives", (mask) => {
    const before = process.umask(mask);
    try {
      run("first");
    } finally {
      process.umask(before);
    }
    expect(statSync(at()).mode & 0o777).toBe(0o777 & ~mask);
    expect(statSync(at("run.json")).mode & 0o777).toBe(0o666 & ~mask);
  });
});

describe("a place that cannot hold results is known before the run", () => {
  const issue = (where: string) => {
    const place = { out: where, scenario: "shop", variant: "default", seed: 7, owner };
    const result = openRunFolder(place);
    if (result instanceof RunFolder) throw new Error("opened");
    return result;
  };

  it("when it is a file", () => {
    writeFileSync(join(out, "file"), "");
    const found = issue(join(out, "file"));
    expect(found.file).toBe(join(out, "file"));
    expect(found.message).toMatch(/is a file, not a folder; name a folder .* --out$/);
  });

  it("when the run's own folder is a file", () => {
    mkdirSync(join(out, "shop", "default"), { recursive: true });
    writeFileSync(at(), "");
    expect(issue(out).message).toBe("is a file, where the folder of a run belongs");
  });

  it("when something else lives there", () => {
    mkdirSync(at(), { recursive: true });
    writeFileSync(at("thesis.txt"), "");
    expect(issue(out).message).toContain("no run.json");
    expect(readdirSync(at())).toEqual(["thesis.txt"]);
  });

  it.skipIf(process.getuid?.() === 0)("when there is no permission", () => {
    chmodSync(out, 0o555);
    expect(issue(out).message).toContain("no permission");
  });

  it("when the file system does not allow it", () => {
    expect(issue("/proc/seatrial").message).toContain("results cannot be written");
  });
});
