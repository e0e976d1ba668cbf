import { expect, test } from "vitest";
import { Interruption } from "../../src/cli/interruption.js";
import { InterruptedError } from "../../src/experiment/run-watch.js";

async function* blocks(): AsyncGenerator<string> {
  yield "a";
  process.emit("SIGINT");
  yield "b";
}

test("the reading of a file ends when the user asks to stop", async () => {
  const interruption = new Interruption();
  interruption.hold(() => {});
  const read: string[] = [];
  const reading = (async () => {
    for await (const block of interruption.guard(blocks())) read.push(block);
  })();
  await expect(reading).rejects.toBeInstanceOf(InterruptedError);
  expect(read).toEqual(["a"]);
  interruption.dispose();
});
