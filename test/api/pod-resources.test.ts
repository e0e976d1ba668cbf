import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { PodSpec } from "../../src/api/kubernetes.js";
import {
  type Amounts,
  podLimits,
  podRequests,
  scaledAmounts,
} from "../../src/api/pod-resources.js";
import { qosClass } from "../../src/api/qos.js";

const container = (cpu: string, more: object = {}) => ({
  name: "c",
  image: "i",
  resources: { requests: { cpu } },
  ...more,
});

const text = (amounts: Amounts) =>
  Object.fromEntries([...amounts].map(([name, quantity]) => [name, String(quantity)]));

describe("podRequests", () => {
  test("missing requests may have a stand-in; a stated 0 stays 0", () => {
    const spec: PodSpec = { containers: [container("0"), { name: "d", image: "i" }] };
    const options = { nonMissingContainerRequests: { cpu: "100m", memory: "200Mi" } };
    expect(text(podRequests({ spec }, options))).toEqual({ cpu: "100m", memory: "400Mi" });
  });

  test("a resize in place counts what is held and what is asked for", () => {
    const spec: PodSpec = { containers: [container("1")] };
    const status = {
      containerStatuses: [
        {
          name: "c",
          image: "i",
          imageID: "",
          ready: true,
          restartCount: 0,
          resources: { requests: { cpu: "2" } },
          allocatedResources: { cpu: "3" },
        },
      ],
    };
    expect(text(podRequests({ spec, status }, { useStatusResources: true }))).toEqual({
      cpu: "3",
    });
    expect(text(podRequests({ spec, status }))).toEqual({ cpu: "1" });
  });

  test("scaledAmounts gives milli-units of cpu and whole units of the rest, rounded up", () => {
    const spec: PodSpec = {
      containers: [
        { name: "c", image: "i", resources: { requests: { cpu: "1500u", memory: "1500m" } } },
      ],
    };
    expect([...scaledAmounts(podRequests({ spec }))]).toEqual([
      ["cpu", 2],
      ["memory", 2],
    ]);
  });

  test("the order of plain init containers does not matter, and none lowers the request", () => {
    const cpus = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 5 });
    fc.assert(
      fc.property(cpus, cpus, (inits, mains) => {
        const spec = (list: number[]): PodSpec => ({
          containers: mains.map((cpu) => container(String(cpu))),
          initContainers: list.map((cpu) => container(String(cpu))),
        });
        const total =
          podRequests({ spec: spec(inits) })
            .get("cpu")
            ?.value() ?? 0n;
        const reversed =
          podRequests({ spec: spec(inits.toReversed()) })
            .get("cpu")
            ?.value() ?? 0n;
        expect(total).toBe(reversed);
        const sum = mains.reduce((a, b) => a + b, 0);
        expect(total).toBe(BigInt(Math.max(sum, ...inits, 0)));
      }),
    );
  });

  test("overhead is added to requests always, to limits where there is one", () => {
    const spec: PodSpec = {
      containers: [{ name: "c", image: "i", resources: { limits: { cpu: "1" } } }],
      overhead: { cpu: "250m", memory: "10Mi" },
    };
    expect(text(podRequests({ spec }))).toEqual({ cpu: "250m", memory: "10Mi" });
    expect(text(podLimits({ spec }))).toEqual({ cpu: "1250m" });
  });
});

describe("qosClass", () => {
  test("a pod with limits of cpu and memory equal to its requests is Guaranteed", () => {
    const resources = {
      limits: { cpu: "1", memory: "1Gi" },
      requests: { cpu: "1000m", memory: "1Gi" },
    };
    expect(qosClass({ containers: [{ name: "c", image: "i", resources }] })).toBe("Guaranteed");
  });

  test("pod-level resources count only where that is on", () => {
    const resources = {
      limits: { cpu: "1", memory: "1Gi" },
      requests: { cpu: "1", memory: "1Gi" },
    };
    const spec: PodSpec = { containers: [{ name: "c", image: "i" }], resources };
    expect(qosClass(spec)).toBe("BestEffort");
    expect(qosClass(spec, { podLevelResources: true })).toBe("Guaranteed");
  });
});
