import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/built-command.ts",
    // Most files wait for a child process now and then, so two of them fill two cores.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
