import type { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { Churn } from "./churn.js";
import { number, secondsSince } from "./print.js";
import { LADDER, ofPriority } from "./workloads.js";

const NODES = 5_000;
/** Nodes on which a pod of high priority waits for room. */
const NOMINATED = 1_000;
const WAITING = 500;
const PRIORITY = 100;

/**
 * Workload a while pods of a higher priority wait on nodes; then these pods themselves, which are looked
 * for on their nodes first: refused there while what they push out is still there, or taken.
 */
export function nominations(millis: number): void {
  const churn = new Churn(LADDER.a!, NODES, { percentage: 100 });
  const { world } = churn;
  const before = churn.measure(millis, 0).fast;
  const waiting = nominate(churn);
  const beside = churn.measure(millis, millis / 4);
  console.log(
    `a, pods nominated on ${number(NOMINATED)} of ${number(NODES)} nodes: ${number(beside.fast)}/s, ` +
      `without them ${number(before)}/s, plain ${number(beside.plain!)}/s`,
  );
  // Whoever is nominated was decided on before.
  const again = ofPriority(PRIORITY, "2");
  for (let i = 0; i < 2; i += 1) world.schedule("fast", world.state.podInfos.podInfo(again(i)));
  const begin = process.cpuUsage();
  for (const info of waiting) {
    const outcome = world.schedule("fast", info);
    if (outcome.kind !== "scheduled" || !outcome.nominatedNodeFit) {
      throw new Error(`${info.pod.name} did not get its node`);
    }
    world.nominator.delete(info.pod.uid);
    world.state.placePod(info, info.pod.next({ nodeName: outcome.node.name }), outcome.node);
  }
  const rate = waiting.length / secondsSince(begin);
  if (world.fast.counts.plain > 0) throw new Error("a decision took the plain way");
  console.log(`pods that take the node that they are nominated on: ${number(rate)}/s`);
}

/** Nominates pods of a template on nodes that are large enough; returns some of them. */
function nominate({ world }: Churn): readonly PodInfo[] {
  const pods = ofPriority(PRIORITY, "2");
  const infos: PodInfo[] = [];
  for (let i = 0; i < NOMINATED; i += 1) {
    const node = `node-${i * (NODES / NOMINATED)}`;
    const pod = pods(i).next({ nominatedNodeName: node });
    const info = world.state.podInfos.podInfo(pod);
    world.nominator.add(info, node);
    infos.push(info);
  }
  return infos.slice(0, WAITING);
}
