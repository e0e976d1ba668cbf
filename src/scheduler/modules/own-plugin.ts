import type { PodVersion } from "../../api/pod-version.js";
import type { PluginDescriptor } from "../framework/configuration/plugin-catalogue.js";
import type { CycleState } from "../framework/cycle-state.js";
import {
  type Handle,
  MAX_NODE_SCORE,
  type NodeStatuses,
  type Plugin,
  type QueuedPod,
} from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { isNodePart, type Reads } from "../framework/reads.js";
import {
  type Node,
  OWN_POINTS,
  type OwnPlugin,
  type OwnPoint,
  type PluginDefinition,
  type PluginHandle,
  type Pod,
} from "./define-plugin.js";
import { fitsWithout } from "./fits-without.js";
import { A_SCORE, type Asked, OwnAnswers } from "./own-answers.js";
import { ownEvents } from "./own-events.js";

/** A module's plugin as configurations name it; `module`: its file, for messages. */
export function ownDescriptor(definition: PluginDefinition, module: string): PluginDescriptor {
  const points = definition.extensionPoints.map((point) => [point, true] as const);
  return {
    name: definition.name,
    extensionPoints: Object.fromEntries(points),
    factory: (args, handle) => new OwnPluginMaker(definition, module).make(args, handle),
  };
}

/**
 * Makes a plugin of one's own that the scheduler can run: each method is watched, so that what it throws, and
 * what it returns and must not, ends the run with the plugin, the pod and the node.
 */
class OwnPluginMaker {
  private readonly answers: OwnAnswers;

  constructor(
    private readonly definition: PluginDefinition,
    module: string,
  ) {
    this.answers = new OwnAnswers(definition.name, module);
  }

  make(given: unknown, handle: Handle): Plugin {
    const { definition, answers } = this;
    const args = this.argsOf(given);
    const own = answers.ask({ method: "create" }, () =>
      definition.create(args, this.handleOf(handle)),
    );
    if (typeof own !== "object" || own === null) {
      answers.fault(
        { method: "create" },
        own,
        "an object with the methods of its extension points",
      );
    }
    for (const point of definition.extensionPoints) {
      const method = OWN_POINTS[point];
      if (typeof own[method] === "function") continue;
      answers.fault({ method: "create" }, own[method], `a method \`${method}\`, for ${point}`);
    }
    const methods: Record<string, unknown> = { name: definition.name };
    if (own.reads !== undefined) methods.reads = this.readsOf(own.reads);
    if (own.concerns !== undefined) {
      methods.concerns = (pod: PodInfo) =>
        answers.boolean({ method: "concerns", pod: pod.pod }, () => own.concerns!(pod));
    }
    if (own.eventsToRegister !== undefined) {
      const events = ownEvents(own, answers);
      methods.eventsToRegister = () => events;
    }
    for (const point of definition.extensionPoints) {
      Object.assign(methods, this.at(point, own, handle));
    }
    return methods as unknown as Plugin;
  }

