import type { AnyVersion } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import { keyedUniform } from "../kernel/keyed-uniform.js";
import { RandomStreams, type RandomStream } from "../kernel/random-streams.js";
import { featuresOf } from "../api/features.js";
import { FastSchedulingAlgorithm } from "../scheduler/fast/fast-scheduling-algorithm.js";
import { Action, type ClusterEvent, clusterEvent } from "../scheduler/framework/cluster-event.js";
import { ClusterState } from "../scheduler/framework/cluster-state.js";
import type { PluginCatalogue } from "../scheduler/framework/configuration/plugin-catalogue.js";
import { CycleState } from "../scheduler/framework/cycle-state.js";
import type { QueuedPod } from "../scheduler/framework/interfaces.js";
import { listerTables } from "../scheduler/framework/lister-tables.js";
import type { NodeInfo } from "../scheduler/framework/node-info.js";
import { PodNominator } from "../scheduler/framework/nominator.js";
import type { PodInfo } from "../scheduler/framework/pod-info.js";
import type { ResolvedProfile } from "../scheduler/framework/profile.js";
import { Framework } from "../scheduler/framework/runtime.js";
import {
  type CycleOutcome,
  SchedulingAlgorithm,
} from "../scheduler/framework/scheduling-algorithm.js";
import { factoriesOf } from "../scheduler/plugins/registry.js";
import { nodeUpdateActions } from "../scheduler/update-actions.js";
import { AwaitedEvents } from "./awaited-events.js";
import { podOf, randomNode, randomTemplate, type Template } from "./random-objects.js";

/** What a trial is made of. */
export interface TrialOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly decisions: number;
  readonly minor: number;
  readonly profile: ResolvedProfile;
  readonly catalogue: PluginCatalogue;
  /** Name of the plugin under test. */
  readonly plugin: string;
  /** The catalogue with plugins that throw where they read what they do not declare. */
  readonly held: PluginCatalogue;
}

/** A rule that a plugin has broken. */
class BrokenRule extends Error {
  override readonly name = "BrokenRule";
}

/** The plain form, the plain form with plugins held to what they declare, and the fast form. */
interface Forms {
  readonly plain: Framework;
  readonly held: Framework;
  readonly fast: Framework;
}

/**
 * A random cluster in which pods and nodes come and go, on which a profile decides. Each decision is asked twice of the
 * plain form, once with the plugin held to what it reads, and once of the fast form; all four must be the same.
 */
export class PluginTrial {
  private readonly dice: RandomStream;
  private readonly state: ClusterState;
  private readonly forms: Forms;
  private readonly plain: SchedulingAlgorithm;
  private readonly fast: FastSchedulingAlgorithm;
  private readonly templates: readonly Template[];
  private readonly placed: PodVersion[] = [];
  private readonly log: string[] = [];
  /** Null where the plugin registers no events: then all of them wake its pods. */
  private readonly awaited: AwaitedEvents | null;
  private step = 0;
  private nodeNames = 0;

  constructor(private readonly options: TrialOptions) {
    const { minor, profile, catalogue, held, nodes } = options;
    this.dice = new RandomStreams(options.seed).stream("trial");
    const features = featuresOf(minor);
    this.state = new ClusterState(features);
    const surroundings = {
      features,
      snapshot: this.state,
      listers: listerTables(),
      nominator: new PodNominator(),
      scalars: this.state.scalars,
      offset: () => 0,
      draw: (stream: string, n: number) =>
        keyedUniform(stream.length, options.seed, this.step * 64 + n),
    };
    const framework = (of: PluginCatalogue) =>
      new Framework(profile, surroundings, factoriesOf(of));
    this.forms = { plain: framework(catalogue), held: framework(held), fast: framework(catalogue) };
    const shared = { percentageOfNodesToScore: 0, chooseTie: null };
    this.plain = new SchedulingAlgorithm(shared);
    this.fast = new FastSchedulingAlgorithm(this.state, shared);
    const tested = this.forms.plain.allPlugins.find(({ name }) => name === options.plugin);
    const events = tested?.eventsToRegister?.();
    this.awaited =
      events === undefined ? null : new AwaitedEvents(events, (pod) => this.nodeFor(pod));
    for (let i = 0; i < nodes; i += 1) this.addNode();
    this.templates = Array.from({ length: 6 }, (_, i) => randomTemplate(this.dice, i));
  }

