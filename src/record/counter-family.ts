import { Counter, type Measured } from "./gauge.js";

/** A count with its parts by one label. */
export class CounterFamily implements Measured {
  readonly total = new Counter();
  readonly parts = new Map<string, Counter>();

  add(value: string, count: number): void {
    this.total.add(count);
    let part = this.parts.get(value);
    if (part === undefined) {
      part = new Counter();
      this.parts.set(value, part);
    }
    part.add(count);
  }

  openWindow(): void {
    this.total.openWindow();
    for (const part of this.parts.values()) part.openWindow();
  }

  closeWindow(): void {
    this.total.closeWindow();
    for (const part of this.parts.values()) part.closeWindow();
  }
}
