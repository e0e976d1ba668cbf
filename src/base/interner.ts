import { assert } from "./assert.js";

/** Small integers for strings, dense from 0 in the order of first use. One table belongs to one run. */
export class Interner {
  private readonly ids = new Map<string, number>();
  private readonly names: string[] = [];

  get size(): number {
    return this.names.length;
  }

  /** The id of `name`, assigned now if it is new. */
  intern(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.length;
    this.ids.set(name, id);
    this.names.push(name);
    return id;
  }

  /** The id of `name`, or undefined when it was never interned. */
  find(name: string): number | undefined {
    return this.ids.get(name);
  }

  /** The string behind an id. Throws on an id that was never given out. */
  name(id: number): string {
    const name = this.names[id];
    assert(name !== undefined, () => `no interned string has the id ${id}`);
    return name;
  }
}