  /** Every decision, a line each. @throws BrokenRule */
  run(): readonly string[] {
    for (; this.step < this.options.decisions; this.step += 1) {
      this.change();
      this.decide();
    }
    this.compareOrders();
    return this.log;
  }

  private decide(): void {
    const { forms, state, dice } = this;
    const pod = podOf(this.template(), `pod-${this.step}`, this.step);
    const info = state.podInfos.podInfo(pod);
    const gate = forms.plain.runPreEnqueuePlugins(info);
    this.same("preEnqueue", tellStatus(gate), tellStatus(forms.plain.runPreEnqueuePlugins(info)));
    const start = this.plain.nextStartNodeIndex;
    const ask = (framework: Framework): readonly [CycleOutcome, string] => {
      this.plain.nextStartNodeIndex = start;
      const outcome = this.plain.schedule(framework, info);
      return [outcome, tell(outcome)];
    };
    const [outcome, first] = ask(forms.plain);
    this.same("asked twice", first, ask(forms.plain)[1]);
    this.same("held to what it declares in `reads`", first, ask(forms.held)[1]);
    this.fast.nextStartNodeIndex = start;
    const remembered = tell(this.fast.schedule(forms.fast, info));
    this.same("from what is remembered by `reads`", first, remembered);
    this.log.push(`${pod.name} ${first.split("\n")[0]}`);
    if (outcome.kind === "error") throw new BrokenRule(`${pod.name}: ${outcome.message}`);
    if (outcome.kind !== "scheduled") {
      const rejectors = [...outcome.diagnosis.unschedulablePlugins()];
      if (rejectors.every((name) => name === this.options.plugin)) this.awaited?.refused(info);
      return;
    }
    const { name, ordinal } = outcome.node;
    if (!outcome.feasible.some((node) => node.ordinal === ordinal)) {
      throw new BrokenRule(`${pod.name} goes to ${name}, which is none of the nodes that fit`);
    }
    for (const framework of [forms.plain, forms.held, forms.fast]) {
      const cycle = framework === forms.plain ? outcome.state : new CycleState();
      const refused = framework.runReservePlugins(cycle, info, name);
      if (refused === null && dice.int(10) === 0) framework.runUnreservePlugins(cycle, info, name);
      framework.runPermitPlugins(cycle, info, name);
      const bind = () => tellStatus(framework.runBindPlugins(cycle, info, name));
      this.same("bind", bind(), bind());
    }
    const bound = pod.next({ nodeName: name });
    state.addPod(bound);
    this.placed.push(bound);
    this.checkRoom(name);
    this.happened(clusterEvent("AssignedPod", Action.Add), null, bound);
  }

  /** The node that a pod would get now, without a trace of the question. */
  private nodeFor(pod: PodInfo): string | null {
    const start = this.plain.nextStartNodeIndex;
    const outcome = this.plain.schedule(this.forms.plain, pod);
    this.plain.nextStartNodeIndex = start;
    return outcome.kind === "scheduled" ? outcome.node.name : null;
  }

  private happened(event: ClusterEvent, before: AnyVersion | null, after: AnyVersion | null): void {
    const problem = this.awaited?.happened(event, { before, after }) ?? null;
    if (problem !== null) throw new BrokenRule(problem);
  }

  /** Whoever filters with NodeResourcesFit never gives a node more than it has. */
  private checkRoom(name: string): void {
    if (!this.options.profile.plugins.filter.includes("NodeResourcesFit")) return;
    const { allocatable, requested, podCount, allowedPodNumber } = this.state.get(name)!;
    const isOver =
      requested.cpuMillis > allocatable.cpuMillis ||
      requested.memoryBytes > allocatable.memoryBytes ||
      podCount > allowedPodNumber;
    if (isOver) throw new BrokenRule(`node ${name} has more pods than it has room for`);
  }

