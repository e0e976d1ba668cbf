/**
 * What a plugin of one's own is written with: `import { definePlugin } from "seatrial/scheduler"`.
 */
export {
  definePlugin,
  type Node,
  type NodeRefusals,
  type OwnPlugin,
  type OwnPoint,
  type PluginDefinition,
  type PluginHandle,
  type Pod,
  type Preemption,
  type Refusal,
  type Skip,
} from "./modules/define-plugin.js";
export { type CycleState, type StateData, StateKey } from "./framework/cycle-state.js";
export type { QueuedPod } from "./framework/interfaces.js";
export type { NodePart, PodPart, Reads } from "./framework/reads.js";
export type { EventToRegister, OwnAction } from "./modules/own-events.js";
