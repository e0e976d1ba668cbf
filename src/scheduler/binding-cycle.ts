import { type VersionOf, objectKey } from "../api/object-version.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { PodVersion } from "../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { PreBindStep } from "./framework/interfaces.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Framework } from "./framework/runtime.js";
import { Status } from "./framework/status.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import { isReadyToBind } from "./plugins/dynamic-resources/binding-conditions.js";
import { claimOf, deviceWrite, isDeviceStep } from "./device-steps.js";
import { isStepDone, volumeWrite } from "./volume-steps.js";

/** A pod on its way to its node: assumed, not yet bound. */
export interface BindingPod {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly state: CycleState;
  readonly info: PodInfo;
  readonly nodeName: string;
}

export interface BindingCycleOptions {
  readonly engine: Engine;
  /** For bindings. */
  readonly bindingClient: Client;
  /** For what is written before: claims and volumes. */
  readonly client: Client;
  /** Whether the scheduler's watches still know the pod. */
  readonly exists: (pod: PodVersion) => boolean;
  readonly observer: ClusterObserver;
  readonly bound: (binding: BindingPod) => void;
  readonly failed: (binding: BindingPod, message: string) => void;
}

/** Between two looks of PreBind at the pod's claims, and before the first. */
const VOLUMES_POLL_MICROS = MICROS_PER_SECOND;
/** The same for devices that are attached on demand. */
const DEVICES_POLL_MICROS = 5 * MICROS_PER_SECOND;
/** Source: kube-scheduler, DynamicResourcesArgs.bindingTimeout. */
const DEVICES_TIMEOUT_SECONDS = 600;

interface UnderWay {
  readonly binding: BindingPod;
  /** What PreBind wants first; one after the other. */
  readonly steps: readonly PreBindStep[];
  /** The resourceVersion that the write of each step was answered with; 0 where none was needed. */
  readonly written: number[];
  /** The claim that was made for the pod's extended resources. */
  made: VersionOf<"ResourceClaim"> | null;
  /** When PreBind gives up waiting for the claims. */
  waitsUntilMicros: TimeMicros;
}

const DEVICES_PLUGIN = "DynamicResources";

function pluginOf(step: PreBindStep): string {
  return isDeviceStep(step) ? DEVICES_PLUGIN : "VolumeBinding";
}