  private argsOf(given: unknown): unknown {
    const { args } = this.definition;
    const plain = (given ?? {}) as Readonly<Record<string, unknown>>;
    if (args === undefined) return plain;
    return this.answers.ask({ method: "args" }, () => args(plain));
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
      fitsWithout: (state: CycleState, pod: Pod, node: Node, gone: readonly Pod[]) =>
        fitsWithout(handle, { state, pod, node, gone }),
      scalar: (resource: string) => handle.scalars.intern(resource),
    });
  }

  private readsOf(reads: Reads): Reads {
    const asked = { method: "reads" };
    for (const key of ["pod", "node"] as const) {
      if (!Array.isArray(reads?.[key]))
        this.answers.fault(asked, reads?.[key], `a list \`${key}\``);
    }
    for (const part of reads.node) {
      if (!isNodePart(part)) this.answers.fault(asked, part, "the name of a part of a node");
    }
    return reads;
  }

  /** The watched methods of an extension point. */
  private at(point: OwnPoint, own: OwnPlugin, handle: Handle): Readonly<Record<string, unknown>> {
    const { answers } = this;
    switch (point) {
      case "preEnqueue":
        return {
          preEnqueue: (pod: PodVersion) =>
            answers.result({ method: "preEnqueue", pod }, () => own.preEnqueue!(pod)),
        };
      case "queueSort":
        return this.queueSort(own);
      case "preFilter":
        return {
          preFilterExtensions: null,
          preFilter: (state: never, pod: PodInfo) =>
            answers.preFilter({ method: "preFilter", pod: pod.pod }, () =>
              own.preFilter!(state, pod),
            ),
        };
      case "filter":
        return {
          filter: (state: never, pod: PodInfo, node: NodeInfo) =>
            answers.result({ method: "filter", pod: pod.pod, node: node.name }, () =>
              own.filter!(state, pod, node),
            ),
        };
      case "postFilter":
        return {
          postFilter: (state: never, pod: PodInfo, statuses: NodeStatuses) =>
            answers.postFilter({ method: "postFilter", pod: pod.pod }, handle.snapshot, () =>
              own.postFilter!(state, pod, { of: (node) => statuses.get(node as NodeInfo) ?? null }),
            ),
        };
      case "preScore":
        return {
          preScore: (state: never, pod: PodInfo, nodes: readonly NodeInfo[]) =>
            answers.skip({ method: "preScore", pod: pod.pod }, () =>
              own.preScore!(state, pod, nodes),
            ),
        };
      case "score":
        return this.scoring(own);
      default:
        return this.placing(point, own);
    }
  }

  /** The points of a pod that has a node. */
  private placing(
    point: "reserve" | "permit" | "bind" | "postBind",
    own: OwnPlugin,
  ): Readonly<Record<string, unknown>> {
    const { answers } = this;
    const asked = (method: string, { pod }: PodInfo, node: string): Asked => ({
      method,
      pod,
      node,
    });
    switch (point) {
      case "reserve":
        return {
          reserve: (state: never, pod: PodInfo, node: string) =>
            answers.result(asked("reserve", pod, node), () => own.reserve!(state, pod, node)),
          unreserve: (state: never, pod: PodInfo, node: string): [] => {
            answers.ask(asked("unreserve", pod, node), () => own.unreserve?.(state, pod, node));
            return [];
          },
        };
      case "permit":
        return {
          permit: (state: never, pod: PodInfo, node: string) =>
            answers.permit(asked("permit", pod, node), () => own.permit!(state, pod, node)),
        };
      case "bind":
        return {
          bind: (state: never, pod: PodInfo, node: string) =>
            answers.bind(asked("bind", pod, node), () => own.bind!(state, pod, node)),
        };
      case "postBind":
        return {
          postBind: (state: never, pod: PodInfo, node: string) =>
            answers.ask(asked("postBind", pod, node), () => own.postBind!(state, pod, node)),
        };
    }
  }

  private queueSort(own: OwnPlugin): Readonly<Record<string, unknown>> {
    const { answers } = this;
    const less = (a: QueuedPod, b: QueuedPod) =>
      answers.boolean({ method: "less", pod: a.pod }, () => own.less!(a, b));
    if (own.sortsAnew === undefined) return { less };
    const sortsAnew = (now: number) =>
      answers.boolean({ method: "sortsAnew" }, () => own.sortsAnew!(now));
    return { less, sortsAnew };
  }

  private scoring(own: OwnPlugin): Readonly<Record<string, unknown>> {
    const { answers } = this;
    const normalises = typeof own.normalizeScore === "function";
    const score = (state: never, pod: PodInfo, node: NodeInfo): number => {
      const asked = { method: "score", pod: pod.pod, node: node.name };
      const value: unknown = answers.ask(asked, () => own.score!(state, pod, node));
      const isRight = normalises ? Number.isFinite(value) : isScore(value);
      if (!isRight) answers.fault(asked, value, normalises ? "a number" : A_SCORE);
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
      answers.ask(asked, () => own.normalizeScore!(state, pod, nodes, scores));
      for (let i = 0; i < scores.length; i += 1) {
        if (isScore(scores[i])) continue;
        // A rule by groups of nodes has one of each.
        answers.fault({ ...asked, node: nodes[i]?.name ?? "" }, scores[i], A_SCORE);
      }
    };
    return { score, normalizeScore };
  }
}

function isScore(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_NODE_SCORE;
}
