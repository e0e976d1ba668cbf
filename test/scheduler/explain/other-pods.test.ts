import { describe, expect, test } from "vitest";
import { Explainer } from "../../../src/scheduler/explain/explainer.js";
import { nodeManifest, podManifest, SchedulerWorld } from "../scheduler-world.js";
import { testAdvice, ZONE, zone } from "./told.js";

interface Term {
  readonly topologyKey: string;
  readonly labelSelector?: object;
}

const term = (topologyKey: string, app: string, more: object = {}): Term => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const ofTeam = (team: string) => ({ namespaceSelector: { matchLabels: { team } } });
const namespace = (name: string, team: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { team } },
});
const required = (side: "podAffinity" | "podAntiAffinity", ...terms: readonly Term[]) => ({
  affinity: { [side]: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
function inNamespace(name: string, manifest: object): object {
  const { metadata, ...rest } = manifest as { metadata: object };
  return { ...rest, metadata: { ...metadata, namespace: name } };
}

function labelled(manifest: object, app = "x", owner?: string): object {
  const { metadata, ...rest } = manifest as { metadata: object };
  const ownerReferences =
    owner === undefined
      ? []
      : [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true }];
  return { ...rest, metadata: { ...metadata, labels: { app }, ownerReferences } };
}

const HOST = "kubernetes.io/hostname";
const port = (name: string, more: object = {}) =>
  podManifest(name, {
    containers: [{ name: "main", image: "app", ports: [{ containerPort: 80, hostPort: 80 }] }],
    ...more,
  });

const spread = (topologyKey = ZONE, more: object = {}) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "x" } },
      ...more,
    },
  ],
});

