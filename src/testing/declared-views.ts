import type { CountingRule } from "../scheduler/framework/counting-rule.js";
import type { PluginCatalogue } from "../scheduler/framework/configuration/plugin-catalogue.js";
import type { Handle, Plugin } from "../scheduler/framework/interfaces.js";
import { NodeInfo } from "../scheduler/framework/node-info.js";
import type {
  OwnPlugin,
  PluginDefinition,
  PluginHandle,
} from "../scheduler/modules/define-plugin.js";
import { PodInfo } from "../scheduler/framework/pod-info.js";
import type { Reads } from "../scheduler/framework/reads.js";

type Getter = (target: object, name: string) => unknown;

/** What of `target` is read by name comes from `get`; symbols are passed on. */
function through<T extends object>(target: T, get: Getter): T {
  return new Proxy(target, {
    get: (of, name) =>
      typeof name === "symbol" ? Reflect.get(of, name, of) : get(of, name as string),
  });
}

function plainly(of: object, name: string): unknown {
  const value: unknown = Reflect.get(of, name, of);
  return typeof value === "function" && !Array.isArray(of) ? value.bind(of) : value;
}

/** Views of pods, nodes and other objects that throw where a plugin reads what it does not declare. */
class Views {
  private readonly known = new Map<string, WeakMap<object, object>>();
  private readonly rules = new WeakMap<CountingRule, CountingRule>();

  constructor(
    private readonly name: string,
    private readonly reads: Reads,
  ) {}

  /** The same view for the same object: plugins remember by identity. */
  private once<T extends object>(kind: string, target: T, make: () => T): T {
    const known = this.known.get(kind) ?? new WeakMap<object, object>();
    this.known.set(kind, known);
    const view = known.get(target) ?? make();
    known.set(target, view);
    return view as T;
  }

  private refuse(what: string): never {
    throw new Error(`${this.name} reads ${what}, which it does not declare`);
  }

  /** Whatever lies at `path` and below, as far as one of `parts` names it. */
  private limited(value: unknown, path: string, parts: readonly string[], of: string): unknown {
    const isDeclared = parts.some((part) => path === part || path.startsWith(`${part}.`));
    if (isDeclared) return value;
    if (!parts.some((part) => part.startsWith(`${path}.`))) this.refuse(`${path} of ${of}`);
    if (typeof value !== "object" || value === null) return value;
    return this.once(`${of} ${path}`, value, () =>
      through(value, (target, name) => {
        if (!Array.isArray(target)) {
          return this.limited(plainly(target, name), `${path}.${name}`, parts, of);
        }
        const element = plainly(target, name);
        return /^\d+$/.test(name) ? this.limited(element, path, parts, of) : element;
      }),
    );
  }

  /** `of`: whose pod it is, one that comes or one on a node. */
  pod(pod: PodInfo, of: "the pod" | "a placed pod"): PodInfo {
    const parts = (of === "the pod" ? this.reads.pod : this.reads.pods) ?? [];
    const ofObject: Getter = (target, name) => {
      const value = plainly(target, name);
      if (name === "spec") return this.spec(value as object, parts, of);
      const isOfTemplate = name === "labels" || name === "namespace";
      return this.limited(value, isOfTemplate ? name : `pod.${name}`, parts, of);
    };
    return this.once(of, pod, () =>
      through(pod, (target, name) => {
        if (name === "template") return this.template(pod.template, of);
        if (name === "pod")
          return this.once(`${of}'s object`, pod.pod, () => through(pod.pod, ofObject));
        return this.limited(plainly(target, name), name, parts, of);
      }),
    );
  }

  template(template: PodInfo["template"], of: "the pod" | "a placed pod"): PodInfo["template"] {
    const parts = (of === "the pod" ? this.reads.pod : this.reads.pods) ?? [];
    return this.once(`${of}'s template`, template, () =>
      through(template, (target, name) => {
        const value = plainly(target, name);
        return name === "spec"
          ? this.spec(value as object, parts, of)
          : this.limited(value, name, parts, of);
      }),
    );
  }

  private spec(spec: object, parts: readonly string[], of: string): object {
    return this.once(`${of}'s spec`, spec, () =>
      through(spec, (target, name) =>
        this.limited(plainly(target, name), `spec.${name}`, parts, of),
      ),
    );
  }

  node(node: NodeInfo): NodeInfo {
    const parts = this.reads.node;
    return this.once("node", node, () =>
      through(node, (target, name) => {
        const value = plainly(target, name);
        if (name === "node") {
          // Whether the node exists is known to all.
          return value === null
            ? null
            : through(value as object, (of, field) =>
                this.limited(plainly(of, field), `node.${field}`, parts, "a node"),
              );
        }
        const limited = this.limited(value, name, parts, "a node");
        if (!Array.isArray(limited) || !(limited[0] instanceof PodInfo)) return limited;
        return limited.map((pod: PodInfo) => this.pod(pod, "a placed pod"));
      }),
    );
  }

  /** Arguments of a plugin's methods: the first pod is the one that comes. */
  args(given: readonly unknown[]): unknown[] {
    let isFirst = true;
    return given.map((value) => {
      if (value instanceof NodeInfo) return this.node(value);
      if (Array.isArray(value) && value[0] instanceof NodeInfo) {
        return value.map((node: NodeInfo) => this.node(node));
      }
      if (!(value instanceof PodInfo)) return value;
      const of = isFirst ? "the pod" : "a placed pod";
      isFirst = false;
      return this.pod(value, of);
    });
  }

