import fc from "fast-check";
import { expect, test } from "vitest";
import { ChainedRows, emptyChain } from "../../src/base/chained-rows.js";

test("each chain has its rows in the order in which they were put there", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ row: fc.nat(6), to: fc.nat(1) })), (steps) => {
      const rows = new ChainedRows();
      const chains = [emptyChain(), emptyChain()];
      let plain: (typeof steps)[number][] = [];
      for (const step of steps) {
        const known = plain.find(({ row }) => row === step.row);
        if (known === undefined) rows.append(chains[step.to]!, step.row);
        else rows.remove(chains[known.to]!, step.row);
        plain = known === undefined ? [...plain, step] : plain.filter((one) => one !== known);
        chains.forEach((chain, at) => {
          const expected = plain.filter(({ to }) => to === at).map(({ row }) => row);
          expect([...rows.of(chain)]).toEqual(expected);
          expect([chain.first, chain.last]).toEqual([expected[0] ?? -1, expected.at(-1) ?? -1]);
        });
      }
    }),
  );
});