describe("what would help a pod that other pods keep out", () => {
  testAdvice([
    {
      what: "a host port that another has",
      objects: [nodeManifest("a")],
      pods: [port("x"), port("p")],
      says: [
        "1 node with room for it (a) would take it, but the pod's host port 80/TCP is taken there. Held by x: move those, or do without hostPort (a Service needs none).",
      ],
    },
    {
      what: "fewer siblings with one host port",
      objects: [nodeManifest("a")],
      pods: [labelled(port("x"), "x", "web"), labelled(port("p"), "x", "web")],
      says: ["Its own siblings hold it, and each node has it once: ask for fewer replicas"],
    },
    {
      what: "a pod to be near, where there is none",
      objects: [zone("a", "x")],
      pods: [podManifest("p", required("podAffinity", term(ZONE, "cache")))],
      says: [
        "1 node with room for it (a (zone x)) would take it if the pod did not have to be in the same zone as pods with app=cache. There are no pods with app=cache on any node: start one, or correct the rule.",
      ],
    },
    {
      what: "a namespace with the labels that it asks for, or the pod's in such a one",
      objects: [zone("a", "x"), namespace("t1", "a")],
      pods: [
        inNamespace("t1", labelled(podManifest("db"), "db")),
        podManifest("p", required("podAffinity", term(ZONE, "db", ofTeam("b")))),
      ],
      says: [
        "in the same zone as pods with app=db in namespaces with team=b (there is none). There are no pods with app=db in namespaces with team=b on any node, only in t1, of which the rule does not speak: start one, or correct the rule (namespaces, namespaceSelector).",
      ],
    },
    {
      what: "a pod in its own namespace, where there is one in another",
      objects: [nodeManifest("a"), namespace("t1", "a")],
      pods: [
        inNamespace("t1", labelled(podManifest("db"), "db")),
        podManifest("p", required("podAffinity", term(HOST, "db"))),
      ],
      says: [
        "There are no pods with app=db in its own namespace on any node, only in t1, of which",
      ],
    },
    {
      what: "a pod to be near in any namespace",
      objects: [nodeManifest("a")],
      pods: [
        podManifest("p", required("podAffinity", term(HOST, "db", { namespaceSelector: {} }))),
      ],
      says: ["There are no pods with app=db in any namespace on any node: start one, or correct"],
    },
    {
      what: "a rule that names pods at all",
      objects: [nodeManifest("a")],
      pods: [podManifest("p", required("podAffinity", { topologyKey: HOST }))],
      says: [
        "if the pod did not have to be on the same node as pods of a rule without labelSelector, which no pod matches. Give the rule a labelSelector, or take it away.",
      ],
    },
    {
      what: "room where the pod to be near is",
      objects: [
        nodeManifest("a", { cpu: "1" }),
        nodeManifest("b", { cpu: "500m" }),
        nodeManifest("c"),
      ],
      pods: [
        labelled(podManifest("x", { nodeSelector: { [HOST]: "a" } }), "cache"),
        podManifest("p", required("podAffinity", term(HOST, "cache"))),
      ],
      says: [
        "1 node with room for it (c) would take it if the pod did not have to be on the same node as pods with app=cache. There are such pods on a.",
      ],
      not: "One more node",
    },
    {
      what: "a topologyKey that nodes have",
      objects: [nodeManifest("a")],
      pods: [
        labelled(podManifest("db"), "db"),
        podManifest("p", required("podAffinity", term("kubernetes.io/hostnam", "db"))),
      ],
      says: [
        `No node has the label kubernetes.io/hostnam; is ${HOST} meant? It is the rule's topologyKey: correct it, or label the nodes.`,
      ],
      not: "There are such pods",
    },
    {
      what: "a wish that no label of nodes speaks of is none",
      objects: [nodeManifest("a")],
      pods: [
        labelled(podManifest("x")),
        podManifest("p", required("podAntiAffinity", term(HOST, "x"), term("rack", "y"))),
      ],
      says: ["avoid being on the same node as pods with app=x. Move those pods"],
      not: "rack",
    },
    {
      what: "room beside the pod that it must be near",
      objects: [nodeManifest("a"), nodeManifest("b", { cpu: "1" })],
      pods: [
        labelled(podManifest("db", { nodeSelector: { [HOST]: "a" } }), "db"),
        podManifest("p", { cpu: "2", ...required("podAffinity", term(HOST, "db")) }),
      ],
      says: [
        "a has no room for it beside the pods that it must be near (its podAffinity): db. Ask for less, move those to a larger node, or make the rule a preferred one.",
      ],
      not: "scale down",
    },
    {
      what: "room at the cost of a pod that it need not be near",
      objects: [nodeManifest("a")],
      pods: [
        labelled(podManifest("db", { cpu: "500m" }), "db"),
        podManifest("x"),
        podManifest("p", required("podAffinity", term(HOST, "db"))),
      ],
      says: ["With 1 pod less a would have room: scale down, or move, Pod/x (priority 0)."],
      not: "beside the pods",
    },
    {
      what: "a place of its own among its like",
      objects: [nodeManifest("a")],
      pods: [
        labelled(podManifest("x")),
        labelled(podManifest("p", required("podAntiAffinity", term(HOST, "x")))),
      ],
      says: [
        "1 node with room for it (a) would take it if the pod did not have to avoid being on the same node as pods with app=x. Its own siblings are such pods, so each needs a place of its own",
      ],
    },
    {
      what: "that others move which it avoids",
      objects: [nodeManifest("a")],
      pods: [
        labelled(podManifest("x")),
        podManifest("p", required("podAntiAffinity", term(HOST, "x"))),
      ],
      says: ["pods with app=x. Move those pods, or make the rule a preferred one."],
    },
    {
      what: "that others move which avoid it",
      objects: [nodeManifest("a")],
      pods: [
        podManifest("x", required("podAntiAffinity", term(HOST, "x"))),
        labelled(podManifest("p")),
      ],
      says: [
        "would take it, but for pods that are there and must not be near it (their podAntiAffinity): x. Move those",
      ],
    },
    {
      what: "that others move which it avoids, in named and in labelled namespaces",
      objects: [
        nodeManifest("a"),
        namespace("t1", "a"),
        namespace("t2", "b"),
        namespace("t3", "b"),
      ],
      pods: [
        inNamespace("t3", labelled(podManifest("x"))),
        podManifest(
          "p",
          required("podAntiAffinity", term(HOST, "x", { namespaces: ["t1"], ...ofTeam("b") })),
        ),
      ],
      says: [
        "being on the same node as pods with app=x in t1 or in namespaces with team=b (t2, t3). Move",
      ],
    },
    {
      what: "that others move which avoid it by its namespace's labels",
      objects: [zone("a", "x"), zone("b", "y", "500m"), namespace("t1", "a"), namespace("t2", "b")],
      pods: [
        inNamespace("t2", podManifest("far", required("podAntiAffinity", term(ZONE, "x")))),
        inNamespace(
          "t2",
          podManifest("near", {
            ...required("podAntiAffinity", term(ZONE, "x", ofTeam("a"))),
          }),
        ),
        inNamespace("t1", labelled(podManifest("p"))),
      ],
      says: ["and must not be near it (their podAntiAffinity): t2/near. Move those"],
    },
    {
      what: "room in the emptier domain",
      objects: [zone("a", "x"), zone("b", "y", "500m")],
      pods: [labelled(podManifest("x", spread())), labelled(podManifest("p", spread()))],
      says: [
        `1 node with room for it (a (zone x)) would take it if the pod were not to be spread evenly (topologySpreadConstraints, DoNotSchedule). Over ${ZONE} (maxSkew 1) there is 1 in x, and 0 in y: the next must go there.`,
      ],
    },
    {
      what: "as many domains as it asks for",
      minor: 30,
      objects: [zone("a", "x"), zone("b", "y")],
      pods: ["x1", "x2", "p"].map((name) =>
        labelled(podManifest(name, spread(ZONE, { minDomains: 3 }))),
      ),
      says: [
        `Over ${ZONE} (maxSkew 1, minDomains 3) there is 1 in x, 1 in y. There are only 2 domains (x, y), and with fewer than 3 the fewest counts as 0, so that each takes 1 at most. Add a node in a new domain, lower minDomains, raise maxSkew, or use ScheduleAnyway.`,
      ],
      not: "fewest,",
    },
    {
      what: "room in the emptier domain, where more domains would change nothing",
      minor: 30,
      objects: [zone("a", "x"), zone("b", "y", "500m")],
      pods: ["x", "p"].map((name) => labelled(podManifest(name, spread(ZONE, { minDomains: 3 })))),
      says: [
        "(maxSkew 1) there is 1 in x, and 0 in y: the next must go there. Make room where there are the fewest, raise maxSkew, or use ScheduleAnyway.",
      ],
      not: "minDomains",
    },
    {
      what: "a label to be spread by",
      objects: [nodeManifest("a")],
      pods: [labelled(podManifest("p", spread("rack")))],
      says: ["would take it if they had the label rack, over which it is to be spread"],
    },
  ]);
});

test("a spread that only the scheduler's profile asks for is called so", () => {
  const explainer = new Explainer("p");
  const args = {
    defaultingType: "List",
    defaultConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule" }],
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "x", namespace: "default" },
    spec: { selector: { app: "x" }, ports: [{ port: 80 }] },
  };
  const world = new SchedulerWorld([zone("a", "x"), zone("b", "y", "500m"), service], {
    decisions: explainer,
    profiles: [{ pluginConfig: [{ name: "PodTopologySpread", args }] }],
  });
  world.create(labelled(podManifest("x"))).until(1);
  world.create(labelled(podManifest("p"))).until(2);
  expect(explainer.stories[0]?.advice).toContainEqual(
    `1 node with room for it (a (zone x)) would take it if the pod were not to be spread evenly (the defaultConstraints of the scheduler's profile, DoNotSchedule). Over ${ZONE} (maxSkew 1) there is 1 in x, and 0 in y: the next must go there. Make room where there are the fewest, raise maxSkew, or use ScheduleAnyway.`,
  );
});
