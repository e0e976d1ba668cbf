import { expect, test } from "vitest";
import { replayFolder } from "./replay-vectors.js";

test.each(["scheduler", "scheduler-1.34"])(
  "the fast form decides as the plain one in every cluster of %s",
  (folder) => {
    const { fast, plain } = replayFolder(folder);
    // Volumes, nominations and terms by namespace labels take the plain way.
    expect(fast).toBeGreaterThan(plain);
  },
);
