import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Device, DeviceResult, ResourceClaimSpec } from "../../../src/api/devices.js";
import { listerTables } from "../../../src/scheduler/framework/lister-tables.js";
import {
  AllocationFailure,
  DeviceAllocator,
} from "../../../src/scheduler/plugins/dynamic-resources/allocator.js";
import { PlanError } from "../../../src/scheduler/plugins/dynamic-resources/claims-plan.js";
import { buildObject } from "../../conformance/scheduler/objects.js";
import { makeNode, makeWorld } from "../fast/random-cluster.js";

const DRIVER = "d";
const EVERYTHING = {
  adminAccess: true,
  prioritizedList: true,
  partitions: true,
  taints: true,
  bindingConditions: true,
  consumableCapacity: true,
  fractions: false,
  listAttributes: false,
  errorsNameDevice: true,
  invalidPoolsTold: true,
};

interface Setting {
  readonly devices: readonly object[];
  /** What the node's pool has besides its devices: another generation, counters, slices that miss. */
  readonly slice?: object;
  readonly otherSlices?: readonly object[];
  /** Devices that other claims have. */
  readonly inUse?: readonly Partial<DeviceResult>[];
  readonly features?: Partial<typeof EVERYTHING>;
}

function allocator({ devices, slice = {}, otherSlices = [], inUse = [], features }: Setting) {
  const listers = listerTables();
  const { state } = makeWorld({ minor: 37, configuration: null });
  state.addNode(makeNode("n", { cpu: "1", memory: "1Gi", pods: 1, labels: { zone: "a" } }));
  const set = (kind: "DeviceClass" | "ResourceSlice", name: string, spec: object) =>
    buildObject(kind, { metadata: { name }, spec } as never) as never;
  listers.deviceClasses.set(set("DeviceClass", "any", {}));
  const ofType = (type: string) => ({
    cel: { expression: `device.attributes["d"].type == "${type}"` },
  });
  for (const type of ["gpu", "nic"]) {
    listers.deviceClasses.set(set("DeviceClass", type, { selectors: [ofType(type)] }));
  }
  const pool = { name: "n", generation: 1, resourceSliceCount: 1 + otherSlices.length };
  [{ devices, ...slice }, ...otherSlices].forEach((one, i) => {
    const spec = { driver: DRIVER, nodeName: "n", pool, ...one };
    listers.resourceSlices.set(set("ResourceSlice", `s${i}`, spec));
  });
  inUse.forEach((one, i) => {
    const result = { request: "r", driver: DRIVER, pool: "n", device: "", ...one };
    listers.resourceClaims.beginAllocation(`other-${i}`, { devices: { results: [result] } });
  });
  const allocator = new DeviceAllocator(listers, { ...EVERYTHING, ...features });
  return { listers, allocator, node: state.nodes[0]! };
}

/** The devices that claims of these specs get, claim by claim; null: they get none; a text: why not. */
function allocated(
  setting: Setting,
  ...specs: readonly object[]
): readonly string[] | null | string {
  const { allocator: devices, node } = allocator(setting);
  const claims = specs.map((spec, i) => ({
    namespace: "default",
    name: `c${i}`,
    spec: { devices: spec } as ResourceClaimSpec,
  }));
  const demand = devices.demandOf(claims);
  if (demand instanceof PlanError) return demand.message;
  const found = devices.find(demand, node);
  if (found === null) return null;
  if (found instanceof AllocationFailure) return found.message;
  return devices
    .results(demand, found, "n")
    .map(({ devices: given }) =>
      (given?.results ?? []).map(({ request, device }) => `${request}=${device}`).join(" "),
    );
}

const device = (name: string, more: object = {}): object => ({
  name,
  attributes: { type: { string: name.slice(0, 3) } },
  ...more,
});
const exactly = (name: string, more: object = {}) => ({
  name,
  exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1, ...more },
});
const one = { requests: [exactly("r")] };
const inSocket = (name: string, socket: string) =>
  device(name, { attributes: { type: { string: name.slice(0, 3) }, socket: { string: socket } } });
