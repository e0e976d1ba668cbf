import { closeSync, openSync, writeSync } from "node:fs";

const BLOCK_LENGTH = 1 << 20;

/** Writes a new file of these pieces, one after the other: all may be too long for one string. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "wx");
  try {
    let block = "";
    for (const piece of pieces) {
      block += piece;
      if (block.length < BLOCK_LENGTH) continue;
      writeSync(file, block);
      block = "";
    }
    writeSync(file, block);
  } finally {
    closeSync(file);
  }
}
