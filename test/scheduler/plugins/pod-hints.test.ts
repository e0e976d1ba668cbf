import { describe, expect, test } from "vitest";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { pod } from "../world.js";
import {
  asNode,
  gone,
  type HintCase,
  hint,
  NODE_ADD,
  NODE_GONE,
  NODE_LABEL,
  NODE_TAINT,
  OWN_LABEL,
  OWN_TOLERATION,
  POD_CAME,
  POD_GONE,
  POD_LABEL,
} from "./hint-cases.js";

const large = asNode("n", { allocatable: { cpu: "8" } });
const tainted = asNode("n", { taints: [{ key: "t", effect: "NoSchedule" }] });
const lonely = pod("p", {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "a" } } },
      ],
    },
  },
});
const twoTerms = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: ["app", "tier"].map((key) => ({
      topologyKey: "zone",
      labelSelector: { matchLabels: { [key]: "a" } },
    })),
  },
};
const sociable = pod("p", { affinity: twoTerms });
const shy = pod("p", { affinity: { podAntiAffinity: twoTerms.podAffinity } });
const zoned = asNode("n", { labels: { zone: "a" } });
const elsewhere = pod("p", {
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: "zone",
          labelSelector: { matchLabels: { app: "a" } },
          namespaceSelector: { matchLabels: { team: "x" } },
        },
      ],
    },
  },
});
const spreading = pod(
  "p",
  {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "a" } },
      },
    ],
  },
  { labels: { app: "a" } },
);
const heedful = pod("p", {
  topologySpreadConstraints: spreading.spec.topologySpreadConstraints!.map((constraint) => ({
    ...constraint,
    nodeTaintsPolicy: "Honor",
  })),
});
const tolerant = (each: PodVersion): PodVersion =>
  each.next({ spec: { ...each.spec, tolerations: [{ operator: "Exists" }] } });

describe("a pod that other pods keep away is tried again", () => {
  test.each<HintCase>([
    [
      "a pod that kept it away leaves",
      "InterPodAffinity",
      POD_GONE,
      lonely,
      [gone({}, { app: "a" }), null],
      true,
    ],
    [
      "a pod that it does not mind leaves",
      "InterPodAffinity",
      POD_GONE,
      lonely,
      [gone({}, { app: "b" }), null],
      false,
    ],
    [
      "a pod comes that keeps it away",
      "InterPodAffinity",
      POD_CAME,
      lonely,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "a pod that kept it away gets another label",
      "InterPodAffinity",
      POD_LABEL,
      lonely,
      [gone({}, { app: "a" }), gone({}, { app: "b" })],
      true,
    ],
    [
      "a pod that keeps it away gets one more label",
      "InterPodAffinity",
      POD_LABEL,
      lonely,
      [gone({}, { app: "a" }), gone({}, { app: "a", more: "x" })],
      false,
    ],
    [
      "a pod comes that fulfils all terms",
      "InterPodAffinity",
      POD_CAME,
      sociable,
      [null, gone({}, { app: "a", tier: "a" })],
      true,
    ],
    [
      "a pod comes that fulfils one of two terms",
      "InterPodAffinity",
      POD_CAME,
      sociable,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "a pod leaves that it was to be near",
      "InterPodAffinity",
      POD_GONE,
      sociable,
      [gone({}, { app: "a", tier: "a" }), null],
      false,
    ],
    // Upstream's gap, until after v1.34.
    [
      "a pod leaves that wanted to be alone",
      "InterPodAffinity",
      POD_GONE,
      pod("p", {}, { labels: { app: "a" } }),
      [gone(lonely.spec, {}), null],
      false,
    ],
    [
      "a pod leaves that two of its terms kept it away from",
      "InterPodAffinity",
      POD_GONE,
      shy,
      [gone({}, { app: "a", tier: "a" }), null],
      true,
    ],
    // Upstream's gap, until after v1.34.
    [
      "a pod leaves that one of two of its terms kept it away from",
      "InterPodAffinity",
      POD_GONE,
      shy,
      [gone({}, { app: "a" }), null],
      false,
    ],
    [
      "a pod comes to be near, in a namespace that is selected by its labels",
      "InterPodAffinity",
      POD_CAME,
      elsewhere,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "its own labels change",
      "InterPodAffinity",
      OWN_LABEL,
      lonely,
      [lonely, lonely.next({ labels: { app: "b" } })],
      true,
    ],
    [
      "the labels of another waiting pod change",
      "InterPodAffinity",
      OWN_LABEL,
      lonely,
      [pod("q", {}, { labels: { app: "a" } }), pod("q")],
      false,
    ],
    [
      "a node comes with the key of its affinity",
      "InterPodAffinity",
      NODE_ADD,
      sociable,
      [null, zoned],
      true,
    ],
    [
      "a node comes without the key of its affinity",
      "InterPodAffinity",
      NODE_ADD,
      sociable,
      [null, large],
      false,
    ],
    [
      "a node comes, with or without the key of its anti-affinity",
      "InterPodAffinity",
      NODE_ADD,
      shy,
      [null, large],
      true,
    ],
    [
      "a node comes to a domain of its affinity",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [large, zoned],
      true,
    ],
    [
      "a node leaves a domain of its affinity",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [zoned, large],
      false,
    ],
    [
      "a node leaves a domain of its anti-affinity",
      "InterPodAffinity",
      NODE_LABEL,
      shy,
      [zoned, large],
      true,
    ],
    [
      "a node comes to a domain of its anti-affinity",
      "InterPodAffinity",
      NODE_LABEL,
      shy,
      [large, zoned],
      false,
    ],
    [
      "a node changes some other label",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [zoned, asNode("n", { labels: { zone: "a", more: "x" } })],
      false,
    ],
    [
      "a pod of its kind leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [gone({}, { app: "a" }), null],
      true,
    ],
    [
      "a pod of another kind leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [gone({}, { app: "b" }), null],
      false,
    ],
    [
      "a waiting pod of its kind goes",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [pod("q", {}, { labels: { app: "a" } }), null],
      false,
    ],
    [
      "a pod of its kind in another namespace leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [pod("q", {}, { nodeName: "n", namespace: "other", labels: { app: "a" } }), null],
      false,
    ],
    [
      "a pod comes to be of its kind",
      "PodTopologySpread",
      POD_LABEL,
      spreading,
      [gone({}, { app: "b" }), gone({}, { app: "a" })],
      true,
    ],
    [
      "its own labels change its kind",
      "PodTopologySpread",
      OWN_LABEL,
      spreading,
      [spreading, spreading.next({ labels: { app: "b" } })],
      true,
    ],
    [
      "it tolerates more, and taints do not matter to it",
      "PodTopologySpread",
      OWN_TOLERATION,
      spreading,
      [spreading, tolerant(spreading)],
      false,
    ],
    [
      "it tolerates more, and taints matter to it",
      "PodTopologySpread",
      OWN_TOLERATION,
      heedful,
      [heedful, tolerant(heedful)],
      true,
    ],
    [
      "a node with all keys goes",
      "PodTopologySpread",
      NODE_GONE,
      spreading,
      [asNode("n"), null],
      true,
    ],
    [
      "a node with all keys loses a taint",
      "PodTopologySpread",
      NODE_TAINT,
      spreading,
      [tainted, asNode("n")],
      true,
    ],
  ])("when %s (%s)", (_, plugin, event, waiting, change, again) => {
    expect(hint(plugin, event, waiting, change)).toBe(again);
  });
});
