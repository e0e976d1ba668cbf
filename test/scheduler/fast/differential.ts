import { EMPTY_POD_STATUS, type PodVersion } from "../../../src/api/pod-version.js";
import {
  FastSchedulingAlgorithm,
  type FastOptions,
} from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import type { PluginCatalogue } from "../../../src/scheduler/framework/configuration/plugin-catalogue.js";
import type { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import type { Framework } from "../../../src/scheduler/framework/runtime.js";
import {
  type CycleOutcome,
  type Scheduled,
  SchedulingAlgorithm,
} from "../../../src/scheduler/framework/scheduling-algorithm.js";
import {
  Dice,
  type NodeShape,
  type Template,
  type World,
  makeNode,
  makePod,
  makeWorld,
} from "./random-cluster.js";
import { RandomDevices } from "./random-devices.js";
import { RandomVolumes } from "./random-volumes.js";
import { type Mix, mixedTemplate, randomNode, randomTemplate } from "./random-templates.js";

export interface Case {
  readonly seed: number;
  readonly nodes: number;
  readonly templates: number;
  readonly steps: number;
  readonly mix: Mix;
  readonly minor: number;
  readonly configuration: object | null;
  readonly ties: "first" | "random";
  readonly remember: FastOptions["remember"];
  /** Chances in percent, by step. */
  readonly churn: number;
  readonly nodeChurn: number;
  readonly nominations: number;
  /** Pods nominated at most, about. */
  readonly nominated?: number;
  /** Chance in percent that the pod that comes is nominated itself. */
  readonly nominees?: number;
  /** The next pod is of the same template. */
  readonly rows?: number;
  readonly catalogue?: PluginCatalogue;
  /** Whether drivers publish devices, and pods claim them. */
  readonly devices?: boolean;
  /** Whether pods have claims of volumes. */
  readonly volumes?: boolean;
}

/** What a run met: a run that met nothing shows nothing. */
export interface Met {
  decisions: number;
  fast: number;
  scheduled: number;
  refused: number;
  severalTies: number;
  sampled: number;
  preempted: number;
  hinted: number;
  /** Decisions that the fast form took with a node that the one before left. */
  hintedFast: number;
  /** Pods that got devices. */
  allocated: number;
  /** Pods for whose claims something would be written. */
  provisioned: number;
  /** Pods that took the node that they were nominated on; of these, and of those that did not, in the fast form. */
  nominatedFit: number;
  nominatedFast: number;
  nominees: number;
}

export function nothingMet(): Met {
  return {
    decisions: 0,
    fast: 0,
    scheduled: 0,
    refused: 0,
    severalTies: 0,
    sampled: 0,
    preempted: 0,
    hinted: 0,
    hintedFast: 0,
    allocated: 0,
    provisioned: 0,
    nominatedFit: 0,
    nominatedFast: 0,
    nominees: 0,
  };
}

/** All that a decision says, as text. */
function tell(outcome: CycleOutcome, next: number): string {
  if (outcome.kind === "error") return `error ${outcome.message}`;
  const refused = [...outcome.diagnosis.entries()]
    .map(([node, { code, plugin, reasons }]) => `${node.name} ${code} ${plugin} ${reasons.join()}`)
    .join("\n");
  const rejectors = [...outcome.diagnosis.unschedulablePlugins()].sort().join();
  const hint = outcome.nodeHint === null ? "" : `hint ${outcome.nodeHint} `;
  const rest = `${hint}evaluated ${outcome.evaluatedNodes} next ${next}\n${refused}\nby ${rejectors}`;
  if (outcome.kind === "scheduled") {
    const feasible = outcome.feasible.map(({ name }) => name).join();
    const nominated = outcome.nominatedNodeFit ? "nominated " : "";
    return `${nominated}${outcome.node.name} of ${outcome.ties}\n${feasible}\n${rest}`;
  }
  const { postFilter } = outcome;
  const victims = postFilter?.victims.map(({ pod }) => pod.name).join();
  const offered = postFilter?.candidates.map(({ node }) => node.name).join();
  return `refused: ${outcome.message()}\n${postFilter?.nominatedNodeName} ${victims} ${offered}\n${rest}`;
}

/** A random cluster that lives: each decision is taken by both forms, and compared. */
export class Differential {
  readonly met = nothingMet();
  readonly fast: FastSchedulingAlgorithm;
  private readonly dice: Dice;
  private readonly world: World;
  private readonly plain: SchedulingAlgorithm;
  private readonly frameworks: readonly { readonly fast: Framework; readonly plain: Framework }[];
  private readonly templates: Template[] = [];
  private readonly placed: PodVersion[] = [];
  private readonly nominated: string[] = [];
  private readonly devices: RandomDevices | null;
  private readonly volumes: RandomVolumes | null;
  private names = 0;
  private nowMicros = 0;
  /** The template of the pod before: pods of one come in rows. */
  private last: Template | null = null;

  constructor(private readonly options: Case) {
    const { seed, minor, configuration, ties, remember, catalogue } = options;
    this.dice = new Dice(seed);
    this.world = makeWorld({
      minor,
      configuration,
      changeLogLog2: 2 + this.dice.int(6),
      ...(catalogue === undefined ? {} : { catalogue }),
    });
    const { percentageOfNodesToScore, state } = this.world;
    this.frameworks = Array.from({ length: this.world.profileCount }, (_, number) => ({
      fast: this.world.framework(number),
      plain: this.world.framework(number),
    }));
    const tie = (name: string) => {
      const own = new Dice(seed + name.length * 0);
      return ties === "first" ? null : (count: number) => own.int(count);
    };
    this.devices = options.devices === true ? new RandomDevices(this.dice, this.world) : null;
    this.volumes = options.volumes === true ? new RandomVolumes(this.dice, this.world) : null;
    for (const _ of ["default", "other"]) this.changeNamespace();
    for (let i = 0; i < options.nodes; i += 1) this.addNode();
    for (let i = 0; i < options.templates; i += 1) {
      this.templates.push(this.newTemplate());
    }
    const shared = { percentageOfNodesToScore, now: () => this.nowMicros };
    this.plain = new SchedulingAlgorithm({ ...shared, chooseTie: tie("plain") });
    this.fast = new FastSchedulingAlgorithm(state, {
      ...shared,
      chooseTie: tie("fast"),
      ...(remember === undefined ? {} : { remember }),
    });
  }

  run(): Met {
    for (let step = 0; step < this.options.steps; step += 1) {
      this.change();
      this.decide(step);
    }
    this.met.fast = this.fast.counts.fast;
    return this.met;
  }

  private newTemplate(): Template {
    const { dice, templates } = this;
    const random = randomTemplate(dice, this.options.mix);
    const template =
      templates.length > 0 && dice.chance(50)
        ? mixedTemplate(dice, dice.one(templates), random)
        : random;
    return this.devices?.claiming(template) ?? this.volumes?.using(template) ?? template;
  }

  private addNode(): void {
    const name = `node-${this.names}`;
    this.names += 1;
    this.world.state.addNode(makeNode(name, randomNode(this.dice, name)));
    this.devices?.publish(name);
  }

  private decide(step: number): void {
    const { dice, world, met } = this;
    const { rows = 0 } = this.options;
    this.last = this.last !== null && dice.chance(rows) ? this.last : dice.one(this.templates);
    this.nowMicros += dice.chance(3) ? 600_000 : 1_000;
    const made = this.nominate(makePod(this.last, `pod-${step}`));
    const pod = this.devices?.withClaims(made) ?? made;
    const { fast: fastBefore } = this.fast.counts;
    const info = world.state.podInfos.podInfo(pod);
    const number = dice.int(this.frameworks.length);
    const known = this.frameworks[number]!;
    // The plain form too remembers which devices a node would give: now and then it knows nothing yet.
    const framework =
      this.devices !== null && dice.chance(15)
        ? { ...known, plain: world.framework(number) }
        : known;
    world.cycle.number += 1;
    const outcome = this.fast.schedule(framework.fast, info);
    const told = tell(outcome, this.fast.nextStartNodeIndex);
    const expected = this.plain.schedule(framework.plain, info);
    const truth = tell(expected, this.plain.nextStartNodeIndex);
    if (told !== truth) {
      throw new Error(`seed ${this.options.seed}, step ${step}: fast\n${told}\nplain\n${truth}`);
    }
    met.decisions += 1;
    if (pod.nominatedNodeName !== "") {
      met.nominees += 1;
      met.nominatedFast += this.fast.counts.fast - fastBefore;
      if (outcome.kind === "scheduled" && outcome.nominatedNodeFit) met.nominatedFit += 1;
    }
    if (outcome.kind !== "unschedulable") world.nominator.delete(pod.uid);
    else if (pod.nominatedNodeName !== "") this.nominated.push(pod.uid);
    if (outcome.kind !== "error" && outcome.nodeHint !== null) {
      met.hinted += 1;
      met.hintedFast += this.fast.counts.fast - fastBefore;
    }
    if (outcome.evaluatedNodes < world.state.nodes.length) met.sampled += 1;
    if (outcome.kind === "unschedulable") {
      met.refused += 1;
      if ((outcome.postFilter?.victims.length ?? 0) > 0) met.preempted += 1;
    }
    if (outcome.kind !== "scheduled" || expected.kind !== "scheduled") {
      this.devices?.free(pod);
      return;
    }
    met.scheduled += 1;
    if (outcome.ties > 1) met.severalTies += 1;
    if (this.devices !== null) this.allocate(framework, { pod, outcome, expected });
    if (this.volumes !== null) this.reserve(framework, { info, outcome, expected });
    if (dice.chance(92)) this.place(pod, outcome.node.name);
    else this.devices?.free(pod);
  }

  /** Now and then the pod comes with a nomination; rarely on a node that is not there, or that nobody else knows of. */
  private nominate(pod: PodVersion): PodVersion {
    const { dice, world } = this;
    const { nodes } = world.state;
    const { nominees = 0 } = this.options;
    if (nodes.length === 0 || nominees === 0 || !dice.chance(nominees)) return pod;
    const node = dice.chance(95) ? dice.one(nodes).name : "gone";
    const nominated = pod.next({ nominatedNodeName: node });
    if (dice.chance(97)) world.nominator.add(world.state.podInfos.podInfo(nominated), node);
    return nominated;
  }

  /** Both forms would give the pod the same devices; it gets them. */
  private allocate(
    framework: { readonly fast: Framework; readonly plain: Framework },
    { pod, outcome, expected }: { pod: PodVersion; outcome: Scheduled; expected: Scheduled },
  ): void {
    const devices = this.devices!;
    const { name } = outcome.node;
    const fast = devices.placement(framework.fast, { pod, state: outcome.state }, name);
    const plain = devices.placement(framework.plain, { pod, state: expected.state }, name);
    if (JSON.stringify(fast) !== JSON.stringify(plain)) {
      const both = `fast ${JSON.stringify(fast)}\nplain ${JSON.stringify(plain)}`;
      throw new Error(`seed ${this.options.seed}, devices of ${pod.name}: ${both}`);
    }
    devices.write(pod, fast);
    if (fast.length > 0) this.met.allocated += 1;
  }

  /** Both forms would have the same written for the pod's claims. */
  private reserve(
    framework: { readonly fast: Framework; readonly plain: Framework },
    { info, outcome, expected }: { info: PodInfo; outcome: Scheduled; expected: Scheduled },
  ): void {
    const stays = this.dice.chance(40);
    const fast = this.volumes!.reserve(framework.fast, { info, outcome }, stays);
    const plain = this.volumes!.reserve(framework.plain, { info, outcome: expected }, stays);
    if (fast !== plain) {
      const both = `fast ${fast}\nplain ${plain}`;
      throw new Error(`seed ${this.options.seed}, claims of ${info.pod.name}: ${both}`);
    }
    if (fast !== "") this.met.provisioned += 1;
  }

  private place(pod: PodVersion, nodeName: string): void {
    const bound = pod.next({ nodeName });
    this.world.state.addPod(bound);
    this.placed.push(bound);
  }

  private change(): void {
    const { dice, options } = this;
    this.devices?.change();
    this.volumes?.change();
    while (dice.chance(options.churn)) this.changePod();
    if (dice.chance(1)) for (let i = 0; i < 150; i += 1) this.changePod();
    if (dice.chance(options.nodeChurn)) this.changeNode();
    if (dice.chance(2)) this.templates[dice.int(this.templates.length)] = this.newTemplate();
    if (dice.chance(2)) this.changeService();
    if (dice.chance(3)) this.changeReplicaSet();
    if (dice.chance(2)) this.changeNamespace();
    const times = (options.nominated ?? 0) > 5 ? 4 : 1;
    for (let i = 0; i < times; i += 1) {
      if (dice.chance(options.nominations)) this.changeNomination();
    }
  }

  /** Pods that wait for room on a node; now and then one of them gets it or gives up. */
  private changeNomination(): void {
    const { dice, world, nominated } = this;
    const { nominated: most = 5 } = this.options;
    const leaves = most === 5 ? 40 : 10;
    if (nominated.length > 0 && (nominated.length > most || dice.chance(leaves))) {
      const [uid] = nominated.splice(dice.int(nominated.length), 1);
      world.nominator.delete(uid!);
      return;
    }
    const { nodes } = world.state;
    if (nodes.length === 0) return;
    const pod = makePod(dice.one(this.templates), `nominee-${this.names}-${dice.int(1000)}`);
    const node = dice.chance(95) ? dice.one(nodes).name : "gone";
    world.nominator.add(world.state.podInfos.podInfo(pod), node);
    nominated.push(pod.uid);
  }

  private changePod(): void {
    const { dice, world, placed } = this;
    const kind = dice.int(10);
    if (kind < 5 && placed.length > 0) {
      const at = dice.int(placed.length);
      const [pod] = placed.splice(at, 1);
      world.state.removePod(pod!.uid);
      this.devices?.free(pod!);
    } else if (kind === 5 && placed.length > 0) {
      const at = dice.int(placed.length);
      placed[at] = placed[at]!.next(this.newFields());
      world.state.updatePod(placed[at]);
    } else {
      // From outside: on any node, whether it fits or not, or on one that is not known.
      const pod = makePod(dice.one(this.templates), `outside-${this.names}`);
      const { nodes } = world.state;
      const unknown = dice.chance(10) || nodes.length === 0;
      this.place(pod, unknown ? `node-${this.names + 1}` : dice.one(nodes).name);
    }
  }

  /** What changes of a pod that has a node: it ends, has other labels, or was bound elsewhere. */
  private newFields(): object {
    const { dice, world } = this;
    const kind = dice.int(6);
    if (kind === 0) return { labels: dice.one(this.templates).labels, resourceVersion: 2 };
    if (kind === 1) return { status: { ...EMPTY_POD_STATUS }, resourceVersion: 2 };
    const { nodes } = world.state;
    if (kind === 2 && nodes.length > 0) {
      return { nodeName: dice.one(nodes).name, resourceVersion: 2 };
    }
    return { deletionTimeMicros: 5, resourceVersion: 2 };
  }

  private changeNode(): void {
    const { dice, world } = this;
    const { state } = world;
    const kind = dice.int(11);
    if (state.nodes.length === 0 || kind === 0) {
      this.addNode();
      return;
    }
    const node = dice.one(state.nodes);
    if (kind === 1) {
      if (state.nodes.length > this.options.nodes / 2) state.removeNode(node.name);
      return;
    }
    const random = randomNode(dice, node.name);
    const before = node.node!;
    const same = makeNode(node.name, random);
    const keep = (fields: object): void =>
      state.updateNode({ ...before, resourceVersion: 2, ...fields } as typeof before);
    if (kind === 10) this.changeForAWhile(before, random);
    else if (kind >= 8) this.replaceNode(same, kind === 9);
    else if (kind === 2) state.updateNode(same);
    else if (kind === 3) keep({ labels: random.labels });
    else if (kind === 4) keep({ spec: random.spec });
    else if (kind === 5) keep({ spec: { ...before.spec, unschedulable: dice.chance(50) } });
    else if (kind === 6) keep({ status: same.status });
    else keep({});
  }

  /** The owners of pods come, go, and get other selectors. */
  private changeReplicaSet(): void {
    const { dice, world } = this;
    const name = `app-${dice.int(6)}`;
    if (dice.chance(30)) {
      world.listers.replicaSets.delete("default", name);
      return;
    }
    const matchLabels = { app: name, ...(dice.chance(30) ? { tier: "web" } : {}) };
    world.listers.replicaSets.set({
      kind: "ReplicaSet",
      namespace: "default",
      name,
      spec: { selector: { matchLabels } },
    } as never);
  }

  private changeNamespace(): void {
    const { dice, world } = this;
    world.listers.namespaces.set({
      kind: "Namespace",
      namespace: "",
      name: dice.one(["default", "other"]),
      labels: dice.chance(50) ? { a: "b" } : {},
    } as never);
  }

  /** A node goes and another comes under its name: with its pods still counted, or without. */
  private replaceNode(by: ReturnType<typeof makeNode>, withoutPods: boolean): void {
    const { dice, placed } = this;
    const { state } = this.world;
    state.removeNode(by.name);
    if (dice.chance(20)) this.decide(-1);
    for (let at = placed.length - 1; at >= 0 && withoutPods; at -= 1) {
      if (placed[at]!.nodeName !== by.name) continue;
      state.removePod(placed[at]!.uid);
      placed.splice(at, 1);
    }
    if (dice.chance(20)) this.addNode();
    if (dice.chance(20)) this.decide(-2);
    state.addNode(by);
  }

  /** A node has other labels and taints while pods come and go, and is as before when asked next. */
  private changeForAWhile(before: ReturnType<typeof makeNode>, other: NodeShape): void {
    const { dice } = this;
    const { state } = this.world;
    const taints = [{ key: "dedicated", value: "z", effect: "NoSchedule" }];
    const spec = dice.chance(60) ? { ...before.spec, taints } : (other.spec ?? {});
    state.updateNode({ ...before, labels: other.labels, spec } as typeof before);
    for (let i = 0; i < 3; i += 1) {
      this.changePod();
      this.place(makePod(dice.one(this.templates), `outside-${this.names}`), before.name);
    }
    state.updateNode({ ...before, labels: { ...before.labels } });
  }

  private changeService(): void {
    const { dice, world } = this;
    const app = `app-${dice.int(6)}`;
    if (dice.chance(40)) {
      world.listers.services.delete("default", app);
      return;
    }
    world.listers.services.set({
      kind: "Service",
      namespace: "default",
      name: app,
      spec: { selector: { app } },
    } as never);
  }
}