const sharedCounters = [{ name: "c", counters: { slices: { value: "3" } } }];
const using = (value: string) => ({
  consumesCounters: [{ counterSet: "c", counters: { slices: { value } } }],
});
const COUNTERS = { otherSlices: [{ devices: [], sharedCounters }] };
const WORN = { taints: [{ key: "worn", effect: "NoSchedule" }] };
const shared = device("gpu-0", {
  allowMultipleAllocations: true,
  capacity: { memory: { value: "40Gi" } },
});
const memory = (amount: string) => ({
  requests: [exactly("r", { capacity: { requests: { memory: amount } } })],
});

interface Case extends Setting {
  readonly what: string;
  readonly claims: readonly object[];
  readonly gets: readonly string[] | null | RegExp;
}

const CASES: readonly Case[] = [
  {
    what: "the first device of the class",
    devices: [device("nic-0"), device("gpu-0"), device("gpu-1")],
    claims: [one],
    gets: ["r=gpu-0"],
  },
  {
    what: "no device that somebody has",
    devices: [device("gpu-0"), device("gpu-1")],
    inUse: [{ device: "gpu-0" }],
    claims: [one],
    gets: ["r=gpu-1"],
  },
  {
    what: "a device that an administrator only watches",
    devices: [device("gpu-0")],
    inUse: [{ device: "gpu-0", adminAccess: true }],
    claims: [one],
    gets: ["r=gpu-0"],
  },
  {
    what: "with an administrator's access what others have",
    devices: [device("gpu-0")],
    inUse: [{ device: "gpu-0" }],
    claims: [{ requests: [exactly("r", { adminAccess: true })] }],
    gets: ["r=gpu-0"],
  },
  {
    what: "nothing where one of two claims gets none",
    devices: [device("gpu-0")],
    claims: [one, one],
    gets: null,
  },
  {
    what: "different devices for two claims",
    devices: [device("gpu-0"), device("gpu-1")],
    claims: [one, one],
    gets: ["r=gpu-0", "r=gpu-1"],
  },
  {
    what: "all devices of the class",
    devices: [device("gpu-0"), device("nic-0"), device("gpu-1")],
    claims: [{ requests: [exactly("r", { allocationMode: "All", count: undefined })] }],
    gets: ["r=gpu-0 r=gpu-1"],
  },
  {
    what: "none where it wants all and somebody has one",
    devices: [device("gpu-0"), device("gpu-1")],
    inUse: [{ device: "gpu-1" }],
    claims: [{ requests: [exactly("r", { allocationMode: "All", count: undefined })] }],
    gets: null,
  },
  {
    what: "none where it wants all and there is none",
    devices: [device("nic-0")],
    claims: [{ requests: [exactly("r", { allocationMode: "All", count: undefined })] }],
    gets: null,
  },
  {
    what: "the first alternative that there is",
    devices: [device("nic-0")],
    claims: [
      {
        requests: [
          {
            name: "r",
            firstAvailable: [
              { name: "a", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 },
              { name: "b", deviceClassName: "nic", allocationMode: "ExactCount", count: 1 },
            ],
          },
        ],
      },
    ],
    gets: ["r/b=nic-0"],
  },
  {
    what: "devices of one socket, going back where the first choice has no other like it",
    devices: [inSocket("gpu-0", "x"), inSocket("gpu-1", "y"), inSocket("gpu-2", "y")],
    claims: [
      {
        requests: [exactly("r", { count: 2 })],
        constraints: [{ requests: ["r"], matchAttribute: "d/socket" }],
      },
    ],
    gets: ["r=gpu-1 r=gpu-2"],
  },
  {
    what: "devices of different sockets",
    devices: [inSocket("gpu-0", "x"), inSocket("gpu-1", "x"), inSocket("gpu-2", "y")],
    claims: [
      {
        requests: [exactly("r", { count: 2 })],
        constraints: [{ requests: ["r"], distinctAttribute: "d/socket" }],
      },
    ],
    gets: ["r=gpu-0 r=gpu-2"],
  },
  {
    what: "no device without the attribute that has to match",
    devices: [device("gpu-0"), inSocket("gpu-1", "x")],
    claims: [
      { requests: [exactly("r")], constraints: [{ requests: [], matchAttribute: "d/socket" }] },
    ],
    gets: ["r=gpu-1"],
  },
  {
    what: "parts of a whole while its counters suffice",
    devices: [
      device("gpu-0", using("2")),
      device("gpu-1", using("2")),
      device("gpu-2", using("1")),
    ],
    ...COUNTERS,
    claims: [{ requests: [exactly("r", { count: 2 })] }],
    gets: ["r=gpu-0 r=gpu-2"],
  },
  {
    what: "no part of a whole that somebody has",
    devices: [device("gpu-0", using("3")), device("gpu-1", using("1"))],
    ...COUNTERS,
    inUse: [{ device: "gpu-0" }],
    claims: [one],
    gets: null,
  },
  {
    what: "no device that is attached on demand where the version has none of these",
    devices: [device("gpu-0", { bindingConditions: ["attached"] }), device("gpu-1")],
    features: { bindingConditions: false },
    claims: [one],
    gets: ["r=gpu-1"],
  },
  {
    what: "no worn device",
    devices: [device("gpu-0", WORN), device("gpu-1")],
    claims: [one],
    gets: ["r=gpu-1"],
  },
  {
    what: "a worn device where it tolerates that",
    devices: [device("gpu-0", WORN), device("gpu-1")],
    claims: [{ requests: [exactly("r", { tolerations: [{ key: "worn", operator: "Exists" }] })] }],
    gets: ["r=gpu-0"],
  },
  {
    what: "parts of the capacity of one device for two claims",
    devices: [shared],
    claims: [memory("16Gi"), memory("24Gi")],
    gets: ["r=gpu-0", "r=gpu-0"],
  },
  {
    what: "no more of a capacity than is left",
    devices: [shared],
    inUse: [{ device: "gpu-0", shareID: "s", consumedCapacity: { memory: "25Gi" } }],
    claims: [memory("16Gi")],
    gets: null,
  },
  {
    what: "nothing of a pool that misses a slice",
    devices: [device("gpu-0")],
    slice: { pool: { name: "n", generation: 1, resourceSliceCount: 2 } },
    claims: [one],
    gets: null,
  },
  {
    what: "nothing of an older generation",
    devices: [device("gpu-0")],
    slice: { pool: { name: "n", generation: 1, resourceSliceCount: 1 } },
    otherSlices: [
      { devices: [device("gpu-1")], pool: { name: "n", generation: 2, resourceSliceCount: 1 } },
    ],
    claims: [one],
    gets: ["r=gpu-1"],
  },
  {
    what: "told: the pool has two devices of a name",
    devices: [device("gpu-0"), device("gpu-0")],
    claims: [one],
    gets: /invalid resource pools were encountered/,
  },
  {
    what: "told: all devices of a pool that misses a slice",
    devices: [device("gpu-0")],
    slice: { pool: { name: "n", generation: 1, resourceSliceCount: 2 } },
    claims: [{ requests: [exactly("r", { allocationMode: "All", count: undefined })] }],
    gets: /asks for all devices, but resource pool d\/n is currently being updated/,
  },
  {
    what: "told: the class is not there",
    devices: [device("gpu-0")],
    claims: [{ requests: [exactly("r", { deviceClassName: "ghost" })] }],
    gets: /request r: could not retrieve device class ghost/,
  },
  {
    what: "told: its expression fails on a device",
    devices: [device("gpu-0")],
    claims: [
      {
        requests: [
          exactly("r", {
            selectors: [{ cel: { expression: 'device.attributes["d"].none == "x"' } }],
          }),
        ],
      },
    ],
    gets: /claim default\/c0: selector #0 on device d\/n\/gpu-0: CEL runtime error: no such key: none/,
  },
  {
    what: "told: it asks for more than a claim may have",
    devices: [device("gpu-0")],
    claims: [{ requests: [exactly("a", { count: 20 }), exactly("b", { count: 13 })] }],
    gets: /request b: adding 13 devices exceeds the claim limit of 32, with 20 already accounted for/,
  },
];

