import { expect, test } from "vitest";
import { Explainer } from "../../../src/scheduler/explain/explainer.js";
import { nodeManifest, SchedulerWorld } from "../scheduler-world.js";

export const ZONE = "topology.kubernetes.io/zone";

/** Schedules `pods` in turn and tells the story of the last. */
export function storyOf(objects: readonly object[], pods: readonly object[], minor = 26) {
  const explainer = new Explainer("p");
  const world = new SchedulerWorld(objects, { decisions: explainer, minor });
  pods.forEach((pod, index) => {
    world.create(pod).until(index + 1);
  });
  const [story] = explainer.stories;
  if (story === undefined) throw new Error("nobody looked at p");
  return story;
}

export const nodeAffinity = (nodeSelectorTerm: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeSelectorTerm] },
    },
  },
});

export const zone = (name: string, value: string, cpu = "4") =>
  nodeManifest(name, { cpu, labels: { [ZONE]: value } });

export interface Case {
  readonly what: string;
  readonly objects: readonly object[];
  readonly pods: readonly object[];
  readonly says: readonly string[];
  readonly not?: string;
  readonly minor?: number;
}

/** Each case's last pod is told what its sentences say. */
export function testAdvice(cases: readonly Case[]): void {
  test.each(cases)("$what", ({ objects, pods, says, not, minor }) => {
    const advice = storyOf(objects, pods, minor).advice.join("\n");
    for (const sentence of says) expect(advice).toContain(sentence);
    if (not !== undefined) expect(advice).not.toContain(not);
  });
}
