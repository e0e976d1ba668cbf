import { objectKey, type VersionOf } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { RowsByKey } from "../../base/rows-by-key.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine } from "../../kernel/engine.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WriteQueue } from "../write-queue.js";
import { freeing } from "./freed-claims.js";
import {
  claimKeysOf,
  claimName,
  isClaimOf,
  podClaimOf,
  reservation,
  usesClaims,
} from "./pod-claims.js";
import { claimFromTemplate } from "./template-claims.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

/** Upstream's `defaultResourceClaimControllerWorkers`. */
const WORKERS = 10;
/** So long a claim that was made counts as there, whatever became of it: the TTL of upstream's cache. */
const REMEMBERED_MICROS = 3600 * MICROS_PER_SECOND;

/**
 * Makes the claims of pods that name a template, tells pods what they are called, reserves claims for
 * pods that came to their node without the scheduler, and takes claims from pods that ended or went.
 * Source: Kubernetes, "Dynamic Resource Allocation"; `pkg/controller/resourceclaim`.
 */
export class ResourceClaimController implements Controller {
  private readonly engine: Engine;
  private readonly pods: Informer<"Pod">;
  private readonly claims: Informer<"ResourceClaim">;
  private readonly templates: Informer<"ResourceClaimTemplate">;
  private readonly podQueue: WriteQueue;
  private readonly claimQueue: WriteQueue;
  /** Pods by the claims that they use, and by the templates that they name. */
  private readonly podsOfClaim = new RowsByKey();
  private readonly podsOfTemplate = new RowsByKey();
  /** Claims that were made and may not be seen yet, by the pod's uid and its name for them. */
  private readonly made = new Map<string, ResourceClaim>();
  /** Their names and how long they count as there, by the same keys. */
  private readonly remembered = new Map<string, { name: string; untilMicros: TimeMicros }>();
  /** The rows of those that are seen. */
  private readonly seen = new Map<string, number>();

  constructor(options: ControllerOptions) {
    const { engine, informers, client, workers = WORKERS } = options;
    this.engine = engine;
    this.pods = informers.informer("Pod");
    this.claims = informers.informer("ResourceClaim");
    this.templates = informers.informer("ResourceClaimTemplate");
    const queue = (name: string, plan: (row: number) => readonly WriteRequest[]): WriteQueue =>
      new WriteQueue({
        engine,
        client,
        name: `resource-claim/${name}`,
        workers,
        plan,
        wrote: (object) => {
          if (object.kind === "ResourceClaim") this.wrote(object);
        },
      });
    this.podQueue = queue("pods", (row) => this.forPod(this.pods.at(row)));
    this.claimQueue = queue("claims", (row) => {
      const claim = this.claims.at(row);
      return claim === undefined ? [] : freeing(claim, this.pods);
    });
  }

  start(): void {
    this.pods.addHandler({
      added: (pod) => this.podChanged(null, pod),
      updated: (before, pod) => this.podChanged(before, pod),
      deleted: (pod) => this.podWent(pod),
    });
    this.claims.addHandler({
      added: (claim) => this.claimChanged(claim),
      updated: (_, claim) => this.claimChanged(claim),
      deleted: (claim) => {
        this.seen.delete(podClaimOf(claim) ?? "");
        this.wakePods(objectKey(claim));
      },
    });
    this.templates.addHandler({
      added: (template) => {
        for (const row of this.podsOfTemplate.of(objectKey(template))) this.podQueue.add(row);
      },
    });
  }

  private podChanged(before: PodVersion | null, pod: PodVersion): void {
    if (!usesClaims(pod)) return;
    const { resourceClaims = [] } = pod.spec;
    if (before !== null) {
      for (const key of claimKeysOf(before)) this.podsOfClaim.delete(key, pod.row);
    }
    for (const key of claimKeysOf(pod)) this.podsOfClaim.add(key, pod.row);
    for (const { resourceClaimTemplateName } of resourceClaims) {
      if (resourceClaimTemplateName == null) continue;
      this.podsOfTemplate.add(`${pod.namespace}/${resourceClaimTemplateName}`, pod.row);
    }
    if (!needsClaims(pod)) this.wakeClaims(pod);
    if (pod.deletionTimeMicros === null) this.podQueue.add(pod.row);
  }

  private podWent(pod: PodVersion): void {
    if (!usesClaims(pod)) return;
    for (const key of claimKeysOf(pod)) this.podsOfClaim.delete(key, pod.row);
    for (const { name, resourceClaimTemplateName } of pod.spec.resourceClaims ?? []) {
      this.made.delete(`${pod.uid}/${name}`);
      this.remembered.delete(`${pod.uid}/${name}`);
      if (resourceClaimTemplateName == null) continue;
      this.podsOfTemplate.delete(`${pod.namespace}/${resourceClaimTemplateName}`, pod.row);
    }
    this.wakeClaims(pod);
  }

