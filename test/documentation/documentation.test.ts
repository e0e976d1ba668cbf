import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportOf } from "../../src/cli/run-report.js";
import { NO_EMPHASIS, summaryText } from "../../src/cli/summary-table.js";
import { RECORDED_PLUGINS_OF, VERIFIED } from "../../src/experiment/verification.js";
import { type JsonSchema, scenarioJsonSchema } from "../../src/scenario/schema/json-schema.js";
import { PLUGIN_CATALOGUE } from "../../src/scheduler/plugins/registry.js";
import { listedOf, readKnownFailures } from "../conformance/known-failures.js";
import { loadedFrom, loadedFromMemory, worldOf } from "../runs/built-world.js";
import { anchors, codeBlocks, links, markdownFiles } from "./documents.js";

const read = (path: string): string => readFileSync(path, "utf8");
const pages = markdownFiles();

describe("links", () => {
  test("there are pages to look at", () => {
    expect(pages).toContain("README.md");
    expect(pages).toContain("docs/model/kernel.md");
  });

  test.each(pages)("of %s lead somewhere", (page) => {
    const broken = links(read(page)).filter((link) => {
      if (/^(https?|mailto):/.test(link)) return false;
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? page : join(dirname(page), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchors(target).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("lead to every page of the documentation from its index or the README", () => {
    const reached = ["README.md", "docs/model/README.md"].flatMap((page) =>
      links(read(page)).map((link) => join(dirname(page), link.split("#")[0]!)),
    );
    const documents = pages.filter((page) => page.startsWith("docs/"));
    expect(documents.filter((page) => !reached.includes(page))).toEqual([]);
  });
});

/** Paths that a page names in code and that have to be there; `<name>` stands for any. */
function pathsNamed(page: string): readonly string[] {
  const named = [...read(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
  return named.filter(
    (path) =>
      /^(src|test|bench|docs|schema|scenarios)\/[\w./-]+$/.test(path) && !path.includes("…"),
  );
}

test.each(pages)("files that %s names are there", (page) => {
  expect(pathsNamed(page).filter((path) => !existsSync(path))).toEqual([]);
});

describe("examples", () => {
  const scenarios = pages.flatMap((page) =>
    codeBlocks(read(page))
      .filter(({ language, text }) => language === "yaml" && /^kind: Scenario$/m.test(text))
      .filter(({ text }) => !/^spec: \{\}$/m.test(text))
      .map((block) => ({ where: `${page}:${block.line}`, text: block.text })),
  );

  test("the README has one", () => {
    expect(scenarios.some(({ where }) => where.startsWith("README.md"))).toBe(true);
  });

  test.each(scenarios)("the scenario of $where runs to its end", async ({ text }) => {
    const loaded = await loadedFromMemory({ "example.yaml": text });
    const world = await worldOf(loaded);
    expect(world.run()).toBe("until");
    const { figures } = world.finish();
    const created = figures.summary.find(({ metric }) => metric === "pods_created_count");
    expect(created?.value).toBeGreaterThan(0);
  });

  test("the output of the quickstart in the README is what it prints", async () => {
    const loaded = await loadedFrom(["scenarios/quickstart.yaml"]);
    const world = await worldOf(loaded);
    world.run();
    const endMicros = world.now;
    const run = {
      loaded,
      path: "",
      digest: "",
      endMicros,
      notes: [],
      notModelled: [],
      ...world.finish(),
    };
    const printed = summaryText(reportOf(run), NO_EMPHASIS).split("\n");
    const shown = codeBlocks(read("README.md")).find(({ language }) => language === "text");
    let at = 0;
    for (const line of shown!.text.trimEnd().split("\n")) {
      if (line.trim() === "…") continue;
      const found = printed.indexOf(line, at);
      expect(found, `README.md shows a line that is printed no more: ${line}`).not.toBe(-1);
      at = found + 1;
    }
  });

  test("commands name options and files that exist", () => {
    const main = read("src/cli/main.ts");
    const commands = codeBlocks(read("README.md"))
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => text.split("\n"))
      .filter((line) => line.includes("seatrial "));
    expect(commands.length).toBeGreaterThan(3);
    for (const line of commands) {
      for (const [option] of line.matchAll(/--[a-z]+/g)) expect(main, line).toContain(option);
      for (const [path] of line.matchAll(/scenarios\/[\w./-]+/g)) {
        expect(existsSync(path), line).toBe(true);
      }
    }
  });
});

describe("what was verified", () => {
  const VECTORS = "test/conformance/vectors";

  test.each(Object.entries(VERIFIED))(
    "of %s is as many decisions as are recorded",
    (version, claim) => {
      const folder = version === "1.26" ? "scheduler" : `scheduler-${version}`;
      const known = readKnownFailures();
      let decisions = 0;
      let failures = 0;
      for (const name of readdirSync(`${VECTORS}/${folder}`)) {
        const vector = JSON.parse(read(`${VECTORS}/${folder}/${name}`)) as { decisions: unknown[] };
        const list = listedOf(known[`${folder}/${name}`]);
        decisions += vector.decisions.length;
        failures += list === "all" ? vector.decisions.length : list.length;
      }
      expect(claim).toMatchObject({ decisions, equal: decisions - failures });
    },
  );

  test.each(Object.entries(VERIFIED))(
    "of %s names the plugins of the recorded profiles",
    (version) => {
      const folder = version === "1.26" ? "scheduler" : `scheduler-${version}`;
      const plugins = new Set<string>();
      for (const name of readdirSync(`${VECTORS}/${folder}`)) {
        const { profiles } = JSON.parse(read(`${VECTORS}/${folder}/${name}`)) as {
          profiles: Record<string, Record<"preFilter" | "filter" | "postFilter", string[] | null>> &
            Record<string, { scoreWeights: Record<string, number> }>;
        };
        for (const { preFilter, filter, postFilter, scoreWeights } of Object.values(profiles)) {
          const lists = [preFilter, filter, postFilter, Object.keys(scoreWeights)];
          for (const list of lists) for (const plugin of list ?? []) plugins.add(plugin);
        }
      }
      expect([...(RECORDED_PLUGINS_OF[version] ?? [])].sort()).toEqual([...plugins].sort());
    },
  );

  test.each(Object.values(VERIFIED))("of $recordings stands in the pages as it is", (claim) => {
    const number = (n: number): string => n.toLocaleString("en");
    const words = `${number(claim.equal)} of ${number(claim.decisions)}`;
    for (const page of ["README.md", "SCOPE.md", "docs/model/scheduler.md"]) {
      expect(read(page), page).toContain(words);
    }
  });
});

test("the page of plugins names every plugin that can be configured", () => {
  const page = read("docs/model/plugins.md");
  const missing = [...PLUGIN_CATALOGUE.keys()].filter((name) => !page.includes(`**${name}**`));
  expect(missing).toEqual([]);
});

/** Keys that the schema refuses by name; a flag of a component is left out. */
function refusedKeys(schema: JsonSchema, found = new Set<string>()): ReadonlySet<string> {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (key === "controllerManager" || key === "kubelet") continue;
    if (property["x-not-supported"] === true) found.add(key);
    refusedKeys(property, found);
  }
  if (schema.items !== undefined) refusedKeys(schema.items, found);
  for (const one of schema.anyOf ?? []) refusedKeys(one, found);
  return found;
}

test("SCOPE.md names every key that is refused", () => {
  const scope = read("SCOPE.md");
  const keys = refusedKeys(scenarioJsonSchema());
  expect(keys.size).toBeGreaterThan(0);
  const missing = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(scope));
  expect(missing).toEqual([]);
});
