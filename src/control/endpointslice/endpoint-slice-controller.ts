import type { Labels } from "../../api/kubernetes.js";
import type { NewGeneric } from "../../api/new-object.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Informer } from "../../store/informer.js";
import type { Refusal } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { Controllees } from "../controllees.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { controllerReference } from "../owner-references.js";
import { WriteQueue } from "../write-queue.js";
import { endpointChanged, endpointGroups, type Service } from "./endpoints.js";
import { ServicePods, selectsPods } from "./service-pods.js";
import { type EndpointSlice, planSlices, type SliceContent } from "./slice-plan.js";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
const HEADLESS = "service.kubernetes.io/headless";
const ZONE = "topology.kubernetes.io/zone";
const MAX_RETRIES = 15;

/**
 * Keeps the EndpointSlices of each Service with a selector: one endpoint a pod with an address, with
 * the conditions ready, serving and terminating. Slices that others manage are left alone.
 * Source: Kubernetes, "EndpointSlices"; KEP-752, KEP-1672.
 */
export class EndpointSliceController implements Controller {
  private readonly queue: WriteQueue;
  private readonly services: Informer<"Service">;
  private readonly podInformer: Informer<"Pod">;
  private readonly nodes: Informer<"Node">;
  private readonly slices: FreshView<"EndpointSlice">;
  private readonly slicesOf = new Controllees<"EndpointSlice">();
  private readonly serviceRowByUid = new Map<string, number>();
  private readonly pods = new ServicePods();

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.queue = new WriteQueue({
      engine,
      client,
      name: "endpointslice",
      workers: options.workers,
      baseBackoffMicros: MICROS_PER_SECOND,
      maxRetries: MAX_RETRIES,
      plan: (row) => this.planOf(row),
      wrote: (object, request) => this.wrote(object as EndpointSlice, request),
      refused: (row, refusal, request) => this.refused(row, refusal, request),
    });
    this.services = informers.informer("Service");
    this.podInformer = informers.informer("Pod");
    this.nodes = informers.informer("Node");
    this.slices = new FreshView(informers.informer("EndpointSlice"));
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
      added: (slice) => this.onSlice(slice),
      updated: (_before, slice) => this.onSlice(slice),
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

  private onSlice(slice: EndpointSlice): void {
    // What this controller wrote itself tells it nothing new.
    const known = this.slices.knows(slice);
    this.slicesOf.put(slice);
    if (!known) this.enqueueOwner(slice);
  }

  private enqueueOwner(slice: EndpointSlice): void {
    for (const { uid } of slice.ownerReferences) {
      const row = this.serviceRowByUid.get(uid);
      if (row !== undefined) this.queue.add(row);
    }
  }

  private planOf(row: number): readonly WriteRequest[] {
    const service = this.services.at(row);
    if (service === undefined || !selectsPods(service)) return [];
    const zoneOf = (name: string) => this.nodes.find("", name)?.labels[ZONE];
    const groups = endpointGroups(service, this.pods.of(row), zoneOf);
    const { create, update, remove } = planSlices(this.existing(service), groups);
    const labels = sliceLabels(service);
    // The garbage collector deletes what goes with its Service: nothing is made in its place.
    const made = service.deletionTimeMicros === null ? create : [];
    return [
      ...made.map((content): WriteRequest => {
        return { verb: "create", object: newSlice(service, content, labels) };
      }),
      ...update.map(({ slice, content }): WriteRequest => {
        return { verb: "update", base: slice, change: { spec: bodyOf(content), labels } };
      }),
      ...remove.map((slice): WriteRequest => ({ verb: "delete", target: slice })),
    ];
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

  private wrote(slice: EndpointSlice, { verb }: WriteRequest): void {
    if (verb === "delete") {
      this.slicesOf.remove(slice);
      return;
    }
    this.slices.wrote(slice);
    this.slicesOf.put(slice);
  }

  private refused(row: number, refusal: Refusal, { verb }: WriteRequest): boolean {
    const service = this.services.at(row);
    if (verb === "create" && refusal.cause === "NamespaceTerminating") return false;
    if (service === undefined) return true;
    const { observer, engine } = this.options;
    const name = `${service.namespace}/${service.name}`;
    const message = `Error updating Endpoint Slices for Service ${name}: failed to ${verb} EndpointSlice: ${refusal.message}`;
    observer.event("Warning", "FailedToUpdateEndpointSlices", service, message, engine.now);
    return true;
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
