import { defineConfig } from "vitest/config";

/** Checks that take minutes: `npm run test:long`. Files end in `.long.ts`. */
export default defineConfig({
  test: {
    include: ["test/**/*.long.ts"],
    globalSetup: "test/built-command.ts",
    passWithNoTests: true,
    testTimeout: 3_000_000,
    hookTimeout: 600_000,
  },
});
