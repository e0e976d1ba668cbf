import { describe, expect, test, vi } from "vitest";
import { BlockMaxima } from "../../../src/scheduler/fast/block-maxima.js";
import type { DecisionDesk } from "../../../src/scheduler/fast/decision-desk.js";
import { FastClass } from "../../../src/scheduler/fast/fast-class.js";
import { FixedRows } from "../../../src/scheduler/fast/fixed-rows.js";
import { GroupRows } from "../../../src/scheduler/fast/group-rows.js";
import { GroupScores } from "../../../src/scheduler/fast/group-scores.js";
import { type HostMark, HostMarks } from "../../../src/scheduler/fast/host-marks.js";
import { NodeTable } from "../../../src/scheduler/fast/node-table.js";
import { NodesAside } from "../../../src/scheduler/fast/nodes-aside.js";
import { NominatedNodes } from "../../../src/scheduler/fast/nominations.js";
import { PodSums } from "../../../src/scheduler/fast/pod-sums.js";
import { RequestShape } from "../../../src/scheduler/fast/request-shape.js";
import { RowBatchJudge } from "../../../src/scheduler/fast/row-batch-judge.js";
import { ShapeJudge } from "../../../src/scheduler/fast/shape-judge.js";
import type { Candidates } from "../../../src/scheduler/framework/batch-candidates.js";
import { PodNominator } from "../../../src/scheduler/framework/nominator.js";
import type { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import { Framework } from "../../../src/scheduler/framework/runtime.js";
import { AttachedVolumes } from "../../../src/scheduler/plugins/node-volume-limits/attached-volumes.js";
import { VolumeBinder } from "../../../src/scheduler/plugins/volume-binding/volume-binder.js";
import { AffinityRule } from "../../../src/scheduler/plugins/inter-pod-affinity/affinity-rule.js";
import { FitRows } from "../../../src/scheduler/plugins/node-resources-fit/fit-rows.js";
import { SpreadRule } from "../../../src/scheduler/plugins/pod-topology-spread/spread-rule.js";
import { type Case, Differential } from "./differential.js";
import type { Mix } from "./random-templates.js";

const MIX: Mix = {
  soft: 30,
  hard: 30,
  preferredPods: 30,
  requiredAnti: 20,
  requiredNear: 15,
  nodeAffinity: 30,
  tolerations: 30,
  ports: 10,
  odd: 2,
};

function fuzz(): void {
  for (let seed = 1; seed <= 80; seed += 1) {
    const one: Case = {
      seed,
      nodes: seed % 3 === 0 ? 160 : 13 + seed,
      templates: 6,
      steps: 80,
      mix: seed % 4 === 0 ? { ...MIX, soft: 0, hard: 0, preferredPods: 0, requiredAnti: 0 } : MIX,
      minor: 26 + (seed % 12),
      configuration: null,
      ties: seed % 2 === 0 ? "first" : "random",
      remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
      churn: 40,
      nodeChurn: 8,
      nominations: 15,
      nominees: 10,
    };
    new Differential(one).run();
  }
}

/** Pods in rows, without default constraints: what one leaves is of use to the next. */
function fuzzRows(): void {
  for (let seed = 1; seed <= 60; seed += 1) {
    const one: Case = {
      seed,
      nodes: seed % 3 === 0 ? 160 : 13 + seed,
      templates: 2,
      steps: 80,
      mix: { ...NO_SPREAD, nodeAffinity: 60, tolerations: 40 },
      minor: 37,
      configuration: UNSPREAD,
      ties: seed % 2 === 0 ? "first" : "random",
      remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
      churn: 10,
      nodeChurn: 5,
      nominations: 10,
      rows: 85,
    };
    new Differential(one).run();
  }
}

/** Pods with claims of volumes, on nodes that take few. */
function fuzzVolumes(): void {
  for (let seed = 1; seed <= 60; seed += 1) {
    const one: Case = {
      seed,
      nodes: seed % 3 === 0 ? 160 : 3 + (seed % 20),
      templates: 6,
      steps: 80,
      mix: NO_SPREAD,
      minor: 26 + (seed % 12),
      configuration: null,
      ties: seed % 2 === 0 ? "first" : "random",
      remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
      churn: 30,
      nodeChurn: 8,
      nominations: 0,
      volumes: true,
    };
    new Differential(one).run();
  }
}

const NO_SPREAD: Mix = {
  ...MIX,
  soft: 0,
  hard: 0,
  preferredPods: 0,
  requiredAnti: 0,
  requiredNear: 0,
  odd: 0,
};

const UNSPREAD = {
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  profiles: [
    {
      schedulerName: "default-scheduler",
      pluginConfig: [
        { name: "PodTopologySpread", args: { defaultingType: "List", defaultConstraints: [] } },
      ],
    },
  ],
};

/** A fault put into one method: `make` gets the method as it is. */
interface Mutant {
  readonly name: string;
  readonly target: object;
  readonly method: string;
  readonly make: (original: (...args: never[]) => unknown) => (...args: never[]) => unknown;
}

const MUTANTS: readonly Mutant[] = [
  {
    name: "a change of the log is lost now and then",
    target: NodeTable.prototype,
    method: "changedSince",
    make: (original) => {
      let calls = 0;
      return function (this: NodeTable, ...args: never[]) {
        const changed = original.apply(this, args);
        calls += 1;
        if (calls % 5 === 0 && this.changedCount > 1) this.changedCount -= 1;
        return changed;
      };
    },
  },
  {
    name: "a node that changes itself is not noticed",
    target: NodeTable.prototype,
    method: "touch",
    make: () => () => undefined,
  },
  {
    name: "what does not depend on pods is never asked again",
    target: FixedRows.prototype,
    method: "sync",
    make: (original) =>
      function (this: FixedRows, ...args: never[]) {
        const { values, table } = this as unknown as { values: Int16Array; table: NodeTable };
        if (values.length < table.rows) original.apply(this, args);
      },
  },
  {
    name: "larger blocks are not refreshed",
    target: BlockMaxima.prototype,
    method: "refresh",
    make: () => () => undefined,
  },
  {
    name: "a better value moves without a look at its block",
    target: BlockMaxima.prototype,
    method: "replace",
    make: () => () => undefined,
  },
  {
    name: "sampling ends one node too early",
    target: FastClass.prototype,
    method: "stepsToFit",
    make: (original) =>
      function (this: FastClass, ...args: never[]) {
        return (original.apply(this, args) as number) - 1;
      },
  },
  {
    name: "ties are numbered from the first node instead of the start",
    target: GroupRows.prototype,
    method: "nth",
    make: (original) =>
      function (this: GroupRows, ...args: never[]) {
        const [, length, n, targets, open] = args;
        return original.apply(
          this,
          targets === null ? args : [0 as never, length!, n!, targets!, open!],
        );
      },
  },
  {
    name: "nodes that are set aside stay in the groups of the layout",
    target: NodesAside.prototype,
    method: "divide",
    make: () =>
      function (this: NodesAside, ...args: never[]) {
        const [desk] = args as unknown as [DecisionDesk];
        const base = desk.groups!.list.length;
        desk.best.clear(base, base + this.groupCount);
        desk.highestAside.fill(0);
      },
  },
  {
    name: "where a node that is set aside was the best the others are not looked for",
    target: NodesAside.prototype,
    method: "withoutThem",
    make: () => () => undefined,
  },
  {
    name: "nodes that are set aside count as open as they do in the layout",
    target: NodesAside.prototype,
    method: "openMore",
    make: () => () => 0,
  },
  {
    name: "nodes that are set aside are passed over when ties are numbered",
    target: NodesAside.prototype,
    method: "nthChosen",
    make: () =>
      function (this: NodesAside, ...args: never[]) {
        const [desk, n] = args as unknown as [DecisionDesk, number];
        const { start, length, targets, chosen } = desk;
        const found = desk.groups!.rows.nth(start, length, n, targets, chosen);
        return found >= 0 ? found : desk.groups!.rows.nth(start, length, 0, targets, chosen);
      },
  },
  {
    name: "nodes that are set aside are not left out when ties are counted",
    target: NodesAside.prototype,
    method: "nthUncounted",
    make: () =>
      function (this: NodesAside, ...args: never[]) {
        const [desk, range, n] = args as unknown as [DecisionDesk, DecisionDesk, number];
        const { targets, chosen } = desk;
        return desk.groups!.rows.nth(range.start, range.length, n, targets, chosen);
      },
  },
  {
    name: "nodes on which others are nominated are not looked at",
    target: NodesAside.prototype,
    method: "close",
    make: () => () => undefined,
  },
  {
    name: "pods that are nominated on a node do not count there",
    target: ShapeJudge.prototype,
    method: "filterNominated",
    make: () => () => undefined,
  },
  {
    name: "nominations that change are not told",
    target: PodNominator.prototype,
    method: "tell",
    make: () => () => undefined,
  },
  {
    name: "a pod's own nomination counts for two",
    target: Framework.prototype,
    method: "nominatedBefore",
    make: () =>
      function (this: Framework, ...args: never[]) {
        const [, node] = args as unknown as [PodInfo, string];
        return this.nominator.nominatedPodsForNode(node);
      },
  },
  {
    name: "the node that refused the pod first is not counted beyond the others",
    target: FastClass.prototype,
    method: "evaluatedBefore",
    make: () => () => 0,
  },
  {
    name: "rules that count pods do not mind those that are nominated",
    target: NominatedNodes.prototype,
    method: "find",
    make: () => () => [],
  },
  {
    name: "a changed mark of a node keeps its group",
    target: HostMarks.prototype,
    method: "change",
    make: (original) =>
      function (this: HostMarks, ...args: never[]) {
        const [{ group }] = args as unknown as [HostMark];
        return group >= 0 ? undefined : original.apply(this, args);
      },
  },
  {
    name: "room for pods is not looked at by rows",
    target: FitRows.prototype,
    method: "filterRows",
    make:
      () =>
      (...args: never[]) => {
        const [, , count, refusals] = args as unknown as [unknown, unknown, number, Int32Array];
        refusals.fill(0, 0, count);
      },
  },
  {
    name: "zones are not closed by required terms",
    target: AffinityRule.prototype,
    method: "filter",
    make: () => () => null,
  },
  {
    name: "skew is not looked at",
    target: SpreadRule.prototype,
    method: "filter",
    make: () => () => null,
  },
  {
    name: "pods that leave are still counted",
    target: PodSums.prototype,
    method: "count",
    make: (original) =>
      function (this: PodSums, ...args: never[]) {
        const [, , sign] = args as unknown as [unknown, unknown, number];
        return sign < 0 ? undefined : original.apply(this, args);
      },
  },
  {
    name: "changed labels do not make sums be computed anew",
    target: PodSums.prototype,
    method: "begin",
    make: (original) => {
      const begun = new WeakSet<object>();
      return function (this: PodSums, ...args: never[]) {
        if (begun.has(this)) {
          (this as unknown as { topologyVersion: number }).topologyVersion = (
            this as unknown as { table: NodeTable }
          ).table.topologyVersion;
          return undefined;
        }
        begun.add(this);
        return original.apply(this, args);
      };
    },
  },
  {
    name: "images on other nodes are not followed",
    target: RequestShape.prototype,
    method: "sync",
    make: () =>
      function (this: RequestShape) {
        const { rows, judge } = this as unknown as {
          rows: { sync(judge: unknown): void };
          judge: unknown;
        };
        rows.sync(judge);
      },
  },
  {
    name: "the score beyond one node is left out",
    target: GroupScores.prototype,
    method: "totals",
    make: (original) =>
      function (this: GroupScores, ...args: never[]) {
        return (original.apply(this, args) as Float64Array).fill(0);
      },
  },
];

const VOLUME_MUTANTS: readonly Mutant[] = [
  {
    name: "nodes are not divided by the labels that volumes lie at",
    target: VolumeBinder.prototype,
    method: "labelKeys",
    make: (original) =>
      function (this: VolumeBinder, ...args: never[]) {
        return original.apply(this, args) === null ? null : [];
      },
  },
  {
    name: "nodes always take more volumes",
    target: AttachedVolumes.prototype,
    method: "isFreeEverywhere",
    make: () => () => true,
  },
  {
    name: "Reserve is told of no claims",
    target: PodSums.prototype,
    method: "prepare",
    make: () => () => undefined,
  },
];

const BATCH_MUTANTS: readonly Mutant[] = [
  {
    name: "the node that was taken keeps its score",
    target: RowBatchJudge.prototype,
    method: "rescore",
    make: (original) =>
      function (this: RowBatchJudge, ...args: never[]) {
        const [known] = args as unknown as [Candidates];
        const rescored = original.apply(this, args) as object;
        return { ...rescored, total: Math.max(...known.totals) };
      },
  },
  {
    name: "scores are not normalised anew",
    target: RowBatchJudge.prototype,
    method: "normalize",
    make: (original) =>
      function (this: RowBatchJudge, ...args: never[]) {
        return { ...(original.apply(this, args) as object), others: null };
      },
  },
  {
    name: "raw scores that differ are not noticed",
    target: RowBatchJudge.prototype,
    method: "normalize",
    make: () =>
      function (this: RowBatchJudge, ...args: never[]) {
        const [known, scores] = args as unknown as [Candidates, { fixed: number }];
        const total = known.totals[0]! - known.fixed[0]! + scores.fixed;
        return { ...scores, total, others: null };
      },
  },
  {
    name: "whether the node that was taken has room is not looked at",
    target: RowBatchJudge.prototype,
    method: "filter",
    make: () => () => null,
  },
];

describe("the comparison with the plain form finds faults", () => {
  test("there is none without one", () => {
    expect(fuzz).not.toThrow();
  });

  test("nor for pods in rows", () => {
    expect(fuzzRows).not.toThrow();
  });

  test("nor for pods with claims of volumes", () => {
    expect(fuzzVolumes).not.toThrow();
  });

  const all = [
    ...VOLUME_MUTANTS.map((mutant) => ({ ...mutant, run: fuzzVolumes })),
    ...MUTANTS.map((mutant) => ({ ...mutant, run: fuzz })),
    ...BATCH_MUTANTS.map((mutant) => ({ ...mutant, run: fuzzRows })),
  ];
  test.each(all)("$name", ({ target, method, make, run }) => {
    const methods = target as Record<string, (...args: never[]) => unknown>;
    const original = methods[method]!;
    const spy = vi.spyOn(methods, method).mockImplementation(make(original));
    try {
      expect(run).toThrow();
    } finally {
      spy.mockRestore();
    }
  });
});
