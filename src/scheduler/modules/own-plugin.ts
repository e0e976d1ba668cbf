import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { PluginDescriptor } from "../framework/configuration/plugin-catalogue.js";
import {
  type Handle,
  MAX_NODE_SCORE,
  type PermitResult,
  PRE_FILTER_SUCCESS,
  type Plugin,
  type PreFilterResult,
  type QueuedPod,
  type Result,
} from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { isNodePart, type Reads } from "../framework/reads.js";
import { type Code, Status } from "../framework/status.js";
import {
  OWN_POINTS,
  type OwnPlugin,
  type OwnPoint,
  type PluginDefinition,
  type PluginHandle,
} from "./define-plugin.js";
import { told } from "./definition-flaw.js";
import { PluginFault } from "./plugin-fault.js";

/** Of whom and where a plugin was asked, for messages. */
interface Asked {
  readonly method: string;
  readonly pod?: PodVersion;
  readonly node?: string;
}

/** A module's plugin as configurations name it; `module`: its file, for messages. */
export function ownDescriptor(definition: PluginDefinition, module: string): PluginDescriptor {
  const points = definition.extensionPoints.map((point) => [point, true] as const);
  return {
    name: definition.name,
    extensionPoints: Object.fromEntries(points),
    factory: (args, handle) => new OwnPluginMaker(definition, module).make(args, handle),
  };
}

const REFUSALS: readonly string[] = ["Unschedulable", "UnschedulableAndUnresolvable"];

/**
 * Makes a plugin of one's own that the scheduler can run: each method is watched, so that what it throws, and
 * what it returns and must not, ends the run with the plugin, the pod and the node.
 */
class OwnPluginMaker {
  private readonly statuses = new Map<string, Status>();

  constructor(
    private readonly definition: PluginDefinition,
    private readonly module: string,
  ) {}

  make(given: unknown, handle: Handle): Plugin {
    const { definition } = this;
    const args = this.argsOf(given);
    const own = this.ask({ method: "create" }, () =>
      definition.create(args, this.handleOf(handle)),
    );
    if (typeof own !== "object" || own === null) {
      this.fault({ method: "create" }, own, "an object with the methods of its extension points");
    }
    for (const point of definition.extensionPoints) {
      const method = OWN_POINTS[point];
      if (typeof own[method] === "function") continue;
      this.fault({ method: "create" }, own[method], `a method \`${method}\`, for ${point}`);
    }
    const methods: Record<string, unknown> = { name: definition.name };
    if (own.reads !== undefined) methods.reads = this.readsOf(own.reads);
    if (own.concerns !== undefined) {
      methods.concerns = (pod: PodInfo) =>
        this.boolean({ method: "concerns", pod: pod.pod }, () => own.concerns!(pod));
    }
    for (const point of definition.extensionPoints) Object.assign(methods, this.at(point, own));
    return methods as unknown as Plugin;
  }

  private argsOf(given: unknown): unknown {
    const { args } = this.definition;
    const plain = (given ?? {}) as Readonly<Record<string, unknown>>;
    if (args === undefined) return plain;
    return this.ask({ method: "args" }, () => args(plain));
  }

  private handleOf(handle: Handle): PluginHandle {
    const { name } = this.definition;
    return Object.freeze({
      get nodes() {
        return handle.snapshot.nodes;
      },
      draw: (stream: string, n: number) => handle.draw(`${name}/${stream}`, n),
      expectedRunMicros: (pod: PodVersion) => handle.expectedRunMicros(pod),
      podInfo: (pod: PodVersion) => handle.snapshot.podInfos.podInfo(pod),
      scalar: (resource: string) => handle.scalars.intern(resource),
    });
  }

  private readsOf(reads: Reads): Reads {
    const asked = { method: "reads" };
    for (const key of ["pod", "node"] as const) {
      if (!Array.isArray(reads?.[key])) this.fault(asked, reads?.[key], `a list \`${key}\``);
    }
    for (const part of reads.node) {
      if (!isNodePart(part)) this.fault(asked, part, "the name of a part of a node");
    }
    return reads;
  }

