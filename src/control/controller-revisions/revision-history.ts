import type { PodTemplateSpec } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import { Controllees } from "../controllees.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { TemplateContents } from "../template-contents.js";
import { byRevision, type ControllerRevision, RevisionTemplates } from "./template-revision.js";

type Owner = Pick<AnyVersion, "kind" | "uid" | "name" | "namespace" | "deletionTimeMicros">;

/** The ControllerRevisions of a controller's objects, its own writes to them included. */
export class RevisionHistory {
  readonly contents = new TemplateContents();
  /** Grows with every change of any revision. */
  version = 0;
  private readonly view: FreshView<"ControllerRevision">;
  private readonly byOwner = new Controllees<"ControllerRevision">();
  private readonly templates = new RevisionTemplates();

  constructor(
    informer: Informer<"ControllerRevision">,
    /** Called for each change that the watch brings. */
    private readonly onChange: (revision: ControllerRevision) => void = () => {},
  ) {
    this.view = new FreshView(informer);
  }

  start(): void {
    this.view.start();
    this.view.informer.addHandler({
      added: (revision) => this.put(revision),
      updated: (_before, revision) => this.put(revision),
      deleted: (revision) => {
        this.version += 1;
        this.byOwner.remove(revision);
        this.onChange(revision);
      },
    });
  }

  /** Revisions of the owner, the lowest first. */
  of(owner: Owner): ControllerRevision[] {
    return [...this.byOwner.of(owner.uid)].sort(byRevision);
  }

  /** Patches that adopt revisions without a controller which the selector matches. */
  adoptions(owner: Owner, selector: Selector): WriteRequest[] {
    if (owner.deletionTimeMicros !== null) return [];
    const requests: WriteRequest[] = [];
    for (const revision of this.byOwner.orphansIn(owner.namespace)) {
      if (revision.deletionTimeMicros !== null || !selector.matches(revision.labels)) continue;
      const ownerReferences = [...revision.ownerReferences, controllerReference(owner)];
      requests.push({ verb: "patch", target: revision, change: { ownerReferences } });
    }
    return requests;
  }

  /** Takes a version that a write was answered with. */
  wrote(revision: ControllerRevision): void {
    this.view.wrote(revision);
    this.version += 1;
    this.byOwner.put(revision);
  }

  find(namespace: string, name: string): ControllerRevision | undefined {
    return this.view.informer.find(namespace, name);
  }

  templateOf(revision: ControllerRevision): PodTemplateSpec {
    return this.templates.of(revision);
  }

  /** Whether the revision is of that template. */
  holds(revision: ControllerRevision, template: PodTemplateSpec): boolean {
    return this.contents.equal(this.templateOf(revision), template);
  }

  private put(revision: ControllerRevision): void {
    const known = this.view.at(revision.row);
    if (known !== undefined && known.resourceVersion > revision.resourceVersion) return;
    this.version += 1;
    this.byOwner.put(revision);
    this.onChange(revision);
  }
}
