import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes by themselves, the longest first: begun last, one of them would run alone. */
const LONGEST = ["studies/coverage-of-bands", "runs/wrong-values", "studies/studies"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.long.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

/** Checks that take minutes: `npm run test:long`. Files end in `.long.ts`. */
export default defineConfig({
  test: {
    include: ["test/**/*.long.ts"],
    globalSetup: "test/built-command.ts",
    // What was built is loaded as Node loads it.
    server: { deps: { external: [/\/dist\//] } },
    // By itself vitest leaves one of two cores to itself, which has nothing to do here.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    passWithNoTests: true,
    testTimeout: 3_000_000,
    hookTimeout: 600_000,
  },
});
