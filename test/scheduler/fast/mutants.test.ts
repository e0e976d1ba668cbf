import { describe, expect, test, vi } from "vitest";
import { ClassTally } from "../../../src/scheduler/fast/class-tally.js";
import { FastClass } from "../../../src/scheduler/fast/fast-class.js";
import {
  AffinityGroupFilter,
  SpreadGroupFilter,
} from "../../../src/scheduler/fast/group-filters.js";
import { GroupRows } from "../../../src/scheduler/fast/group-rows.js";
import { NodeTable } from "../../../src/scheduler/fast/node-table.js";
import { RequestShape } from "../../../src/scheduler/fast/request-shape.js";
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
  for (let seed = 1; seed <= 24; seed += 1) {
    const one: Case = {
      seed,
      nodes: seed % 3 === 0 ? 160 : 13 + seed,
      templates: 6,
      steps: 80,
      mix: seed % 4 === 0 ? { ...MIX, soft: 0, hard: 0, preferredPods: 0, requiredAnti: 0 } : MIX,
      minor: 26 + (seed % 9),
      configuration: null,
      ties: seed % 2 === 0 ? "first" : "random",
      remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
      churn: 40,
      nodeChurn: 8,
    };
    new Differential(one).run();
  }
}

/** A fault put into one method: `make` gets the method as it is. */
interface Mutant {
  readonly name: string;
  readonly target: object;
  readonly method: string;
  readonly make: (original: (...args: never[]) => unknown) => (...args: never[]) => unknown;
}

type Row = { values: Int16Array };

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
    name: "super-blocks are not refreshed",
    target: GroupRows.prototype,
    method: "refreshSuper",
    make: () => () => undefined,
  },
  {
    name: "a better value moves without a look at its block",
    target: GroupRows.prototype,
    method: "move",
    make: () => () => undefined,
  },
  {
    name: "sampling ends one node too early",
    target: GroupRows.prototype,
    method: "stepsToFit",
    make: (original) =>
      function (this: GroupRows, ...args: never[]) {
        return (original.apply(this, args) as number) - 1;
      },
  },
  {
    name: "ties are numbered from the first node instead of the start",
    target: GroupRows.prototype,
    method: "nthAtTarget",
    make: (original) =>
      function (this: GroupRows, ...args: never[]) {
        const [, ...rest] = args;
        return original.apply(this, [0 as never, ...rest]);
      },
  },
  {
    name: "zones are not closed by required terms",
    target: AffinityGroupFilter.prototype,
    method: "filter",
    make: () => () => null,
  },
  {
    name: "skew is not looked at",
    target: SpreadGroupFilter.prototype,
    method: "filter",
    make: () => () => null,
  },
  {
    name: "pods that leave are still counted",
    target: ClassTally.prototype,
    method: "count",
    make: (original) =>
      function (this: ClassTally, ...args: never[]) {
        const [, , sign] = args as unknown as [unknown, unknown, number];
        return sign < 0 ? undefined : original.apply(this, args);
      },
  },
  {
    name: "changed labels do not make sums be computed anew",
    target: ClassTally.prototype,
    method: "begin",
    make: (original) => {
      const begun = new WeakSet<object>();
      return function (this: ClassTally, ...args: never[]) {
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
          rows: { sync(judge: unknown): void } & Row;
          judge: unknown;
        };
        rows.sync(judge);
      },
  },
  {
    name: "the score beyond one node is left out",
    target: FastClass.prototype,
    method: "several",
    make: () =>
      function (this: FastClass, ...args: never[]) {
        const [present, feasible] = args as unknown as [number[], number];
        const single = (
          this as unknown as { single(g: number, fits: number, wanted: number): object }
        ).single(present[0]!, feasible, feasible);
        return single;
      },
  },
];

describe("the comparison with the plain form finds faults", () => {
  test("there is none without one", () => {
    expect(fuzz).not.toThrow();
  });

  test.each(MUTANTS)("$name", ({ target, method, make }) => {
    const methods = target as Record<string, (...args: never[]) => unknown>;
    const original = methods[method]!;
    const spy = vi.spyOn(methods, method).mockImplementation(make(original));
    try {
      expect(fuzz).toThrow();
    } finally {
      spy.mockRestore();
    }
  });
});