  /** The watched methods of an extension point. */
  private at(point: OwnPoint, own: OwnPlugin): Readonly<Record<string, unknown>> {
    switch (point) {
      case "preEnqueue":
        return {
          preEnqueue: (pod: PodVersion) => {
            const asked = { method: "preEnqueue", pod };
            return this.result(
              asked,
              this.ask(asked, () => own.preEnqueue!(pod)),
            );
          },
        };
      case "queueSort":
        return this.queueSort(own);
      case "preFilter":
        return {
          preFilterExtensions: null,
          preFilter: (state: never, pod: PodInfo) => {
            const asked = { method: "preFilter", pod: pod.pod };
            return this.preFilterResult(
              asked,
              this.ask(asked, () => own.preFilter!(state, pod)),
            );
          },
        };
      case "filter":
        return {
          filter: (state: never, pod: PodInfo, node: NodeInfo) => {
            const asked = { method: "filter", pod: pod.pod, node: node.name };
            return this.result(
              asked,
              this.ask(asked, () => own.filter!(state, pod, node)),
            );
          },
        };
      case "preScore":
        return {
          preScore: (state: never, pod: PodInfo, nodes: readonly NodeInfo[]) => {
            const asked = { method: "preScore", pod: pod.pod };
            return this.skip(
              asked,
              this.ask(asked, () => own.preScore!(state, pod, nodes)),
            );
          },
        };
      case "score":
        return this.scoring(own);
      case "reserve":
        return this.reserving(own);
      case "permit":
        return {
          permit: (state: never, pod: PodInfo, nodeName: string) => {
            const asked = { method: "permit", pod: pod.pod, node: nodeName };
            return this.permitResult(
              asked,
              this.ask(asked, () => own.permit!(state, pod, nodeName)),
            );
          },
        };
      case "postBind":
        return {
          postBind: (state: never, pod: PodInfo, nodeName: string) =>
            this.ask({ method: "postBind", pod: pod.pod, node: nodeName }, () =>
              own.postBind!(state, pod, nodeName),
            ),
        };
    }
  }

  private queueSort(own: OwnPlugin): Readonly<Record<string, unknown>> {
    const { sortsAnew } = own;
    return {
      less: (a: QueuedPod, b: QueuedPod) =>
        this.boolean({ method: "less", pod: a.pod }, () => own.less!(a, b)),
      ...(sortsAnew === undefined
        ? {}
        : {
            sortsAnew: (now: number) =>
              this.boolean({ method: "sortsAnew" }, () => own.sortsAnew!(now)),
          }),
    };
  }

  private scoring(own: OwnPlugin): Readonly<Record<string, unknown>> {
    const normalises = typeof own.normalizeScore === "function";
    const score = (state: never, pod: PodInfo, node: NodeInfo): number => {
      const asked = { method: "score", pod: pod.pod, node: node.name };
      const value: unknown = this.ask(asked, () => own.score!(state, pod, node));
      const isRight = normalises ? Number.isFinite(value) : isScore(value);
      if (!isRight) this.fault(asked, value, normalises ? "a number" : A_SCORE);
      return value as number;
    };
    if (!normalises) return { score };
    const normalizeScore = (
      state: never,
      pod: PodInfo,
      nodes: readonly NodeInfo[],
      scores: Float64Array,
    ): void => {
      const asked = { method: "normalizeScore", pod: pod.pod };
      this.ask(asked, () => own.normalizeScore!(state, pod, nodes, scores));
      for (let i = 0; i < scores.length; i += 1) {
        if (isScore(scores[i])) continue;
        // A rule by groups of nodes has one of each.
        this.fault({ ...asked, node: nodes[i]?.name ?? "" }, scores[i], A_SCORE);
      }
    };
    return { score, normalizeScore };
  }

