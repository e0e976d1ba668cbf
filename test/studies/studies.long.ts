import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasData, makeStudy } from "./make-study.js";
import { mixFiles } from "./mix-files.js";

const STUDIES = readdirSync("scenarios/studies").filter((name) =>
  existsSync(join("scenarios/studies", name, "experiment.yaml")),
);

describe("studies", () => {
  test.each(STUDIES.filter(hasData))(
    "%s gives what is committed: npm run studies",
    async (name) => {
      const made = await makeStudy(name);
      const folder = join("results/studies", name);
      expect(readdirSync(folder).sort()).toEqual(Object.keys(made).sort());
      for (const [file, text] of Object.entries(made)) {
        expect(readFileSync(join(folder, file), "utf8") === text, file).toBe(true);
      }
    },
  );
});

const TRACES = "../shared/traces";

describe.skipIf(!existsSync(TRACES))("mixes of the packing study", () => {
  const files = existsSync(TRACES) ? mixFiles(TRACES) : {};

  test.each(Object.keys(files))("%s is what the traces give: npm run studies -- mixes", (name) => {
    expect(readFileSync(join("scenarios/studies/packing/mixes", name), "utf8")).toBe(files[name]);
  });
});
