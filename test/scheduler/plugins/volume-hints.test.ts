import { describe, expect, test } from "vitest";
import type { AnyVersion } from "../../../src/api/object-version.js";
import { object, pod } from "../world.js";
import {
  CAPACITY_UPDATE,
  CLAIM,
  CLASS_ADD,
  CLASS_UPDATE,
  CSI_NODE_UPDATE,
  DRIVER_UPDATE,
  gone,
  type HintCase,
  hint,
  POD_GONE,
  VOLUME_UPDATE,
} from "./hint-cases.js";

const scratch = pod("p", {
  volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: { spec: {} } } }],
});
const inline = pod("p", { volumes: [{ name: "v", csi: { driver: "d" } }] });
const otherClaim = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "d" } }] };
const disk = { volumes: [{ name: "v", awsElasticBlockStore: { volumeID: "x" } }] };
const storageClass = (volumeBindingMode: string, allowedTopologies: object[] = []) =>
  object("StorageClass", "s", { volumeBindingMode, allowedTopologies }) as AnyVersion;
const volume = (zone: string) =>
  object(
    "PersistentVolume",
    "v",
    {},
    { labels: { "topology.kubernetes.io/zone": zone } },
  ) as AnyVersion;
const csiNode = (plugins: string) =>
  object(
    "CSINode",
    "n",
    {},
    {
      annotations: { "storage.alpha.kubernetes.io/migrated-plugins": plugins },
    },
  ) as AnyVersion;
const capacity = (size: string) =>
  object("CSIStorageCapacity", "c", { capacity: size }) as AnyVersion;
const driver = (storageCapacity: boolean) =>
  object("CSIDriver", "d", { storageCapacity }) as AnyVersion;
const claim = (name: string) =>
  object("PersistentVolumeClaim", name, {}, { namespace: "default" }) as AnyVersion;
const usesClaim = pod("p", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] });

describe("a pod that waits for volumes is tried again", () => {
  test.each<HintCase>([
    ["its claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("c")], true],
    ["another claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("d")], false],
    [
      "the claim of its ephemeral volume comes",
      "VolumeBinding",
      CLAIM,
      scratch,
      [null, claim("p-v")],
      true,
    ],
    [
      "the claim of its ephemeral volume comes",
      "VolumeZone",
      CLAIM,
      scratch,
      [null, claim("p-v")],
      false,
    ],
    [
      "a class comes",
      "VolumeBinding",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("Immediate")],
      true,
    ],
    [
      "a class comes that binds at once",
      "VolumeZone",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("Immediate")],
      false,
    ],
    [
      "a class comes that binds late",
      "VolumeZone",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("WaitForFirstConsumer")],
      true,
    ],
    [
      "a class changes somewhere",
      "VolumeBinding",
      CLASS_UPDATE,
      usesClaim,
      [storageClass("Immediate"), storageClass("Immediate")],
      false,
    ],
    [
      "a class allows other topologies",
      "VolumeBinding",
      CLASS_UPDATE,
      usesClaim,
      [storageClass("Immediate"), storageClass("Immediate", [{ matchLabelExpressions: [] }])],
      true,
    ],
    [
      "a volume moves to another zone",
      "VolumeZone",
      VOLUME_UPDATE,
      usesClaim,
      [volume("a"), volume("b")],
      true,
    ],
    [
      "a volume changes and stays where it is",
      "VolumeZone",
      VOLUME_UPDATE,
      usesClaim,
      [volume("a"), volume("a")],
      false,
    ],
    [
      "a node hands in-tree volumes over",
      "VolumeBinding",
      CSI_NODE_UPDATE,
      usesClaim,
      [csiNode(""), csiNode("kubernetes.io/aws-ebs")],
      true,
    ],
    [
      "a node says nothing new of CSI",
      "VolumeBinding",
      CSI_NODE_UPDATE,
      usesClaim,
      [csiNode(""), csiNode("")],
      false,
    ],
    [
      "capacity grows",
      "VolumeBinding",
      CAPACITY_UPDATE,
      usesClaim,
      [capacity("1Gi"), capacity("2Gi")],
      true,
    ],
    [
      "capacity shrinks",
      "VolumeBinding",
      CAPACITY_UPDATE,
      usesClaim,
      [capacity("2Gi"), capacity("1Gi")],
      false,
    ],
    [
      "a driver of its in-line volume gives up capacity",
      "VolumeBinding",
      DRIVER_UPDATE,
      inline,
      [driver(true), driver(false)],
      true,
    ],
    [
      "a driver that it does not use gives up capacity",
      "VolumeBinding",
      DRIVER_UPDATE,
      usesClaim,
      [driver(true), driver(false)],
      false,
    ],
    [
      "a pod with its claim leaves",
      "VolumeRestrictions",
      POD_GONE,
      usesClaim,
      [gone(usesClaim.spec), null],
      true,
    ],
    [
      "a pod with another claim leaves",
      "VolumeRestrictions",
      POD_GONE,
      usesClaim,
      [gone(otherClaim), null],
      false,
    ],
    [
      "a pod with its disk leaves",
      "VolumeRestrictions",
      POD_GONE,
      pod("p", disk),
      [gone(disk), null],
      true,
    ],
    [
      "a pod with a claim leaves",
      "NodeVolumeLimits",
      POD_GONE,
      usesClaim,
      [gone(otherClaim), null],
      true,
    ],
    [
      "a pod with volumes of the node leaves",
      "NodeVolumeLimits",
      POD_GONE,
      usesClaim,
      [gone({ volumes: [{ name: "v", emptyDir: {} }] }), null],
      false,
    ],
  ])("when %s (%s)", (_, plugin, event, waiting, change, again) => {
    expect(hint(plugin, event, waiting, change)).toBe(again);
  });
});
