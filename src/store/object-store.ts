import { ALL_KINDS, type GenericKind, type Kind } from "../api/kinds.js";
import type { NewObject, NewPod } from "../api/new-object.js";
import type { AnyVersion, ObjectVersion, VersionMeta, VersionOf } from "../api/object-version.js";
import { PodVersion } from "../api/pod-version.js";
import { assert } from "../base/assert.js";
import type { Engine } from "../kernel/engine.js";
import { ChangeLog } from "./change-log.js";
import { ObjectTable } from "./object-table.js";
import { WriteDigest } from "./write-digest.js";

/** Called within each commit, in order; it must not write. */
export type CommitObserver = (before: AnyVersion | null, after: AnyVersion | null) => void;

/** Called once after a commit to its kind; used by informers to arm their delivery. */
type CommitListener = () => void;

interface KindStore<K extends Kind> {
  readonly table: ObjectTable<K>;
  readonly log: ChangeLog<VersionOf<K>>;
  readonly listeners: CommitListener[];
  /** Revision of the newest write to this kind. */
  revision: number;
}

/**
 * etcd's part: versioned objects in tables, one change log a kind, one counter of revisions.
 * It takes every write as given; what is allowed is the API server's concern.
 */
export class ObjectStore {
  private readonly kinds: { readonly [K in Kind]: KindStore<K> };
  private readonly observers: CommitObserver[] = [];
  private readonly digest: WriteDigest;
  private revision = 0;
  private uidOrdinal = 0;

  constructor(readonly engine: Engine) {
    this.digest = new WriteDigest(engine.digest);
    const kinds: Partial<Record<Kind, KindStore<Kind>>> = {};
    for (const kind of ALL_KINDS) kinds[kind] = newKindStore(kind);
    this.kinds = kinds as unknown as { readonly [K in Kind]: KindStore<K> };
  }

  /** The revision of the newest write: the `resourceVersion` of a list taken now. */
  get resourceVersion(): number {
    return this.revision;
  }

  /** The objects of a kind as they are now, with no watch lag: for the API server and for output. */
  table<K extends Kind>(kind: K): ObjectTable<K> {
    return (this.kinds[kind] as unknown as KindStore<K>).table;
  }

  log<K extends Kind>(kind: K): ChangeLog<VersionOf<K>> {
    return (this.kinds[kind] as unknown as KindStore<K>).log;
  }

  /** The revision of the newest write to that kind; 0 before the first. */
  kindRevision(kind: Kind): number {
    return this.kinds[kind].revision;
  }

  observe(observer: CommitObserver): void {
    this.observers.push(observer);
  }

  onCommit(kind: Kind, listener: CommitListener): void {
    this.kinds[kind].listeners.push(listener);
  }

  /** Stores a new object; assigns row, revision and, where they are not known, uid and times. */
  insert<K extends Kind>(object: NewObject<K>): VersionOf<K> {
    const source = object as NewObject;
    const kind = source.kind as K;
    const meta = this.metaOf(source, kind);
    const version = (
      source.kind === "Pod"
        ? podVersion(meta, source)
        : genericVersion(source.kind, meta, source.spec, source.status)
    ) as VersionOf<K>;
    this.table(kind).insert(version);
    this.commit(kind, null, version);
    return version;
  }

  /** Stores the version that follows the newest one. It must carry {@link nextRevision}. */
  replace(before: AnyVersion, after: AnyVersion): void {
    assert(after.resourceVersion === this.revision, "a version was stored without a new revision");
    (this.table(before.kind) as ObjectTable<Kind>).replace(after as VersionOf<Kind>);
    this.commit(before.kind, before, after);
  }

  remove(version: AnyVersion): void {
    this.revision += 1;
    (this.table(version.kind) as ObjectTable<Kind>).remove(version as VersionOf<Kind>);
    this.commit(version.kind, version, null);
  }

  /** The uid that the next object gets, if it brings none. */
  get nextUid(): string {
    return uidOf(this.uidOrdinal + 1);
  }

  /** The revision of the next write, unless another comes before it. */
  get followingRevision(): number {
    return this.revision + 1;
  }

  nextRevision(): number {
    this.revision += 1;
    return this.revision;
  }

  /**
   * Keeps the uids that are to come apart from these: those of a dump that another run has made are of
   * the same form.
   */
  avoidUids(uids: Iterable<string>): void {
    for (const uid of uids) {
      if (!uid.startsWith(UID_PREFIX)) continue;
      const ordinal = Number.parseInt(uid.slice(UID_PREFIX.length), 16);
      if (ordinal > this.uidOrdinal) this.uidOrdinal = ordinal;
    }
  }