describe("a claim gets", () => {
  test.each(CASES)("$what", ({ claims, gets, ...setting }) => {
    const found = allocated(setting, ...claims);
    if (gets instanceof RegExp) expect(found).toMatch(gets);
    else expect(found).toEqual(gets);
  });

  test("nothing more once the device is taken, and it again once that is given back", () => {
    const { allocator: devices, listers, node } = allocator({ devices: [device("gpu-0")] });
    const spec = { devices: one } as ResourceClaimSpec;
    const find = () => {
      const demand = devices.demandOf([{ namespace: "default", name: "c", spec }]);
      if (demand instanceof PlanError) throw new Error(demand.message);
      return devices.find(demand, node) !== null;
    };
    expect(find()).toBe(true);
    const results = [{ request: "r", driver: DRIVER, pool: "n", device: "gpu-0" }];
    listers.resourceClaims.beginAllocation("other", { devices: { results } });
    expect(find()).toBe(false);
    listers.resourceClaims.endAllocation("other");
    expect(find()).toBe(true);
  });
});

const arbitraryDevice = fc.record({
  type: fc.constantFrom("gpu", "nic"),
  socket: fc.constantFrom("x", "y", null),
  uses: fc.constantFrom(0, 1, 2, 3),
  inUse: fc.boolean(),
});
type Sketch = typeof arbitraryDevice extends fc.Arbitrary<infer T> ? T : never;
const arbitraryRequests = fc.array(
  fc.record({ type: fc.constantFrom("gpu", "nic"), count: fc.constantFrom(1, 2) }),
  { minLength: 1, maxLength: 3 },
);