  private claimChanged(claim: ResourceClaim): void {
    const of = podClaimOf(claim);
    if (of !== null) {
      this.seen.set(of, claim.row);
      if (this.made.get(of)?.uid === claim.uid) this.made.delete(of);
    }
    this.claimQueue.add(claim.row);
    this.wakePods(objectKey(claim));
  }

  private wakePods(claimKey: string): void {
    for (const row of this.podsOfClaim.of(claimKey)) this.podQueue.add(row);
  }

  private wakeClaims(pod: PodVersion): void {
    for (const key of claimKeysOf(pod)) {
      const [namespace = "", name = ""] = key.split("/");
      const claim = this.claims.find(namespace, name);
      if (claim !== undefined) this.claimQueue.add(claim.row);
    }
  }

  /** A claim that was made has a name now, which its pod is to be told. */
  private wrote(claim: ResourceClaim): void {
    const of = podClaimOf(claim);
    const owner = claim.ownerReferences.find(({ controller }) => controller === true);
    if (of === null || owner === undefined) return;
    const pod = this.pods.find(claim.namespace, owner.name);
    if (pod?.uid !== owner.uid) return;
    const untilMicros = this.engine.now + REMEMBERED_MICROS;
    this.remembered.set(of, { name: claim.name, untilMicros });
    if (isKnown(claim, this.claims)) return;
    this.made.set(of, claim);
    this.podQueue.add(pod.row);
  }

  private forPod(pod: PodVersion | undefined): readonly WriteRequest[] {
    if (pod === undefined || pod.deletionTimeMicros !== null) return [];
    const missing: WriteRequest[] = [];
    const found = new Map<string, string>();
    for (const one of pod.spec.resourceClaims ?? []) {
      const name = claimName(pod, one);
      if (name === null || one.resourceClaimTemplateName == null) continue;
      const known = name === undefined ? undefined : this.claims.find(pod.namespace, name);
      if (known !== undefined && isClaimOf(known, pod)) continue;
      const claim = this.generated(pod, one.name);
      if (claim !== undefined) {
        if (claim.name !== name) found.set(one.name, claim.name);
        continue;
      }
      if (name !== undefined && isPodTerminal(pod) && this.remembers(pod, one.name, name)) continue;
      const template = this.templates.find(pod.namespace, one.resourceClaimTemplateName);
      if (template === undefined) continue;
      missing.push({ verb: "create", object: claimFromTemplate(pod, one.name, template) });
    }
    if (missing.length > 0) return missing;
    if (found.size > 0) return [naming(pod, found)];
    return pod.nodeName === "" || isPodTerminal(pod) ? [] : this.reservations(pod);
  }

  /** Whether the claim was made so lately that it counts as there. It may have been deleted since. */
  private remembers(pod: PodVersion, podClaim: string, name: string): boolean {
    const made = this.remembered.get(`${pod.uid}/${podClaim}`);
    return made?.name === name && this.engine.now < made.untilMicros;
  }

  /** The claim that was made for one of the pod's, whether or not the pod was told. */
  private generated(pod: PodVersion, podClaim: string): ResourceClaim | undefined {
    const key = `${pod.uid}/${podClaim}`;
    const row = this.seen.get(key);
    return this.made.get(key) ?? (row === undefined ? undefined : this.claims.at(row));
  }

  private reservations(pod: PodVersion): readonly WriteRequest[] {
    return (pod.spec.resourceClaims ?? []).flatMap((one) => {
      const name = claimName(pod, one) ?? null;
      const claim = name === null ? undefined : this.claims.find(pod.namespace, name);
      const request = claim === undefined ? null : reservation(claim, pod);
      return request === null ? [] : [request];
    });
  }
}

function isKnown(claim: ResourceClaim, claims: Informer<"ResourceClaim">): boolean {
  return claims.at(claim.row)?.uid === claim.uid;
}

/** Whether the pod may still run: what it claims is left alone. */
function needsClaims(pod: PodVersion): boolean {
  return !isPodTerminal(pod) && (pod.deletionTimeMicros === null || pod.nodeName !== "");
}

/** Tells the pod, and its scheduler, what its claims are called. */
function naming(pod: PodVersion, found: ReadonlyMap<string, string>): WriteRequest {
  const names = new Map<string, string>();
  for (const { name, resourceClaimName } of pod.status.resourceClaimStatuses ?? []) {
    if (resourceClaimName !== undefined) names.set(name, resourceClaimName);
  }
  for (const [name, claim] of found) names.set(name, claim);
  const resourceClaimStatuses = [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, resourceClaimName]) => ({ name, resourceClaimName }));
  return { verb: "patch", target: pod, change: { status: { resourceClaimStatuses } } };
}