  private metaOf(source: NewObject, kind: Kind): VersionMeta {
    this.uidOrdinal += 1;
    return {
      row: this.table(kind).reserve(),
      uid: source.uid ?? uidOf(this.uidOrdinal),
      namespace: source.namespace,
      name: source.name,
      generateName: source.generateName,
      resourceVersion: this.nextRevision(),
      generation: source.generation ?? 1,
      creationTimeMicros: source.creationTimeMicros ?? this.engine.now,
      deletionTimeMicros: source.deletionTimeMicros,
      deletionGracePeriodSeconds: source.deletionGracePeriodSeconds,
      labels: source.labels,
      annotations: source.annotations,
      ownerReferences: source.ownerReferences,
      finalizers: source.finalizers,
    };
  }

  private commit<K extends Kind>(kind: K, before: AnyVersion | null, after: AnyVersion | null) {
    this.digest.fold(before, after);
    const kindStore = this.kinds[kind] as unknown as KindStore<K>;
    const { log, listeners } = kindStore;
    kindStore.revision = this.revision;
    for (const observer of this.observers) observer(before, after);
    log.append(before as VersionOf<K> | null, after as VersionOf<K> | null, this.engine.now);
    for (const listener of listeners) listener();
  }
}

/** An {@link ObjectVersion} with its fields in the one order that keeps all of them of one shape. */
export function genericVersion(
  kind: GenericKind,
  meta: VersionMeta,
  spec: unknown,
  status: unknown,
): ObjectVersion {
  return {
    kind,
    row: meta.row,
    uid: meta.uid,
    namespace: meta.namespace,
    name: meta.name,
    generateName: meta.generateName,
    resourceVersion: meta.resourceVersion,
    generation: meta.generation,
    creationTimeMicros: meta.creationTimeMicros,
    deletionTimeMicros: meta.deletionTimeMicros,
    deletionGracePeriodSeconds: meta.deletionGracePeriodSeconds,
    labels: meta.labels,
    annotations: meta.annotations,
    ownerReferences: meta.ownerReferences,
    finalizers: meta.finalizers,
    spec: spec as ObjectVersion["spec"],
    status: status as ObjectVersion["status"],
  };
}

/** The version that follows one, with the fields in the same order. */
export function genericAfter(
  before: ObjectVersion,
  change: Pick<
    ObjectVersion,
    "labels" | "annotations" | "ownerReferences" | "finalizers" | "resourceVersion" | "generation"
  > & { readonly spec: unknown; readonly status: unknown },
): ObjectVersion {
  return {
    kind: before.kind,
    row: before.row,
    uid: before.uid,
    namespace: before.namespace,
    name: before.name,
    generateName: before.generateName,
    resourceVersion: change.resourceVersion,
    generation: change.generation,
    creationTimeMicros: before.creationTimeMicros,
    deletionTimeMicros: before.deletionTimeMicros,
    deletionGracePeriodSeconds: before.deletionGracePeriodSeconds,
    labels: change.labels,
    annotations: change.annotations,
    ownerReferences: change.ownerReferences,
    finalizers: change.finalizers,
    spec: change.spec as ObjectVersion["spec"],
    status: change.status as ObjectVersion["status"],
  };
}

/** Field by field: a spread of so many fields makes a slow object first, and pods are many. */
function podVersion(meta: VersionMeta, pod: NewPod): PodVersion {
  return PodVersion.of({
    row: meta.row,
    uid: meta.uid,
    namespace: meta.namespace,
    name: meta.name,
    generateName: meta.generateName,
    resourceVersion: meta.resourceVersion,
    generation: meta.generation,
    creationTimeMicros: meta.creationTimeMicros,
    deletionTimeMicros: meta.deletionTimeMicros,
    deletionGracePeriodSeconds: meta.deletionGracePeriodSeconds,
    labels: meta.labels,
    annotations: meta.annotations,
    ownerReferences: meta.ownerReferences,
    finalizers: meta.finalizers,
    spec: pod.spec,
    nodeName: pod.nodeName,
    nominatedNodeName: pod.nominatedNodeName,
    phase: pod.phase,
    status: pod.status,
  });
}

function newKindStore<K extends Kind>(kind: K): KindStore<K> {
  const table = new ObjectTable(kind);
  const log = new ChangeLog<VersionOf<K>>((before, after) => {
    if (after === null && before !== null) table.release((before as VersionMeta).row);
  });
  return { table, log, listeners: [], revision: 0 };
}

const UID_PREFIX = "00000000-0000-4000-8000-";

function uidOf(ordinal: number): string {
  return `${UID_PREFIX}${ordinal.toString(16).padStart(12, "0")}`;
}
