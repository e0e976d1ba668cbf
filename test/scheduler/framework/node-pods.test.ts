import fc from "fast-check";
import { expect, test } from "vitest";
import { featuresOf } from "../../../src/api/features.js";
import { NodePods } from "../../../src/scheduler/framework/node-pods.js";
import { NodeRecords } from "../../../src/scheduler/framework/node-records.js";
import { type PodInfo, PodInfoFactory } from "../../../src/scheduler/framework/pod-info.js";
import { ScalarResources } from "../../../src/scheduler/framework/resources.js";
import { pod } from "../world.js";

const ANTI = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: {} },
      ],
    },
  },
};

test("pods are chained in the order of lists where the last takes the place of one that leaves", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ row: fc.nat(3), leaves: fc.boolean(), which: fc.nat(20) }), {
        maxLength: 60,
      }),
      (steps) => {
        const factory = new PodInfoFactory(featuresOf(26), new ScalarResources());
        const records = new NodeRecords();
        for (let row = 0; row < 4; row += 1) records.begin(row);
        const chained = new NodePods(records);
        const lists: PodInfo[][] = [[], [], [], []];
        steps.forEach(({ row, leaves, which }, i) => {
          const list = lists[row]!;
          const version = chained.version(row);
          if (leaves && list.length > 0) {
            const at = which % list.length;
            chained.remove(row, list[at]!);
            const last = list.pop()!;
            if (at < list.length) list[at] = last;
          } else {
            const info = factory.podInfo(pod(`p${i}`, i % 3 === 0 ? ANTI : {}));
            chained.add(row, info);
            list.push(info);
          }
          expect(chained.version(row)).not.toBe(version);
        });
        lists.forEach((list, row) => {
          const withAffinity = list.filter(({ template }) => template.hasAffinity).length;
          expect(chained.list(row).map((info) => info.pod.name)).toEqual(
            list.map((info) => info.pod.name),
          );
          expect(chained.count(row)).toBe(list.length);
          expect(chained.affinityCount(row)).toBe(withAffinity);
          expect(chained.requiredAntiAffinityCount(row)).toBe(withAffinity);
        });
      },
    ),
  );
});
