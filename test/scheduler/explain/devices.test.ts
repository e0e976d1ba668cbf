import { describe } from "vitest";
import { nodeManifest, podManifest } from "../scheduler-world.js";
import { testAdvice } from "./told.js";

const API = "resource.k8s.io/v1";
const deviceClass = {
  apiVersion: API,
  kind: "DeviceClass",
  metadata: { name: "gpu" },
  spec: { selectors: [{ cel: { expression: "device.driver == 'gpu.example.com'" } }] },
};
const slice = {
  apiVersion: API,
  kind: "ResourceSlice",
  metadata: { name: "n-gpus" },
  spec: {
    driver: "gpu.example.com",
    nodeName: "n",
    pool: { name: "n", generation: 1, resourceSliceCount: 1 },
    devices: [{ name: "gpu-0", capacity: { memory: { value: "40Gi" } } }],
  },
};
const claim = (exactly: object = {}) => ({
  apiVersion: API,
  kind: "ResourceClaim",
  metadata: { name: "c", namespace: "default" },
  spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu", ...exactly } }] } },
});
const expression = "device.capacity['gpu.example.com'].memory.compareTo(quantity('80Gi')) >= 0";
const node = nodeManifest("n");
const pods = [podManifest("p", { resourceClaims: [{ name: "c", resourceClaimName: "c" }] })];

describe("a pod that gets no devices is told", () => {
  testAdvice([
    {
      what: "that no driver tells of devices",
      objects: [node, deviceClass, claim()],
      pods,
      minor: 37,
      says: ["asks for 1 device of the class gpu.", "No driver tells of any device"],
    },
    {
      what: "that no device is like that",
      objects: [node, deviceClass, slice, claim({ selectors: [{ cel: { expression } }] })],
      pods,
      minor: 37,
      says: ["Of the 1 device on these nodes 1 is of that class, and for none of them that holds"],
    },
    {
      what: "that one node has not enough",
      objects: [node, deviceClass, slice, claim({ count: 2 })],
      pods,
      minor: 37,
      says: ["no node has more than 1 free, and 2 are wanted on one node"],
    },
    {
      what: "that the class is missing",
      objects: [node, slice, claim()],
      pods,
      minor: 37,
      says: ["there is no DeviceClass of that name"],
    },
  ]);
});
