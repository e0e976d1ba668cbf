import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../src/api/kubernetes.js";
import { LabelKeyMerger } from "../../src/store/verbs/label-keys.js";

const term = (more: object) => ({
  topologyKey: "zone",
  labelSelector: { matchLabels: { app: "a" } },
  ...more,
});
const spec = (more: Partial<PodSpec>): PodSpec => ({
  containers: [{ name: "c", image: "i" }],
  ...more,
});
const BOTH = { affinity: true, spread: true };
const near = (one: object): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [one as never] } },
});
const selectorOf = (made: PodSpec) =>
  made.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector;

describe("label keys of a new pod's terms", () => {
  test("join the selector with the pod's own values; keys that the pod lacks are left out", () => {
    const keys = { matchLabelKeys: ["hash", "none"], mismatchLabelKeys: ["tier"] };
    const made = new LabelKeyMerger(BOTH).merge(spec(near(term(keys))), { hash: "1", tier: "b" });
    expect(selectorOf(made)).toEqual({
      matchLabels: { app: "a" },
      matchExpressions: [
        { key: "hash", operator: "In", values: ["1"] },
        { key: "tier", operator: "NotIn", values: ["b"] },
      ],
    });
  });

  test("change nothing of a term without a selector, which matches no pod", () => {
    const given = { topologyKey: "zone", matchLabelKeys: ["hash"] };
    const made = new LabelKeyMerger(BOTH).merge(spec(near(given)), { hash: "1" });
    expect(selectorOf(made)).toBeUndefined();
  });

  test("of a spread constraint join from the version on in which the server does it", () => {
    const constraint = { maxSkew: 1, whenUnsatisfiable: "DoNotSchedule", matchLabelKeys: ["hash"] };
    const given = spec({ topologySpreadConstraints: [term(constraint) as never] });
    const expressions = (spread: boolean) => {
      const made = new LabelKeyMerger({ affinity: true, spread }).merge(given, { hash: "1" });
      return made.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions;
    };
    expect(expressions(true)).toEqual([{ key: "hash", operator: "In", values: ["1"] }]);
    expect(expressions(false)).toBeUndefined();
  });

  test("give pods of one spec and the same values one spec, and others their own", () => {
    const given = spec(near(term({ matchLabelKeys: ["hash"] })));
    const merger = new LabelKeyMerger(BOTH);
    const one = merger.merge(given, { hash: "1", name: "a" });
    expect(merger.merge(given, { hash: "1", name: "b" })).toBe(one);
    expect(merger.merge(given, { hash: "2" })).not.toBe(one);
    expect(merger.merge(one, { hash: "1" })).toBe(one);
  });
});
