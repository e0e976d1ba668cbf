import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { APP, scenario, Workplace } from "./seatrial.js";

const RUN = "results/app/default/seed-1/run.json";
const SHAPE = ["--nodes", "1x4cpu,8Gi", "--until", "1m"];
const bigger = APP.replace("replicas: 2", "replicas: 3");

describe("two inputs of one name", () => {
  let place: Workplace;
  const run = (path: string, ...more: string[]) => place.callHere(["run", path, ...SHAPE, ...more]);
  const results = (of = RUN) => readFileSync(join(place.path, of), "utf8");

  beforeEach(async () => {
    place = new Workplace({ "a/app.yaml": APP, "b/app.yaml": bigger });
    expect((await run("a/app.yaml")).code).toBe(0);
  });
  afterEach(() => place.remove());

  it("the second is refused, and told what to do, and the first one's results stay", async () => {
    const before = results();
    const { code, stderr, stdout } = await run("b/app.yaml");
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "results/app/default/seed-1: holds the results of a/app.yaml, which those of b/app.yaml would replace: name another folder with --out, or give the two names of their own\n",
    });
    expect(results()).toBe(before);
    expect((await run("b/app.yaml", "--out", "others")).code).toBe(0);
    expect(place.files().filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("the same file may change and run again, from another folder too", async () => {
    const before = results();
    place.write("a/app.yaml", bigger);
    expect((await run(join(place.path, "b/../a/app.yaml"))).code).toBe(0);
    expect(results()).not.toBe(before);
  });

  it("a copy of the same content may take its place: the results are the same", async () => {
    place.write("c/app.yaml", APP);
    const { digest } = JSON.parse(results());
    expect((await run("c/app.yaml")).code).toBe(0);
    expect(JSON.parse(results()).digest).toBe(digest);
  });

  it("a file that was moved, and one that is gone, hold nothing", async () => {
    place.write("c/app.yaml", "");
    renameSync(join(place.path, "a/app.yaml"), join(place.path, "c/app.yaml"));
    place.write("c/app.yaml", bigger);
    expect((await run("c/app.yaml")).code).toBe(0);
  });

  it("scenarios of one name in separate commands are two inputs as well", async () => {
    place.write("one.yaml", scenario("shop", "  manifests: [a/app.yaml]\n"));
    place.write("two.yaml", scenario("shop", "  manifests: [b/app.yaml]\n"));
    expect((await place.callHere(["run", "one.yaml"])).code).toBe(0);
    const { code, stderr } = await place.callHere(["run", "two.yaml"]);
    expect(code).toBe(2);
    expect(stderr).toContain("holds the results of one.yaml, which those of two.yaml");
    rmSync(join(place.path, "one.yaml"));
    expect((await place.callHere(["run", "two.yaml"])).code).toBe(0);
  });
});
