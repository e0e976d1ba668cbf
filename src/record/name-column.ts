import type { Interner } from "../base/interner.js";
import { int32Column, uint8Column } from "../base/typed-column.js";

const LATIN = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/**
 * Names of many objects in few bytes: the prefix that a template's objects share is interned, the
 * rest is kept as Latin-1 in one buffer. A name with other characters is interned whole.
 */
export class NameColumn {
  private readonly prefixes = int32Column();
  private readonly ends = int32Column();
  private readonly bytes = uint8Column();

  constructor(private readonly strings: Interner) {}

  push(name: string, prefix: string): void {
    const shared = name.startsWith(prefix) ? prefix : "";
    const start = this.bytes.length;
    for (let i = shared.length; i < name.length; i += 1) {
      const code = name.charCodeAt(i);
      if (code > 255) {
        this.bytes.length = start;
        this.finish(name);
        return;
      }
      this.bytes.push(code);
    }
    this.finish(shared);
  }

  get(row: number): string {
    const start = row === 0 ? 0 : this.ends.get(row - 1);
    const end = this.ends.get(row);
    const { array } = this.bytes;
    let name = this.strings.name(this.prefixes.get(row));
    for (let i = start; i < end; i += 1) name += LATIN[array[i]!];
    return name;
  }

  private finish(prefix: string): void {
    this.prefixes.push(this.strings.intern(prefix));
    this.ends.push(this.bytes.length);
  }
}
