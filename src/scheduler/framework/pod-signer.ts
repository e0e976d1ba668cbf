import type { Features } from "../../api/features.js";
import type { Plugin } from "./interfaces.js";
import type { Listers } from "./listers.js";
import type { PodInfo } from "./pod-info.js";
import type { PodTemplateInfo } from "./pod-template-info.js";

/** The plugins of a profile that filter or score. */
interface SigningProfile {
  readonly features: Features;
  readonly listers: Pick<Listers, "deviceClasses">;
  readonly preFilterPlugins: readonly Plugin[];
  readonly filterPlugins: readonly Plugin[];
  readonly preScorePlugins: readonly Plugin[];
  readonly scorePlugins: readonly { readonly plugin: Plugin }[];
}

/** With more texts than this they are shared anew. */
const MOST_TEXTS = 4096;

/**
 * Signs the pods of a profile: two of one signature are told apart by none of its plugins. All of them must
 * have their part in it, else no pod is signed. Source: KEP-5598, computeBatchablePlugins.
 */
export class PodSigner {
  private readonly plugins: readonly Plugin[];
  private known = new WeakMap<PodTemplateInfo, string | null>();
  /** Each text once: each pod of a StatefulSet is of a template of its own, and signed as its siblings. */
  private readonly texts = new Map<string, string>();
  /** Which resources devices serve, in place of nodes, follows from the DeviceClasses. */
  private classesAt = -1;

  constructor(private readonly profile: SigningProfile) {
    const plugins = new Set([
      ...profile.preFilterPlugins,
      ...profile.filterPlugins,
      ...profile.preScorePlugins,
      ...profile.scorePlugins.map(({ plugin }) => plugin),
    ]);
    const signs = (plugin: Plugin): boolean =>
      plugin.signPod !== undefined && plugin.signsNone !== true;
    const all = profile.features.OpportunisticBatching && [...plugins].every(signs);
    this.plugins = all ? [...plugins] : [];
  }

  /** Null where the answers for the pod depend on more than can be signed. */
  sign(pod: PodInfo): string | null {
    if (this.plugins.length === 0) return null;
    const { version } = this.profile.listers.deviceClasses;
    if (version !== this.classesAt) {
      this.classesAt = version;
      this.known = new WeakMap();
    }
    const { template } = pod;
    let known = this.known.get(template);
    if (known === undefined) {
      known = this.shared(this.signed(pod));
      this.known.set(template, known);
    }
    return known;
  }

  private shared(text: string | null): string | null {
    if (text === null) return null;
    const same = this.texts.get(text);
    if (same !== undefined) return same;
    if (this.texts.size >= MOST_TEXTS) this.texts.clear();
    this.texts.set(text, text);
    return text;
  }

  private signed(pod: PodInfo): string | null {
    const parts: string[] = [];
    for (const plugin of this.plugins) {
      const part = plugin.signPod?.(pod) ?? null;
      if (part === null) return null;
      parts.push(`${plugin.name}=${part}`);
    }
    return parts.join("\n");
  }
}
