import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import {
  MAX_NODE_SCORE,
  type PermitResult,
  type PostFilterResult,
  PRE_FILTER_SUCCESS,
  type PreFilterResult,
  type Result,
} from "../framework/interfaces.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Snapshot } from "../framework/snapshot.js";
import { type Code, Status } from "../framework/status.js";
import { told } from "./definition-flaw.js";
import { PluginFault } from "./plugin-fault.js";

/** Of whom and where a plugin was asked, for messages. */
export interface Asked {
  readonly method: string;
  readonly pod?: PodVersion;
  readonly node?: string;
}

export const A_SCORE = `a whole number from 0 to ${MAX_NODE_SCORE}`;

const REFUSALS: readonly string[] = ["Unschedulable", "UnschedulableAndUnresolvable"];

/**
 * What a plugin of one's own answers, as the framework takes it. What it throws, and what it answers and must not, ends the run
 * with the plugin, the pod and the node.
 */
export class OwnAnswers {
  private readonly statuses = new Map<string, Status>();

  constructor(
    private readonly plugin: string,
    private readonly module: string,
  ) {}

  ask<T>(asked: Asked, question: () => T): T {
    try {
      return question();
    } catch (error) {
      if (error instanceof PluginFault) throw error;
      throw new PluginFault(this.module, `${this.what(asked)} threw ${thrown(error)}`);
    }
  }

  fault(asked: Asked, value: unknown, right: string): never {
    throw new PluginFault(
      this.module,
      `${this.what(asked)} gave ${told(value)}: expected ${right}`,
    );
  }

  boolean(asked: Asked, question: () => unknown): boolean {
    const value = this.ask(asked, question);
    if (typeof value !== "boolean") this.fault(asked, value, "true or false");
    return value;
  }

  result(asked: Asked, question: () => unknown): Result {
    return this.resultOf(asked, this.ask(asked, question));
  }

  skip(asked: Asked, question: () => unknown): Result {
    return this.skipOf(asked, this.ask(asked, question));
  }

  /** Of a Bind: null, a Skip, or why the pod cannot be bound there. */
  bind(asked: Asked, question: () => unknown): Result {
    const value = this.ask(asked, question) as { code?: unknown } | null | undefined;
    return value?.code === "Skip" ? this.status("Skip", []) : this.resultOf(asked, value);
  }

  preFilter(asked: Asked, question: () => unknown): PreFilterResult {
    const value = this.ask(asked, question);
    if (value === null || value === undefined) return PRE_FILTER_SUCCESS;
    const { code, nodeNames } = value as { code?: unknown; nodeNames?: Iterable<string> };
    if (code === "Skip") return { status: this.skipOf(asked, value), nodeNames: null };
    if (nodeNames === undefined) return { status: this.resultOf(asked, value), nodeNames: null };
    return { status: null, nodeNames: this.ask(asked, () => new Set(nodeNames)) };
  }

  /** Who is to go, so that the pod may come to a node; nobody where it names none. */
  postFilter(asked: Asked, snapshot: Snapshot, question: () => unknown): PostFilterResult {
    const value = this.ask(asked, question);
    const { nodeName, victims } = (value ?? {}) as { nodeName?: unknown; victims?: unknown };
    if (nodeName === undefined) {
      const refused = this.resultOf(asked, value) ?? this.status("Unschedulable", []);
      return { status: refused, nominatedNodeName: null, ...NOBODY };
    }
    const node = typeof nodeName === "string" ? snapshot.get(nodeName) : undefined;
    if (node === undefined) this.fault(asked, nodeName, "the name of a node as `nodeName`");
    if (!Array.isArray(victims)) this.fault(asked, victims, "a list of pods as `victims`");
    const there = new Set<unknown>(node.pods);
    for (const victim of victims) {
      if (there.has(victim)) continue;
      this.fault({ ...asked, node: node.name }, nameOf(victim), "victims from `pods` of that node");
    }
    const infos = victims as readonly PodInfo[];
    return {
      status: this.status("Success", []),
      nominatedNodeName: node.name,
      // Those that are on their way out already need not be told.
      victims: infos.filter(({ pod }) => pod.deletionTimeMicros === null),
      candidates: [{ node, victims: infos, pdbViolations: 0 }],
      clearedNominations: [],
    };
  }

  permit(asked: Asked, question: () => unknown): PermitResult {
    const value = this.ask(asked, question);
    const { waitSeconds } = (value ?? {}) as { waitSeconds?: unknown };
    if (waitSeconds === undefined) {
      return { status: this.resultOf(asked, value), timeoutMicros: 0 };
    }
    const isRight = Number.isFinite(waitSeconds) && (waitSeconds as number) >= 0;
    if (!isRight) this.fault(asked, waitSeconds, "seconds from 0 on as `waitSeconds`");
    const timeoutMicros = Math.round((waitSeconds as number) * MICROS_PER_SECOND);
    return { status: this.status("Wait", []), timeoutMicros };
  }

  private resultOf(asked: Asked, value: unknown): Result {
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

  private skipOf(asked: Asked, value: unknown): Result {
    if (value === null || value === undefined) return null;
    const { code } = value as { code?: unknown };
    if (code !== "Skip") this.fault(asked, code ?? value, 'null or { code: "Skip" }');
    return this.status("Skip", []);
  }

  /** One and the same object for the same answer: statuses are told apart by identity. */
  private status(code: Code, reasons: readonly string[]): Status {
    const key = JSON.stringify([code, ...reasons]);
    let status = this.statuses.get(key);
    if (status === undefined) {
      status = new Status(code, [...reasons], this.plugin);
      this.statuses.set(key, status);
    }
    return status;
  }

  private what({ method, pod, node }: Asked): string {
    const ofPod = pod === undefined ? "" : ` of pod ${pod.namespace}/${pod.name}`;
    const onNode = node === undefined || node === "" ? "" : ` on node ${node}`;
    return `plugin ${this.plugin}: ${method}${ofPod}${onNode}`;
  }
}

const NOBODY = { victims: [], candidates: [], clearedNominations: [] } as const;

function nameOf(victim: unknown): unknown {
  const { pod } = (victim ?? {}) as { pod?: { name?: unknown } };
  return pod?.name ?? victim;
}

/** What was thrown, also by a module that has an `Error` of its own. */
function thrown(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof message === "string" ? `${String(name ?? "Error")}: ${message}` : told(error);
}
