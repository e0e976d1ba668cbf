import { defineConfig } from "vitest/config";

/** Tests that put something else in the place of a module's own, which no other file may see. */
const APART = ["test/runs/verify-every.test.ts", "test/scheduler/fast/what-is-kept.test.ts"];

export default defineConfig({
  test: {
    globalSetup: "test/built-command.ts",
    // Most files wait for a child process now and then, so two of them fill two cores.
    maxWorkers: 2,
    // What was built is loaded as Node loads it.
    server: { deps: { external: [/\/dist\//] } },
    coverage: { provider: "v8", include: ["src/**"] },
    projects: [
      {
        extends: true,
        // The modules are loaded once a worker, not once a file: that halves the time of all.
        test: { name: "together", include: ["test/**/*.test.ts"], exclude: APART, isolate: false },
      },
      { extends: true, test: { name: "apart", include: APART } },
    ],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