/** The first combination in the order of requests and devices that holds, by trying all of them. */
function firstThatHolds(
  devices: readonly Sketch[],
  wanted: readonly string[],
  holds: (chosen: readonly number[]) => boolean,
  boundaries: readonly number[],
): readonly number[] | null {
  const choose = (chosen: readonly number[]): readonly number[] | null => {
    if (chosen.length === wanted.length) return holds(chosen) ? chosen : null;
    const isFirstOfRequest = boundaries.includes(chosen.length);
    const from = isFirstOfRequest ? 0 : chosen.at(-1)! + 1;
    for (let i = from; i < devices.length; i += 1) {
      const { type, inUse } = devices[i]!;
      if (type !== wanted[chosen.length] || inUse || chosen.includes(i)) continue;
      const found = choose([...chosen, i]);
      if (found !== null) return found;
    }
    return null;
  };
  return choose([]);
}

describe("what is found is the first combination of all that hold", () => {
  property.prop([fc.array(arbitraryDevice, { maxLength: 6 }), arbitraryRequests, fc.boolean()], {
    numRuns: 150,
  })("with shared counters and a constraint", (sketches, requests, matches) => {
    const slices = 4;
    const devices = sketches.map(({ type, socket, uses }, i) => ({
      name: `${type}-${i}`,
      attributes: {
        type: { string: type },
        ...(socket === null ? {} : { socket: { string: socket } }),
      },
      ...(uses === 0 ? {} : using(`${uses}`)),
    })) as Device[];
    const counters = [{ name: "c", counters: { slices: { value: `${slices}` } } }];
    const inUse = sketches.flatMap((one, i) => (one.inUse ? [{ device: devices[i]!.name }] : []));
    const claim = {
      requests: requests.map(({ type, count }, i) =>
        exactly(`r${i}`, { deviceClassName: type, count }),
      ),
      constraints: matches ? [{ requests: [], matchAttribute: "d/socket" }] : [],
    };
    const found = allocated(
      { devices, inUse, otherSlices: [{ devices: [], sharedCounters: counters }] },
      claim,
    );
    const taken = sketches.reduce((sum, one) => sum + (one.inUse ? one.uses : 0), 0);
    const holds = (chosen: readonly number[]): boolean => {
      const uses = chosen.reduce((sum, i) => sum + sketches[i]!.uses, 0);
      const sockets = new Set(chosen.map((i) => sketches[i]!.socket));
      const alike = !matches || (sockets.size === 1 && !sockets.has(null));
      return alike && chosen.every((i) => sketches[i]!.uses === 0)
        ? true
        : alike && taken + uses <= slices;
    };
    const wanted = requests.flatMap(({ type, count }) => Array<string>(count).fill(type));
    const boundaries = requests.map((_, i) =>
      requests.slice(0, i).reduce((sum, { count }) => sum + count, 0),
    );
    const first = firstThatHolds(sketches, wanted, holds, boundaries);
    const names = wanted.map((_, i) => boundaries.findLastIndex((at) => at <= i));
    const expected =
      first === null ? null : [first.map((i, n) => `r${names[n]}=${devices[i]!.name}`).join(" ")];
    expect(found).toEqual(expected);
  });
});
