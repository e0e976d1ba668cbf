import { World, type WorldOptions, node, pod, requesting } from "../world.js";

type Amounts = Readonly<Record<string, string>>;

/** A profile in which that policy alone scores. */
export function only(name: string, args?: object): Readonly<Record<string, unknown>> {
  const set = { disabled: [{ name: "*" }], enabled: [{ name }] };
  const isPrepared = name === "Random" || name === "PowerOfTwoChoices";
  const reserve = name === "RoundRobin" ? { reserve: { enabled: [{ name }] } } : {};
  return {
    plugins: {
      preScore: isPrepared ? set : { disabled: [{ name: "*" }] },
      score: set,
      ...reserve,
    },
    ...(args === undefined ? {} : { pluginConfig: [{ name, args }] }),
  };
}

/** Nodes of 10 CPUs and 10 GiB unless said otherwise, each with one pod that takes so much. */
export function cluster(
  taken: Readonly<Record<string, Amounts>>,
  profile: Readonly<Record<string, unknown>>,
  {
    allocatable = {},
    ...rest
  }: WorldOptions & { readonly allocatable?: Readonly<Record<string, Amounts>> } = {},
): World {
  const nodes = Object.keys(taken).map((name) =>
    node(name, { allocatable: { cpu: "10", memory: "10Gi", ...allocatable[name] } }),
  );
  const world = new World(nodes, { profile, percentageOfNodesToScore: 100, ...rest });
  for (const [name, requests] of Object.entries(taken)) {
    world.state.addPod(pod(`on-${name}`, requesting(requests), { nodeName: name }));
  }
  return world;
}

/** The score of each node by that policy for a pod that asks for so much. */
export function scores(world: World, name: string, requests: Amounts): Record<string, number> {
  const found = world.scores(pod("new", requesting(requests)), name) ?? {};
  return Object.fromEntries(Object.entries(found).map(([of, [raw]]) => [of, raw]));
}
