import { featuresOf } from "../api/features.js";
import { loadConfiguration } from "../scheduler/framework/configuration/load-configuration.js";
import type { PluginCatalogue } from "../scheduler/framework/configuration/plugin-catalogue.js";
import type { ResolvedProfile } from "../scheduler/framework/profile.js";
import type { PluginDefinition } from "../scheduler/modules/define-plugin.js";
import { definitionFlaw } from "../scheduler/modules/definition-flaw.js";
import { ownDescriptor } from "../scheduler/modules/own-plugin.js";
import { PLUGIN_CATALOGUE } from "../scheduler/plugins/registry.js";
import { heldDefinition } from "./declared-views.js";
import { PluginTrial } from "./plugin-trial.js";

export interface CheckOptions {
  /** `args` of the plugin, as in `pluginConfig`. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Weight of its score beside the default ones; default: 1. */
  readonly weight?: number;
  /** Random clusters; default: 8. */
  readonly clusters?: number;
  /** Decisions in each; default: 60. */
  readonly decisions?: number;
  /** Version of Kubernetes, `1.34`; default: the newest. */
  readonly kubernetesVersion?: string;
}

export interface PluginCheck {
  readonly isRight: boolean;
  readonly decisions: number;
  /** Rules that the plugin breaks, each with how to see it again. */
  readonly problems: readonly string[];
}

const NEWEST_MINOR = 37;
/** Above 100 nodes are sampled. */
const SIZES = [1, 7, 30, 120];

/**
 * Runs a plugin on random clusters, alone among the scores and beside the default profile, and looks whether it keeps
 * the rules that the scheduler rests on:
 *
 * - it throws nothing and returns what its methods may;
 * - the same question gets the same answer, and the same cluster the same decisions a second time;
 * - it reads what it declares in `reads` and nothing else, so that answers may be remembered;
 * - no pod that it alone refused fits after an event that it does not register;
 * - no node gets more than it has; an order of the queue is one.
 */
export function checkPlugin<Args>(
  definition: PluginDefinition<Args>,
  options: CheckOptions = {},
): PluginCheck {
  const flaw = definitionFlaw(definition);
  if (flaw !== null) return { isRight: false, decisions: 0, problems: [flaw] };
  const { clusters = 8, decisions = 60 } = options;
  const minor = minorOf(options.kubernetesVersion);
  const withPlugin = (of: PluginDefinition<Args>): PluginCatalogue => {
    const own = ownDescriptor(of as unknown as PluginDefinition, "the plugin under test");
    return new Map([...PLUGIN_CATALOGUE, [own.name, own]]);
  };
  const catalogue = withPlugin(definition);
  const held = withPlugin(heldDefinition(definition));
  const problems = new Set<string>();
  let count = 0;
  for (const isAlone of [true, false]) {
    const profile = profileOf(definition, { ...options, isAlone, minor, catalogue });
    if (typeof profile === "string") return { isRight: false, decisions: 0, problems: [profile] };
    for (let seed = 1; seed <= clusters; seed += 1) {
      const trial = {
        seed,
        nodes: SIZES[seed % SIZES.length]!,
        decisions,
        minor,
        profile,
        catalogue,
        plugin: definition.name,
        held,
      };
      const where = `random cluster ${seed}, ${isAlone ? "alone" : "beside the default profile"}`;
      try {
        const first = new PluginTrial(trial).run();
        const second = new PluginTrial(trial).run();
        const at = first.findIndex((line, i) => line !== second[i]);
        if (at >= 0) {
          problems.add(
            `${where}: run twice, decision ${at} is "${second[at]}" after "${first[at]}": what it remembers belongs into \`create\``,
          );
        }
        count += first.length;
      } catch (error) {
        problems.add(`${where}: ${(error as Error).message}`);
      }
    }
  }
  return { isRight: problems.size === 0, decisions: count, problems: [...problems] };
}

/** As {@link checkPlugin}. @throws Error with all problems, if there is one */
export function assertPlugin<Args>(
  definition: PluginDefinition<Args>,
  options: CheckOptions = {},
): void {
  const { isRight, problems } = checkPlugin(definition, options);
  if (!isRight) throw new Error(`plugin ${definition.name}:\n${problems.join("\n")}`);
}

function minorOf(version: string | undefined): number {
  return version === undefined ? NEWEST_MINOR : Number(version.split(".")[1]);
}

/** The profile, or what is wrong with the options. */
function profileOf(
  { name, extensionPoints }: Pick<PluginDefinition, "name" | "extensionPoints">,
  options: CheckOptions & {
    readonly isAlone: boolean;
    readonly minor: number;
    readonly catalogue: PluginCatalogue;
  },
): ResolvedProfile | string {
  const { isAlone, minor, catalogue, args, weight = 1 } = options;
  const alone = ["preScore", "score"].map((point) => [
    point,
    {
      disabled: [{ name: "*" }],
      enabled: extensionPoints.includes(point as never) ? [{ name }] : [],
    },
  ]);
  const sorts = extensionPoints.includes("queueSort");
  // Those that end the search come before upstream's own, or would never be asked.
  const first = { disabled: [{ name: "*" }], enabled: [{ name }] };
  const plugins = {
    multiPoint: { enabled: [{ name, weight }] },
    ...(sorts ? { queueSort: { disabled: [{ name: "*" }], enabled: [{ name }] } } : {}),
    ...(isAlone ? Object.fromEntries(alone) : {}),
    ...(extensionPoints.includes("bind") ? { bind: first } : {}),
    ...(extensionPoints.includes("postFilter") ? { postFilter: first } : {}),
  };
  const { configuration, issues } = loadConfiguration(
    {
      apiVersion: "kubescheduler.config.k8s.io/v1",
      kind: "KubeSchedulerConfiguration",
      profiles: [{ plugins, ...(args === undefined ? {} : { pluginConfig: [{ name, args }] }) }],
    },
    { minor, features: featuresOf(minor), catalogue },
  );
  if (configuration === null)
    return issues.map(({ field, detail }) => `${field}: ${detail}`).join("; ");
  return configuration.profiles[0]!;
}
