import { describe, expect, test } from "vitest";
import type { Kind } from "../../../src/api/kinds.js";
import { defaultSpec } from "../../../src/api/defaults.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewObject } from "../../../src/api/new-object.js";
import { validateCreate } from "../../../src/api/validation/validate.js";

function issues(kind: Kind, spec: object): readonly string[] {
  const apiVersion = "resource.k8s.io/v1";
  const object = fromManifest({ apiVersion, kind, metadata: { name: "x" }, spec }, 0) as NewObject;
  const defaulted = { ...object, spec: defaultSpec(kind, object.spec as never) } as NewObject;
  return validateCreate(kind, defaulted, {}).map(({ type, field }) => `${type} ${field}`);
}

const cel = (expression: string) => ({ selectors: [{ cel: { expression } }] });
const claim = (exactly: object) => ({
  devices: { requests: [{ name: "gpu", exactly: { deviceClassName: "gpu", ...exactly } }] },
});
const slice = (...devices: readonly object[]) => ({
  driver: "gpu.example.com",
  nodeName: "n",
  pool: { name: "n", generation: 1, resourceSliceCount: 1 },
  devices,
});
const EXPRESSION = "spec.devices.requests[0].exactly.selectors[0].cel.expression";
const all = (depth: number): string =>
  depth === 0
    ? "true"
    : `device.attributes.all(a${depth}, device.attributes[a${depth}].all(b${depth}, ${all(depth - 1)}))`;

describe("the API server on devices", () => {
  test.each<[string, Kind, object, readonly string[]]>([
    ["takes a claim of a class", "ResourceClaim", claim({}), []],
    [
      "refuses an expression that does not compile",
      "ResourceClaim",
      claim(cel("device.foo == 1")),
      [`Invalid ${EXPRESSION}`],
    ],
    [
      "refuses an expression that may cost too much",
      "ResourceClaim",
      claim(cel(all(3))),
      [`Forbidden ${EXPRESSION}`],
    ],
    [
      "refuses a claim without a class",
      "ResourceClaim",
      claim({ deviceClassName: "" }),
      ["Required spec.devices.requests[0].exactly.deviceClassName"],
    ],
    [
      "refuses two devices of a name",
      "ResourceSlice",
      slice({ name: "gpu-0" }, { name: "gpu-0" }),
      ["Duplicate spec.devices[1]"],
    ],
  ])("%s", (_, kind, spec, expected) => {
    expect(issues(kind, spec)).toEqual(expected);
  });
});