  handle(handle: Handle): Handle {
    const { reads } = this;
    const listers = through(handle.listers, (target, name) =>
      (reads.objects as readonly string[] | undefined)?.includes(name)
        ? plainly(target, name)
        : this.refuse(name),
    );
    const snapshot = through(handle.snapshot, (target, name) => {
      const value = plainly(target, name);
      if (reads.others !== true) {
        const { length } = handle.snapshot.nodes;
        const counts = name === "nodes" && reads.node.includes("imageStates");
        return counts ? { length } : this.refuse(`${name} of the cluster`);
      }
      const views = (nodes: Iterable<NodeInfo>) => [...nodes].map((node) => this.node(node));
      if (Array.isArray(value)) return views(value as NodeInfo[]);
      return value instanceof Set ? new Set(views(value)) : this.refuse(`${name} of the cluster`);
    });
    return through(handle, (target, name) =>
      name === "listers" ? listers : name === "snapshot" ? snapshot : plainly(target, name),
    );
  }

  ownHandle(handle: PluginHandle): PluginHandle {
    return through(handle, (target, name) =>
      name === "nodes" && this.reads.others !== true
        ? this.refuse("nodes of the cluster")
        : plainly(target, name),
    );
  }

  ruleBehind(view: CountingRule): CountingRule {
    return this.rules.get(view)!;
  }

  rule(rule: CountingRule): CountingRule {
    const view = this.viewOfRule(rule);
    this.rules.set(view, rule);
    return view;
  }

  private viewOfRule(rule: CountingRule): CountingRule {
    return this.once("rule", rule, () =>
      through(rule, (target, name) => {
        if (name === "amounts") {
          return ({ template, terminating }: Parameters<CountingRule["amounts"]>[0], add: never) =>
            rule.amounts({ template: this.template(template, "a placed pod"), terminating }, add);
        }
        if (name === "filter" || name === "score") {
          return (groups: Parameters<CountingRule["filter"]>[0], rest: never) =>
            rule[name](this.groups(groups), rest);
        }
        if (name !== "sums") return plainly(target, name);
        return rule.sums.map((sum) => ({
          ...sum,
          includes: sum.includes ? (node: NodeInfo) => sum.includes!(this.node(node)) : null,
        }));
      }),
    );
  }

  private groups(groups: Parameters<CountingRule["filter"]>[0]) {
    return through(groups, (target, name) =>
      name === "sample"
        ? (group: number) => this.node(groups.sample(group))
        : plainly(target, name),
    );
  }
}

/** Methods in which a plugin reads for other purposes than its answers, and members that are none. */
const FREE: ReadonlySet<string> = new Set([
  "concerns",
  "eventsToRegister",
  "preEnqueue",
  "postFilter",
  "bind",
]);

/** The plugin, held to what it declares. */
function held(plugin: Plugin, views: Views): Plugin {
  const wrap = (method: (...args: unknown[]) => unknown, of: object) => {
    return (...args: unknown[]) => method.apply(of, views.args(args));
  };
  return through(plugin, (target, name) => {
    const value: unknown = Reflect.get(target, name, target);
    if (name === "preFilterExtensions" && value !== null) {
      return through(value as object, (of, method) => wrap(Reflect.get(of, method), of));
    }
    if (typeof value !== "function" || FREE.has(name)) return plainly(target, name);
    const method = wrap(value as (...args: unknown[]) => unknown, target);
    if (name !== "countingRule") return method;
    return (pod: PodInfo, known: CountingRule | null | undefined) => {
      const rule = method(pod, known && views.ruleBehind(known)) as CountingRule | null | undefined;
      return rule ? views.rule(rule) : rule;
    };
  });
}

/** A plugin of one's own, held to what it declares, if it declares anything. */
export function heldDefinition<Args>(definition: PluginDefinition<Args>): PluginDefinition<Args> {
  return {
    ...definition,
    create(args, handle) {
      const own = definition.create(args, handle);
      const reads = (own as OwnPlugin | null | undefined)?.reads;
      if (reads === undefined) return definition.create(args, handle);
      const views = new Views(definition.name, reads);
      const made = definition.create(args, views.ownHandle(handle));
      return held(made as unknown as Plugin, views) as unknown as OwnPlugin;
    },
  };
}

/** The catalogue with every plugin that declares what it reads held to it. */
export function heldToReads(catalogue: PluginCatalogue): PluginCatalogue {
  return new Map(
    [...catalogue].map(([name, descriptor]) => {
      const { factory } = descriptor;
      if (factory === null) return [name, descriptor];
      const heldFactory: typeof factory = (args, handle) => {
        const { reads } = factory(args, handle);
        if (reads === undefined) return factory(args, handle);
        const views = new Views(name, reads);
        return held(factory(args, views.handle(handle)), views);
      };
      return [name, { ...descriptor, factory: heldFactory }];
    }),
  );
}

/** The catalogue with one plugin that says nothing of itself. */
export function withoutDeclarations(catalogue: PluginCatalogue, plugin: string): PluginCatalogue {
  const descriptor = catalogue.get(plugin)!;
  const silent = new Set(["reads", "countingRule", "concerns", "rowFilter", "rowScore"]);
  const factory: typeof descriptor.factory = (args, handle) =>
    through(descriptor.factory!(args, handle), (target, name) =>
      silent.has(name) ? undefined : plainly(target, name),
    );
  return new Map([...catalogue, [plugin, { ...descriptor, factory }]]);
}