/** PreBind and Bind, which run beside the next pods' scheduling cycles and take API calls. */
export class BindingCycle {
  private readonly slots: (UnderWay | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly boundAnswer: AnswerId;
  private readonly writtenAnswer: AnswerId;
  private readonly lookAtVolumes: HandlerId;

  constructor(private readonly options: BindingCycleOptions) {
    const { bindingClient, client } = options;
    this.boundAnswer = bindingClient.onAnswer((outcome, slot) => this.answered(slot, outcome));
    this.writtenAnswer = client.onAnswer((outcome, slot) => this.answeredWrite(slot, outcome));
    this.lookAtVolumes = options.engine.registerHandler("scheduler/look-at-volumes", (slot) =>
      this.checkVolumes(slot),
    );
  }

  /** Pods that are assumed and not yet bound. */
  get underWay(): number {
    return this.slots.length - this.freeSlots.length;
  }

  begin(binding: BindingPod): void {
    const { framework, state, info, nodeName } = binding;
    const steps = framework.runPreBindPlugins(state, info, nodeName);
    if (steps instanceof Status) {
      this.options.failed(binding, steps.message);
      return;
    }
    const refusal = framework.runBindPlugins(state, info, nodeName);
    if (refusal !== null) {
      this.options.failed(binding, refusal.message);
      return;
    }
    const slot = this.freeSlots.pop() ?? this.slots.push(null) - 1;
    this.slots[slot] = { binding, steps, written: [], made: null, waitsUntilMicros: 0 };
    this.goOn(slot);
  }

  /** The writes of the steps that are left; then waits for what they ask for, or binds. */
  private goOn(slot: number): void {
    const underWay = this.slots[slot]!;
    const { steps, written, binding } = underWay;
    while (written.length < steps.length) {
      const step = steps[written.length]!;
      const write = isDeviceStep(step)
        ? deviceWrite(step, this.deviceContext(underWay))
        : volumeWrite(step, binding.framework);
      if (typeof write === "string") {
        this.preBindFailed(slot, pluginOf(step), write);
        return;
      }
      if (write !== null) {
        this.options.client.submit(write, this.writtenAnswer, slot);
        return;
      }
      written.push(0);
    }
    const volumes = steps.filter((step) => !isDeviceStep(step));
    if (volumes.length === 0 && this.devicesReady(underWay) === true) {
      this.bind(slot);
      return;
    }
    const seconds = Math.max(
      volumes.length < steps.length ? DEVICES_TIMEOUT_SECONDS : 0,
      ...volumes.map(({ bindTimeoutSeconds }) => bindTimeoutSeconds),
    );
    underWay.waitsUntilMicros = this.options.engine.now + seconds * MICROS_PER_SECOND;
    this.wait(slot);
  }

  private deviceContext({ binding, made }: UnderWay) {
    return { pod: binding.queued.pod, listers: binding.framework.listers, made };
  }

  /** Whether all devices of the pod are attached that are so on demand; a string: they will not be. */
  private devicesReady(underWay: UnderWay): boolean | string {
    for (const step of underWay.steps) {
      if (step.kind !== "reserveDevices") continue;
      const claim = claimOf(step.claim, this.deviceContext(underWay));
      if (claim === undefined) return `claim ${step.claim} is gone`;
      const state = isReadyToBind(claim);
      if (state === "failed") return `device binding failed: claim=${claim.name}`;
      if (state === "waiting") return false;
    }
    return true;
  }

  private wait(slot: number): void {
    const { engine } = this.options;
    const { steps, waitsUntilMicros } = this.slots[slot]!;
    const volume = steps.find((step) => !isDeviceStep(step));
    const next = engine.now + (volume === undefined ? DEVICES_POLL_MICROS : VOLUMES_POLL_MICROS);
    if (next > waitsUntilMicros) {
      const reason =
        volume === undefined
          ? "device binding timeout"
          : "binding volumes: timed out waiting for the condition";
      this.preBindFailed(slot, pluginOf(volume ?? steps[0]!), reason);
    } else {
      engine.scheduleAt(next, Phase.react, this.lookAtVolumes, slot);
    }
  }

  private checkVolumes(slot: number): void {
    const { binding, steps, written } = this.slots[slot]!;
    const { framework, nodeName, queued } = binding;
    if (!this.options.exists(queued.pod)) {
      const pod = `pod "${queued.pod.name}" not found`;
      const plugin = pluginOf(steps[0]!);
      this.preBindFailed(slot, plugin, `binding volumes: pod does not exist any more: ${pod}`);
      return;
    }
    const ready = this.devicesReady(this.slots[slot]!);
    if (typeof ready === "string") {
      this.preBindFailed(slot, DEVICES_PLUGIN, ready);
      return;
    }
    if (!ready) {
      this.wait(slot);
      return;
    }
    for (const [at, step] of steps.entries()) {
      if (isDeviceStep(step)) continue;
      const done = isStepDone(step, nodeName, written[at]!, framework);
      if (typeof done === "string") {
        this.preBindFailed(slot, pluginOf(step), `binding volumes: ${done}`);
        return;
      }
      if (!done) {
        this.wait(slot);
        return;
      }
    }
    this.bind(slot);
  }

  private preBindFailed(slot: number, plugin: string, message: string): void {
    const { binding } = this.slots[slot]!;
    this.release(slot);
    this.options.failed(binding, `running PreBind plugin "${plugin}": ${message}`);
  }

  private bind(slot: number): void {
    const { queued, nodeName } = this.slots[slot]!.binding;
    const request = { verb: "bind", target: queued.pod, nodeName } as const;
    this.options.bindingClient.submit(request, this.boundAnswer, slot);
  }

  private answeredWrite(slot: number, outcome: Outcome): void {
    const underWay = this.slots[slot]!;
    const step = underWay.steps[underWay.written.length]!;
    if (!outcome.ok) {
      this.preBindFailed(slot, pluginOf(step), outcome.message);
      return;
    }
    const { object } = outcome;
    if (object.kind === "ResourceClaim") {
      const { resourceClaims } = underWay.binding.framework.listers;
      resourceClaims.set(object);
      if (step.kind === "makeDeviceClaim") underWay.made = object;
      if (step.kind === "reserveDevices") resourceClaims.endAllocation(step.uid);
    }
    underWay.written.push(object.resourceVersion);
    this.goOn(slot);
  }

  private answered(slot: number, outcome: Outcome): void {
    const { binding } = this.slots[slot]!;
    this.release(slot);
    if (!outcome.ok) {
      const message = `binding rejected: running Bind plugin "DefaultBinder": ${outcome.message}`;
      this.options.failed(binding, message);
      return;
    }
    const { framework, state, info, nodeName, queued } = binding;
    framework.runPostBindPlugins(state, info, nodeName);
    this.options.observer.event(
      "Normal",
      "Scheduled",
      queued.pod,
      `Successfully assigned ${objectKey(queued.pod)} to ${nodeName}`,
      this.options.engine.now,
    );
    this.options.bound(binding);
  }

  private release(slot: number): void {
    this.slots[slot] = null;
    this.freeSlots.push(slot);
  }
}
