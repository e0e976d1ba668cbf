const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * Values by namespace and name; the namespace of what has none is empty. In two steps, so that no text has to be
 * made of both for each question.
 */
export class ByName<V> {
  private readonly namespaces = new Map<string, Map<string, V>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(namespace: string, name: string): V | undefined {
    return this.namespaces.get(namespace)?.get(name);
  }

  /** The values of a namespace, by name. */
  in(namespace: string): ReadonlyMap<string, V> {
    return this.namespaces.get(namespace) ?? NOTHING;
  }

  set(namespace: string, name: string, value: V): void {
    let names = this.namespaces.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.namespaces.set(namespace, names);
    }
    const before = names.size;
    names.set(name, value);
    this.count += names.size - before;
  }

  delete(namespace: string, name: string): void {
    const names = this.namespaces.get(namespace);
    if (names?.delete(name) !== true) return;
    this.count -= 1;
    if (names.size === 0) this.namespaces.delete(namespace);
  }
}