  /** An order of the queue says of any two pods which goes first, and of three the same of all. */
  private compareOrders(): void {
    const sort = this.forms.plain.queueSort;
    sort.sortsAnew?.(1_000_000 * this.step);
    const pods = Array.from({ length: 24 }, (_, i): QueuedPod => {
      const pod = podOf(this.template(), `queued-${i}`, this.dice.int(4) * 1_000_000);
      return { pod, priority: pod.spec.priority ?? 0, timestampMicros: i * 1000 };
    });
    const less = (a: QueuedPod, b: QueuedPod): boolean => {
      const answer = sort.less(a, b);
      if (answer !== sort.less(a, b)) throw new BrokenRule(`less(${names(a, b)}) gave two answers`);
      return answer;
    };
    for (const a of pods) {
      if (less(a, a))
        throw new BrokenRule(`less(${names(a, a)}) is true: no pod goes before itself`);
      for (const b of pods) {
        if (!less(a, b)) continue;
        if (less(b, a)) throw new BrokenRule(`less is true of ${names(a, b)} both ways round`);
        for (const c of pods) {
          if (less(b, c) && !less(a, c)) {
            throw new BrokenRule(`less orders ${names(a, b, c)} in a circle`);
          }
        }
      }
    }
  }

  private same(what: string, expected: string, actual: string): void {
    if (expected === actual) return;
    throw new BrokenRule(`decision ${this.step} differs ${what}: ${difference(expected, actual)}`);
  }

  private change(): void {
    const { dice, state, placed } = this;
    while (dice.int(3) === 0 && placed.length > 0) {
      const [gone] = placed.splice(dice.int(placed.length), 1);
      this.removePod(gone!);
    }
    if (dice.int(12) !== 0) return;
    const { nodes } = state;
    const node = nodes[dice.int(Math.max(nodes.length, 1))];
    if (node === undefined || dice.int(3) === 0) this.addNode();
    else if (dice.int(2) === 0) this.updateNode(node);
    else if (nodes.length > this.options.nodes / 2) {
      for (let i = placed.length - 1; i >= 0; i -= 1) {
        if (placed[i]!.nodeName === node.name) this.removePod(placed.splice(i, 1)[0]!);
      }
      const before = node.node;
      state.removeNode(node.name);
      this.happened(clusterEvent("Node", Action.Delete), before, null);
    }
  }

  private removePod(pod: PodVersion): void {
    this.state.removePod(pod.uid);
    this.happened(clusterEvent("AssignedPod", Action.Delete), pod, null);
  }

  private addNode(): void {
    const node = randomNode(this.dice, `node-${this.nodeNames++}`);
    this.state.addNode(node);
    this.happened(clusterEvent("Node", Action.Add), null, node);
  }

  private updateNode({ name, node: before }: NodeInfo): void {
    const after = randomNode(this.dice, name);
    this.state.updateNode(after);
    if (before === null) return;
    const actions = nodeUpdateActions(before, after, featuresOf(this.options.minor));
    this.happened(clusterEvent("Node", actions), before, after);
  }

  private template(): Template {
    return this.templates[this.dice.int(this.templates.length)]!;
  }
}

function names(...pods: readonly QueuedPod[]): string {
  return pods.map(({ pod }) => pod.name).join(", ");
}

function tellStatus(status: { readonly code: string; readonly message: string } | null): string {
  return status === null ? "" : `${status.code} ${status.message}`;
}

const NO_POST_FILTER = { nominatedNodeName: null, victims: [] } as const;

/** The first line is the answer, then what became of each node. */
function tell(outcome: CycleOutcome): string {
  if (outcome.kind === "error") return `error: ${outcome.message}`;
  const refused = [...outcome.diagnosis.entries()].map(
    ([node, { code, plugin, reasons }]) =>
      `${node.name} ${code} by ${plugin}: ${reasons.join("; ")}`,
  );
  if (outcome.kind === "unschedulable") {
    const { nominatedNodeName, victims } = outcome.postFilter ?? NO_POST_FILTER;
    const names = victims.map(({ pod }) => pod.name).join(" ");
    return [outcome.message(), `${nominatedNodeName} ${names}`, ...refused].join("\n");
  }
  const feasible = outcome.feasible.map(({ name }) => name).join(" ");
  return [`${outcome.node.name}, one of ${outcome.ties}`, feasible, ...refused].join("\n");
}

function difference(expected: string, actual: string): string {
  const a = expected.split("\n");
  const b = actual.split("\n");
  const at = a.findIndex((line, i) => line !== b[i]);
  return `"${b[Math.max(at, 0)] ?? ""}" instead of "${a[Math.max(at, 0)] ?? ""}"`;
}
