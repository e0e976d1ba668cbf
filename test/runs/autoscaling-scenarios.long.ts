import { describe, expect, test } from "vitest";
import { changeOf, unmet } from "./changed-scenario.js";
import { isThere } from "./outside-data.js";

const WORLD_CUP = `${process.env.SEATRIAL_DATA ?? "../shared/traces"}/worldcup98/invocation_count.csv`;

async function holdsAndFails(name: string): Promise<void> {
  const path = `scenarios/autoscaling/${name}.yaml`;
  expect(await unmet(path, [])).toEqual([]);
  expect(await unmet(path, [changeOf(path)])).not.toEqual([]);
}

test.each([
  "daily-curve",
  "daily-curve-flaps",
  "mixed-load-cluster-autoscaler",
  "mixed-load-karpenter",
])("%s holds, and fails under the change that it names", holdsAndFails);

describe.runIf(isThere(WORLD_CUP))("the World Cup of 1998", () => {
  test.each(["worldcup-three-days", "worldcup-busiest-hour"])(
    "%s holds, and fails under the change that it names",
    holdsAndFails,
  );
});
