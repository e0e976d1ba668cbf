import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Workplace } from "./seatrial.js";

const CI = resolve("scenarios/ci");
const GATE = ["--baseline", `${CI}/baseline.json`, "--rules", `${CI}/rules.yaml`];

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  const own = (name: string) => readFileSync(`${CI}/${name}`, "utf8");
  place.write("placement.yaml", own("placement.yaml"));
  place.write("experiment.yaml", own("experiment.yaml"));
  const swapped = own("experiment.yaml")
    .replace('type": LeastAllocated', 'type": Swapped')
    .replace('type": MostAllocated', 'type": LeastAllocated')
    .replace('type": Swapped', 'type": MostAllocated');
  place.write("swapped.yaml", swapped);
});
afterAll(() => place.remove());

describe("the project's own gate", () => {
  test("is green for what the repository holds", async () => {
    await place.callHere(["sweep", "experiment.yaml", "--out", "equal"]);
    const { code, stderr } = await place.callHere(["gate", "equal", ...GATE]);
    expect(stderr).toMatch(/^gate passed: \d+ passed, 0 failed, 0 undecided\n$/);
    expect(code).toBe(0);
  });

  test("is red when spreading and packing are swapped", async () => {
    await place.callHere(["sweep", "swapped.yaml", "--out", "worse"]);
    const { code, stdout, stderr } = await place.callHere(["gate", "worse", ...GATE]);
    expect(stderr).toMatch(/^gate failed: /);
    expect(stdout).toMatch(/^failed +placement +strategy=pack +nodes_used_mean_count/m);
    expect(code).toBe(1);
  });

  test("refuses results of another version, and a baseline that is none", async () => {
    place.write("none.json", "{}");
    const none = await place.callHere(["gate", "equal", "--baseline", "none.json"]);
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toMatch(/expected GateBaseline/);
    const old = readFileSync(`${CI}/baseline.json`, "utf8").replace(
      /"version": ".*"/,
      '"version": "0.0.1"',
    );
    place.write("old.json", old);
    const other = await place.callHere(["gate", "equal", "--baseline", "old.json"]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/was made by version 0\.0\.1.*--write/);
  });
});
