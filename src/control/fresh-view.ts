import type { Kind } from "../api/kinds.js";
import type { VersionOf } from "../api/object-version.js";
import type { Informer } from "../store/informer.js";

/**
 * A controller's view of a kind that it also writes: what its informer knows, or the version that
 * the API server answered to its own write while the watch has not brought that one yet.
 */
export class FreshView<K extends Kind> {
  /** By row; a Map that goes from empty to one entry and back makes a table each time. */
  private readonly written: (VersionOf<K> | undefined)[] = [];

  constructor(readonly informer: Informer<K>) {}

  /** Takes part in the informer's deliveries; before any handler that reads this view. */
  start(): void {
    this.informer.addHandler({ deleted: (last) => this.forget(last.row) });
  }

  at(row: number): VersionOf<K> | undefined {
    const seen = this.informer.at(row);
    const own = this.written[row];
    if (own === undefined) return seen;
    if (seen === undefined) return own;
    if (seen.uid === own.uid && seen.resourceVersion < own.resourceVersion) return own;
    this.forget(row);
    return seen;
  }

  /** Takes the version that a write was answered with. */
  wrote(version: VersionOf<K>): void {
    const known = this.at(version.row);
    if (known !== undefined && known.uid === version.uid) {
      if (known.resourceVersion >= version.resourceVersion) return;
    }
    while (this.written.length < version.row) this.written.push(undefined);
    this.written[version.row] = version;
  }

  private forget(row: number): void {
    if (row < this.written.length) this.written[row] = undefined;
  }

  /** Whether a version that the watch brings was answered to an own write, or is older than one. */
  knows(version: VersionOf<K>): boolean {
    const own = this.written[version.row];
    return own?.uid === version.uid && own.resourceVersion >= version.resourceVersion;
  }
}
