import { assert } from "../../base/assert.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Labels } from "../../api/kubernetes.js";
import type { NewGeneric } from "../../api/new-object.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { Controllees } from "../controllees.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { WorkQueue } from "../work-queue.js";
import { endpointChanged, endpointGroups, type Service } from "./endpoints.js";
import { selectsPods, ServicePods } from "./service-pods.js";
import { type EndpointSlice, planSlices, type SliceContent } from "./slice-plan.js";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
const HEADLESS = "service.kubernetes.io/headless";
const ZONE = "topology.kubernetes.io/zone";
const MAX_RETRIES = 15;

interface Sync {
  unanswered: number;
  failed: boolean;
}

/**
 * Keeps the EndpointSlices of each Service with a selector: one endpoint a pod with an address, with
 * the conditions ready, serving and terminating. Slices that others manage are left alone.
 * Source: Kubernetes, "EndpointSlices"; KEP-752, KEP-1672.
 */
export class EndpointSliceController implements Controller {
  private readonly queue: WorkQueue;
  private readonly services: Informer<"Service">;
  private readonly podInformer: Informer<"Pod">;
  private readonly nodes: Informer<"Node">;
  private readonly slices: FreshView<"EndpointSlice">;
  private readonly slicesOf = new Controllees<"EndpointSlice">();
  private readonly serviceRowByUid = new Map<string, number>();
  private readonly pods = new ServicePods();
  private readonly syncs = new Map<number, Sync>();
  private readonly written: AnswerId;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WorkQueue({
      engine,
      name: "endpointslice",
      workers: options.workers,
      baseBackoffMicros: MICROS_PER_SECOND,
      sync: (row) => this.sync(row),
    });
    this.services = informers.informer("Service");
    this.podInformer = informers.informer("Pod");
    this.nodes = informers.informer("Node");
    this.slices = new FreshView(informers.informer("EndpointSlice"));
    this.written = client.onAnswer((outcome, row, _, request) =>
      this.onWritten(outcome, row, request),
    );
  }

  start(): void {
    const enqueue = (row: number) => this.queue.add(row);
    this.slices.start();
    this.services.addHandler({
      added: (service) => this.onService(service),
      updated: (_, service) => this.onService(service),
      deleted: (service) => {
        this.pods.removeService(service);
        this.serviceRowByUid.delete(service.uid);
        enqueue(service.row);
      },
    });
    this.podInformer.addHandler({
      added: (pod) => this.pods.putPod(pod, enqueue),
      updated: (before, pod) => this.onPod(before, pod),
      deleted: (pod) => this.pods.removePod(pod, enqueue),
    });
    this.slices.informer.addHandler({
      added: (slice) => this.onSlice(undefined, slice),
      updated: (before, slice) => this.onSlice(before, slice),
      deleted: (slice) => {
        this.slicesOf.remove(slice);
        this.enqueueOwner(slice);
      },
    });
  }

  private onService(service: Service): void {
    this.serviceRowByUid.set(service.uid, service.row);
    this.pods.putService(service, this.podInformer.values());
    this.queue.add(service.row);
  }

  private onPod(before: PodVersion, pod: PodVersion): void {
    const changed = endpointChanged(before, pod);
    const concerned = (row: number) => {
      if (changed) this.queue.add(row);
    };
    if (before.labels !== pod.labels) this.pods.removePod(before, concerned);
    this.pods.putPod(pod, concerned);
  }

  private onSlice(before: EndpointSlice | undefined, slice: EndpointSlice): void {
    // What this controller wrote itself tells it nothing new.
    const known = this.slices.knows(slice);
    this.slicesOf.put(before, slice);
    if (!known) this.enqueueOwner(slice);
  }

  private enqueueOwner(slice: EndpointSlice): void {
    for (const { uid } of slice.ownerReferences) {
      const row = this.serviceRowByUid.get(uid);
      if (row !== undefined) this.queue.add(row);
    }
  }

  private sync(row: number): void {
    const service = this.services.at(row);
    if (service === undefined || !selectsPods(service) || service.deletionTimeMicros !== null) {
      this.queue.forget(row);
      this.queue.done(row);
      return;
    }
    const sync: Sync = { unanswered: 0, failed: false };
    this.syncs.set(row, sync);
    const zoneOf = (name: string) => this.nodes.find("", name)?.labels[ZONE];
    const groups = endpointGroups(service, this.pods.of(row), zoneOf);
    const plan = planSlices(this.existing(service), groups);
    const labels = sliceLabels(service);
    for (const content of plan.create) {
      this.submit(sync, row, { verb: "create", object: newSlice(service, content, labels) });
    }
    for (const { slice, content } of plan.update) {
      const spec = bodyOf(content);
      this.submit(sync, row, { verb: "update", base: slice, change: { spec, labels } });
    }
    for (const slice of plan.remove) this.submit(sync, row, { verb: "delete", target: slice });
    if (sync.unanswered === 0) this.finish(row, sync);
  }

  /** The Service's slices that this controller manages, as new as they are known. */
  private existing(service: Service): EndpointSlice[] {
    const found: EndpointSlice[] = [];
    for (const slice of this.slicesOf.of(service.uid)) {
      const newest = this.slices.at(slice.row);
      if (newest === undefined || newest.uid !== slice.uid) continue;
      if (newest.labels[MANAGED_BY] === MANAGER && newest.deletionTimeMicros === null) {
        found.push(newest);
      }
    }
    return found;
  }

  private submit(sync: Sync, row: number, request: WriteRequest): void {
    sync.unanswered += 1;
    this.options.client.submit(request, this.written, row);
  }

  private onWritten(outcome: Outcome, row: number, request: WriteRequest): void {
    const sync = this.syncs.get(row);
    assert(sync !== undefined, "an answer came for a sync that is over");
    sync.unanswered -= 1;
    if (!outcome.ok) {
      const moot = outcome.reason === "NotFound" || outcome.message.endsWith("being terminated");
      sync.failed ||= !moot;
    } else {
      const slice = outcome.object as EndpointSlice;
      if (request.verb === "delete") {
        this.slicesOf.remove(slice);
      } else {
        const before = this.slices.at(slice.row);
        this.slices.wrote(slice);
        this.slicesOf.put(before?.uid === slice.uid ? before : undefined, slice);
      }
    }
    if (sync.unanswered === 0) this.finish(row, sync);
  }

  private finish(row: number, sync: Sync): void {
    this.syncs.delete(row);
    if (!sync.failed || this.queue.failuresOf(row) >= MAX_RETRIES) this.queue.forget(row);
    else this.queue.addRateLimited(row);
    this.queue.done(row);
  }
}

function sliceLabels(service: Service): Labels {
  return {
    ...service.labels,
    [SERVICE_NAME]: service.name,
    [MANAGED_BY]: MANAGER,
    ...(service.spec.clusterIP === "None" && { [HEADLESS]: "" }),
  };
}

function bodyOf(content: SliceContent): NewGeneric<"EndpointSlice">["spec"] {
  const { addressType, endpoints, ports } = content;
  return { addressType, endpoints: [...endpoints], ports: [...ports] };
}

function newSlice(
  service: Service,
  content: SliceContent,
  labels: Labels,
): NewGeneric<"EndpointSlice"> {
  return {
    kind: "EndpointSlice",
    namespace: service.namespace,
    name: "",
    generateName: `${service.name}-`,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels,
    annotations: {},
    ownerReferences: [controllerReference(service)],
    finalizers: [],
    spec: bodyOf(content),
    status: undefined,
  };
}