  private reserving(own: OwnPlugin): Readonly<Record<string, unknown>> {
    return {
      reserve: (state: never, pod: PodInfo, nodeName: string) => {
        const asked = { method: "reserve", pod: pod.pod, node: nodeName };
        return this.result(
          asked,
          this.ask(asked, () => own.reserve!(state, pod, nodeName)),
        );
      },
      unreserve: (state: never, pod: PodInfo, nodeName: string) =>
        this.ask({ method: "unreserve", pod: pod.pod, node: nodeName }, () =>
          own.unreserve?.(state, pod, nodeName),
        ),
    };
  }

  private result(asked: Asked, value: unknown): Result {
    if (value === null || value === undefined) return null;
    const { code, reasons } = value as { code?: unknown; reasons?: unknown };
    if (!REFUSALS.includes(code as string)) {
      this.fault(asked, code ?? value, `null, or { code: ${REFUSALS.join(" or ")}, reasons }`);
    }
    if (!Array.isArray(reasons) || reasons.some((reason) => typeof reason !== "string")) {
      this.fault(asked, reasons, "a list of texts as `reasons`");
    }
    return this.status(code as Code, reasons);
  }

  /** One and the same object for the same refusal: statuses are told apart by identity. */
  private status(code: Code, reasons: readonly string[]): Status {
    const key = JSON.stringify([code, ...reasons]);
    let status = this.statuses.get(key);
    if (status === undefined) {
      status = new Status(code, [...reasons], this.definition.name);
      this.statuses.set(key, status);
    }
    return status;
  }

  private skip(asked: Asked, value: unknown): Result {
    if (value === null || value === undefined) return null;
    const { code } = value as { code?: unknown };
    if (code !== "Skip") this.fault(asked, code ?? value, 'null or { code: "Skip" }');
    return this.status("Skip", []);
  }

  private preFilterResult(asked: Asked, value: unknown): PreFilterResult {
    if (value === null || value === undefined) return PRE_FILTER_SUCCESS;
    const { code, nodeNames } = value as { code?: unknown; nodeNames?: Iterable<string> };
    if (code === "Skip") return { status: this.skip(asked, value), nodeNames: null };
    if (nodeNames === undefined) return { status: this.result(asked, value), nodeNames: null };
    return { status: null, nodeNames: this.ask(asked, () => new Set(nodeNames)) };
  }

  private permitResult(asked: Asked, value: unknown): PermitResult {
    const { waitSeconds } = (value ?? {}) as { waitSeconds?: unknown };
    if (waitSeconds === undefined) return { status: this.result(asked, value), timeoutMicros: 0 };
    const isRight = Number.isFinite(waitSeconds) && (waitSeconds as number) >= 0;
    if (!isRight) this.fault(asked, waitSeconds, "seconds from 0 on as `waitSeconds`");
    const timeoutMicros = Math.round((waitSeconds as number) * MICROS_PER_SECOND);
    return { status: this.status("Wait", []), timeoutMicros };
  }

  private boolean(asked: Asked, question: () => unknown): boolean {
    const value = this.ask(asked, question);
    if (typeof value !== "boolean") this.fault(asked, value, "true or false");
    return value;
  }

  private ask<T>(asked: Asked, question: () => T): T {
    try {
      return question();
    } catch (error) {
      if (error instanceof PluginFault) throw error;
      throw new PluginFault(this.module, `${this.what(asked)} threw ${thrown(error)}`);
    }
  }

  private fault(asked: Asked, value: unknown, right: string): never {
    throw new PluginFault(
      this.module,
      `${this.what(asked)} gave ${told(value)}: expected ${right}`,
    );
  }

  private what({ method, pod, node }: Asked): string {
    const ofPod = pod === undefined ? "" : ` of pod ${pod.namespace}/${pod.name}`;
    const onNode = node === undefined || node === "" ? "" : ` on node ${node}`;
    return `plugin ${this.definition.name}: ${method}${ofPod}${onNode}`;
  }
}

const A_SCORE = `a whole number from 0 to ${MAX_NODE_SCORE}`;

function isScore(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_NODE_SCORE;
}

/** What was thrown, also by a module that has an `Error` of its own. */
function thrown(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof message === "string" ? `${String(name ?? "Error")}: ${message}` : told(error);
}
