import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { zoneKey } from "../../api/zone-key.js";
import type { TimeMicros } from "../../base/time.js";
import type { EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";
import { PodsByNode } from "../../store/pods-by-node.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { type StepEnd, Syncs } from "../syncs.js";
import { Timestamps } from "../timestamps.js";
import { hasTaint, NOT_READY, UNREACHABLE } from "./condition-taints.js";
import { MonitorClock } from "./monitor-clock.js";
import { type NodeLifecycleConfig, nodeLifecycleConfig } from "./node-lifecycle-flags.js";
import { NodeUpkeep } from "./node-upkeep.js";
import { readyStatus } from "./ready-status.js";
import { SilentNodes } from "./silent-nodes.js";
import { Tainter } from "./tainter.js";
import { unknownStatus } from "./unknown-status.js";
import { unreadyWrite } from "./unready-pods.js";
import { ZoneTallies } from "./zone-tallies.js";
import { Zones } from "./zones.js";

type Node = ObjectVersion<"Node">;

/** A look at one node: its health, then its taints, then its pods. */
interface Check {
  readonly node: Node;
  stage: "health" | "taints" | "pods" | "conflict";
  /** Of its pods that are to be told, the next one. */
  pods: PodVersion[];
}

/** Upstream's number of workers, and how often it tries a node anew, how much later. */
const WORKERS = 8;
const TRIES = 5;
const RETRY_MICROS = 20_000;

/**
 * Watches over the nodes' heartbeats: a node that has not been heard of for the grace period becomes
 * Unknown, its pods are told to be not ready, and it is queued for a NoExecute taint; one that is
 * heard of again loses its taints. Each period it looks at all nodes; here only those that have
 * changed or are due, and not at all when there are none: the outcome is the same.
 *
 * Source: Kubernetes, "Nodes: Node controller"; upstream's `pkg/controller/nodelifecycle`.
 */
export class NodeLifecycleController implements Controller {
  private readonly nodes: FreshView<"Node">;
  private readonly pods: Informer<"Pod">;
  private readonly podsOn: PodsByNode;
  private readonly config: NodeLifecycleConfig;
  private readonly timestamps: Timestamps;
  private readonly upkeep: NodeUpkeep;
  private readonly tainter: Tainter;
  private readonly tallies = new ZoneTallies();
  private readonly silent: SilentNodes;
  private readonly clock: MonitorClock;
  readonly zones: Zones;

  private readonly checks: Syncs<Check>;
  private readonly statusWritten: AnswerId;
  private readonly podTold: AnswerId;
  private readonly lookEvent: HandlerId;
  /** Rows of nodes that the next look concerns. */
  private due = new Set<number>();
  private gone: Node[] = [];
  /** Rows of the nodes that the present look is at, and how often each was tried; null: none is. */
  private looking: Map<number, number> | null = null;
  /** Those nodes as the look found them. */
  private listed = new Map<number, Node>();
  private next: EventId = 0;
  private nextAt: TimeMicros = 0;

  constructor(private readonly options: ControllerOptions) {
    const { engine, client, informers, heartbeats } = options;
    this.nodes = new FreshView(informers.informer("Node"));
    this.pods = informers.informer("Pod");
    this.podsOn = new PodsByNode(this.pods);
    this.config = nodeLifecycleConfig(options.flags, options.kubernetesMinor);
    this.timestamps = new Timestamps(options.startTimeMs);
    this.zones = new Zones(this.config);
    const writer = { engine, client, nodes: this.nodes, timestamps: this.timestamps };
    this.upkeep = new NodeUpkeep(writer);
    this.tainter = new Tainter({
      ...writer,
      zones: this.zones,
      zoneOf: ({ labels }) => zoneKey(labels),
      find: (name) => this.find(name),
    });
    this.silent = new SilentNodes(this.config, heartbeats);
    const phase = engine.streams.draw("control/node-lifecycle/monitor-phase", 0);
    const { periodMicros } = this.config;
    this.clock = new MonitorClock(Math.floor(phase * periodMicros), periodMicros);
    this.checks = new Syncs<Check>({
      engine,
      client,
      name: "node-lifecycle/check",
      workers: WORKERS,
      baseBackoffMicros: RETRY_MICROS,
      begin: (row) => this.beginCheck(row),
      step: (check, row) => this.step(check, row),
    });
    this.statusWritten = this.checks.onAnswer((check, outcome) =>
      this.onStatusWritten(check, outcome),
    );
    this.podTold = this.checks.onAnswer((_check, outcome, request) =>
      this.onPodTold(outcome, request),
    );
    this.lookEvent = engine.registerHandler("control/node-lifecycle/look", () => this.look());
    heartbeats?.onChange((name) => this.heartbeatChanged(name));
  }

  start(): void {
    this.nodes.start();
    const { informer } = this.nodes;
    for (const node of informer.values()) this.takeUp(node);
    this.zones.begin(this.tallies.byZone);
    informer.addHandler({
      added: (node) => this.onNode(node),
      updated: (before, node) => this.onNodeChanged(before, node),
      deleted: (node) => this.onNodeGone(node),
    });
  }

  /** A node that was there before: this controller has been running for long. */
  private takeUp(node: Node): void {
    this.refresh(node.name);
    this.tallies.count(node);
    if (hasItsTaints(node)) this.tainter.wasTainted(node);
  }

  private onNode(node: Node): void {
    this.upkeep.look(node);
    if (this.tallies.isCurrent(node) && hasItsTaints(node)) return;
    this.due.add(node.row);
    this.arm();
  }

  private onNodeChanged(before: Node, node: Node): void {
    if (readyStatus(before) !== readyStatus(node)) {
      this.silent.touch(node.name, this.clock.lookThatSees(this.options.engine.now));
    }
    this.onNode(node);
  }

  private onNodeGone(node: Node): void {
    this.due.delete(node.row);
    this.silent.forget(node.name);
    this.tainter.forget(node.row);
    this.gone.push(node);
    this.arm();
  }

  private heartbeatChanged(name: string): void {
    this.refresh(name);
    // The others have been armed for.
    this.arm([name]);
  }

  private refresh(name: string): void {
    this.silent.refresh(name, (time) => this.clock.lookThatSees(time));
  }

  private find(name: string): Node | undefined {
    const known = this.nodes.informer.find("", name);
    return known === undefined ? undefined : this.nodes.at(known.row);
  }

  /** Has the next look that could find something take place. `silent`: nodes that may have become due earlier. */
  private arm(silent: Iterable<string> = this.silent.names()): void {
    if (this.looking !== null) return;
    const { engine } = this.options;
    let from = Number.POSITIVE_INFINITY;
    if (this.due.size > 0 || this.gone.length > 0) from = engine.now;
    else {
      for (const name of silent) {
        const node = this.find(name);
        if (node !== undefined) from = Math.min(from, this.silent.dueMicros(node));
      }
    }
    if (from === Number.POSITIVE_INFINITY) return;
    const at = this.clock.lookAfter(Math.max(from, engine.now));
    if (this.next !== 0) {
      if (this.nextAt <= at) return;
      engine.cancel(this.next);
    }
    this.next = engine.scheduleAt(at, Phase.react, this.lookEvent);
    this.nextAt = at;
  }

  private look(): void {
    const { engine } = this.options;
    this.next = 0;
    this.clock.begin(engine.now);
    for (const node of this.gone) {
      this.tallies.forget(node.row);
      this.tell(node, "RemovingNode", `Removing Node ${node.name} from Controller`);
    }
    this.gone = [];
    for (const name of this.silent.names()) {
      const node = this.find(name);
      if (node !== undefined && this.silent.dueMicros(node) <= engine.now) this.due.add(node.row);
    }
    const rows = [...this.due].sort((a, b) => a - b);
    this.due = new Set();
    this.looking = new Map(rows.map((row) => [row, 0]));
    this.listed = new Map();
    for (const row of rows) {
      const node = this.nodes.at(row);
      if (node !== undefined) this.listed.set(row, node);
      if (node !== undefined && !this.tallies.knows(row)) this.welcome(node);
      this.checks.add(row);
    }
    this.endLookIfDone();
  }

  private welcome(node: Node): void {
    this.tell(node, "RegisteredNode", `Registered Node ${node.name} in Controller`);
    this.zones.of(zoneKey(node.labels));
  }

  private beginCheck(row: number): Check | null {
    const node = this.nodes.at(row);
    if (this.looking?.has(row) !== true) return null;
    if (node !== undefined) return { node, stage: "health", pods: [] };
    this.endCheck(row);
    return null;
  }

  private step(check: Check, row: number): StepEnd {
    switch (check.stage) {
      case "health":
        check.stage = "taints";
        this.checkHealth(check, row);
        return "go on";
      case "taints":
        check.stage = "pods";
        this.checkTaints(check);
        return "go on";
      case "pods":
        if (this.tellNextPod(check, row)) return "go on";
        this.endCheck(row);
        return "done";
      case "conflict": {
        const tries = (this.looking?.get(row) ?? 0) + 1;
        this.looking?.set(row, tries);
        if (tries < TRIES) return "retry";
        this.due.add(row);
        this.endCheck(row);
        return "done";
      }
    }
  }

  /** Has a node that is overdue become Unknown. */
  private checkHealth({ node }: Check, row: number): void {
    const { now } = this.options.engine;
    if (this.silent.dueMicros(node) > now) return;
    const status = unknownStatus(node.status, {
      now: this.timestamps.textOf(now),
      created: this.timestamps.textOf(node.creationTimeMicros),
    });
    const request: WriteRequest = { verb: "update", base: node, change: { status } };
    this.checks.send(row, this.statusWritten, request);
  }

  private onStatusWritten(check: Check, outcome: Outcome): void {
    if (!outcome.ok) {
      check.stage = "conflict";
      return;
    }
    if (outcome.object.kind === "Node") this.nodes.wrote(outcome.object);
  }

  private checkTaints(check: Check): void {
    const { node } = check;
    const current = this.nodes.at(node.row);
    if (current === undefined) return;
    this.tallies.count(current);
    const bears = (key: string) => hasTaint(node, key, "NoExecute");
    const status = readyStatus(current);
    if (status === "True") {
      this.tainter.reachable(current, isTainted(node));
    } else if (status !== undefined) {
      this.tainter.notReady(current, bears);
    }
    const { now } = this.options.engine;
    if (status === "True" || readyStatus(node) !== "True") return;
    this.tell(node, "NodeNotReady");
    for (const pod of this.podsOn.on(node.name)) {
      if (unreadyWrite(pod, now) !== null) check.pods.push(pod);
    }
  }

  /** One pod after the other; false when all know. */
  private tellNextPod(check: Check, row: number): boolean {
    const { now } = this.options.engine;
    for (let pod = check.pods.shift(); pod !== undefined; pod = check.pods.shift()) {
      const request = unreadyWrite(pod, now);
      if (request === null) continue;
      this.checks.send(row, this.podTold, request);
      return true;
    }
    return false;
  }

  private onPodTold(outcome: Outcome, request: WriteRequest): void {
    if (!outcome.ok || request.verb !== "patch") return;
    const { observer, engine } = this.options;
    const pod = request.target as PodVersion;
    observer.event("Warning", "NodeNotReady", pod, "Node is not ready", engine.now);
  }

  private endCheck(row: number): void {
    this.looking?.delete(row);
    this.endLookIfDone();
  }

  private endLookIfDone(): void {
    if (this.looking === null || this.looking.size > 0) return;
    this.looking = null;
    const { now } = this.options.engine;
    const disruption = this.zones.handleDisruption(this.tallies.byZone, now);
    if (disruption === "entered") this.stopEvictions();
    if (disruption === "left") this.silent.touchAll(now);
    this.clock.end(now);
    this.tainter.arm();
    this.arm();
  }

  /**
   * All zones are down: it is rather the control plane that is cut off. A taint that came during the
   * look is not seen, and stays, as upstream.
   */
  private stopEvictions(): void {
    for (const known of this.nodes.informer.values()) {
      const node = this.listed.get(known.row) ?? known;
      this.tainter.reachable(node, isTainted(node));
      if (readyStatus(node) !== "True") this.due.add(node.row);
    }
  }

  private tell(node: Node, reason: string, text?: string): void {
    const { observer, engine } = this.options;
    const said =
      text === undefined
        ? `Node ${node.name} status is now: ${reason}`
        : `Node ${node.name} event: ${text}`;
    observer.event("Normal", reason, node, said, engine.now);
  }
}

function isTainted(node: Node): boolean {
  return hasTaint(node, UNREACHABLE, "NoExecute") || hasTaint(node, NOT_READY, "NoExecute");
}

/** Whether a node bears the NoExecute taint that its Ready condition stands for, and no other. */
function hasItsTaints(node: Node): boolean {
  const status = readyStatus(node);
  if (status === undefined) return true;
  const isRight = (key: string, standsFor: string) =>
    hasTaint(node, key, "NoExecute") === (status === standsFor);
  return isRight(NOT_READY, "False") && isRight(UNREACHABLE, "Unknown");
}
