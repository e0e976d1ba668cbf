import { describe, expect, test } from "vitest";
import { defaultSpec } from "../../../src/api/defaults.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { HTTPRouteSpec } from "../../../src/api/schemas/types.js";
import { refusals } from "./refusals.js";

const service = (name: string, port: object = { number: 80 }) => ({ service: { name, port } });
const path = (more: object) => ({
  rules: [
    { http: { paths: [{ path: "/", pathType: "Prefix", backend: service("web"), ...more }] } },
  ],
});

describe("an Ingress is refused", () => {
  const backend = "spec.rules[0].http.paths[0].backend";
  const at = "spec.rules[0].http.paths[0]";
  test.each<[string, object, string]>([
    ["with neither rules nor a default", {}, "Invalid spec"],
    ["without paths", { rules: [{ http: { paths: [] } }] }, "Required spec.rules[0].http.paths"],
    ["without a type of path", path({ pathType: null }), `Required ${at}.pathType`],
    ["with another type of path", path({ pathType: "Regex" }), `NotSupported ${at}.pathType`],
    ["with a path that is not absolute", path({ path: "a" }), `Invalid ${at}.path`],
    ["with an empty one", path({ path: "" }), `Invalid ${at}.path`],
    ["with a path that goes up", path({ path: "/a/../b" }), `Invalid ${at}.path`],
    ["with one that ends so", path({ path: "/a/.." }), `Invalid ${at}.path`],
    ["without a backend", path({ backend: {} }), `Invalid ${backend}`],
    [
      "with two backends of one path",
      path({ backend: { ...service("web"), resource: { kind: "Bucket", name: "b" } } }),
      `Invalid ${backend}`,
    ],
    ["without a port", path({ backend: service("web", {}) }), `Required ${backend}`],
    [
      "with two ports",
      path({ backend: service("web", { number: 80, name: "http" }) }),
      `Invalid ${backend}`,
    ],
    [
      "with a port that is none",
      path({ backend: service("web", { number: 70000 }) }),
      `Invalid ${backend}.service.port.number`,
    ],
    [
      "with a Service in upper case",
      path({ backend: service("Web") }),
      `Invalid ${backend}.service.name`,
    ],
    ["with an address as host", { rules: [{ host: "10.0.0.1" }] }, "Invalid spec.rules[0].host"],
    ["with a star amid its host", { rules: [{ host: "a.*.com" }] }, "Invalid spec.rules[0].host"],
    [
      "with a class that is no name",
      { ...path({}), ingressClassName: "a b" },
      "Invalid spec.ingressClassName",
    ],
  ])("%s", (_, spec, refusal) => {
    expect(refusals("Ingress", spec)).toEqual([refusal]);
  });

  test.each<[string, object]>([
    ["a default backend alone", { defaultBackend: service("web", { name: "http" }) }],
    [
      "a path of its implementation without one",
      path({ pathType: "ImplementationSpecific", path: "" }),
    ],
    ["a wildcard", { rules: [{ host: "*.a.com" }] }],
  ])("but not with %s", (_, spec) => {
    expect(refusals("Ingress", spec)).toEqual([]);
  });

  test("by the version with a Service whose name begins with a digit", () => {
    const spec = { defaultBackend: service("1web") };
    const refusal = "Invalid spec.defaultBackend.service.name";
    expect(refusals("Ingress", spec)).toEqual([refusal]);
    expect(refusals("Ingress", spec, { options: { relaxedServiceNames: true } })).toEqual([]);
  });

  test("of a former version is today's", () => {
    const former = {
      apiVersion: "extensions/v1beta1",
      kind: "Ingress",
      metadata: { name: "i" },
      spec: {
        backend: { serviceName: "a", servicePort: 80 },
        rules: [
          { http: { paths: [{ path: "/", backend: { serviceName: "b", servicePort: "http" } }] } },
        ],
      },
    };
    expect(fromManifest(former, 0)).toMatchObject({
      spec: {
        defaultBackend: service("a"),
        rules: [
          {
            http: {
              paths: [
                {
                  ...{ path: "/", pathType: "ImplementationSpecific" },
                  backend: service("b", { name: "http" }),
                },
              ],
            },
          },
        ],
      },
    });
  });
});

describe("an HTTPRoute", () => {
  const ref = { name: "web", port: 80 };
  const refs = (more: object) => ({ rules: [{ backendRefs: [{ ...ref, ...more }] }] });
  const match = (more: object) => ({ rules: [{ matches: [more], backendRefs: [ref] }] });
  const at = "spec.rules[0].matches[0]";

  test("gets what its definition fills in", () => {
    const everyPath = { type: "PathPrefix", value: "/" };
    const filled = { ...ref, group: "", kind: "Service", weight: 1 };
    expect(defaultSpec("HTTPRoute", {} as HTTPRouteSpec)).toEqual({
      rules: [{ matches: [{ path: everyPath }] }],
    });
    const spec = {
      parentRefs: [{ name: "front" }],
      rules: [{ backendRefs: [ref], matches: [{ headers: [{ name: "a", value: "b" }] }] }],
    };
    expect(defaultSpec("HTTPRoute", spec as HTTPRouteSpec)).toEqual({
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "front" }],
      rules: [
        {
          backendRefs: [filled],
          matches: [{ path: everyPath, headers: [{ type: "Exact", name: "a", value: "b" }] }],
        },
      ],
    });
  });

  test.each<[string, object, string]>([
    ["a weight below 0", refs({ weight: -1 }), "Invalid spec.rules[0].backendRefs[0].weight"],
    [
      "a weight above a million",
      refs({ weight: 1e6 + 1 }),
      "Invalid spec.rules[0].backendRefs[0].weight",
    ],
    ["a Service without a port", refs({ port: null }), "Invalid spec.rules[0].backendRefs[0]"],
    [
      "a backend without a name",
      refs({ name: null }),
      "Required spec.rules[0].backendRefs[0].name",
    ],
    [
      "too many rules",
      { rules: Array.from({ length: 17 }, () => ({ backendRefs: [ref] })) },
      "Invalid spec.rules",
    ],
    [
      "a path that is not absolute",
      match({ path: { type: "Exact", value: "%41" } }),
      `Invalid ${at}.path.value`,
    ],
    ["a path that goes up", match({ path: { value: "/a/../b" } }), `Invalid ${at}.path.value`],
    ["another type of path", match({ path: { type: "Prefix" } }), `NotSupported ${at}.path.type`],
    ["a method in lower case", match({ method: "get" }), `NotSupported ${at}.method`],
    [
      "a header without a value",
      match({ headers: [{ name: "a" }] }),
      `Required ${at}.headers[0].value`,
    ],
    [
      "a header with a space",
      match({ headers: [{ name: "a b", value: "c" }] }),
      `Invalid ${at}.headers[0].name`,
    ],
    ["a hostname in upper case", { hostnames: ["A.com"] }, "Invalid spec.hostnames[0]"],
    ["a parent without a name", { parentRefs: [{}] }, "Required spec.parentRefs[0].name"],
    [
      "a redirect beside backends",
      {
        rules: [
          { backendRefs: [ref], filters: [{ type: "RequestRedirect", requestRedirect: {} }] },
        ],
      },
      "Invalid spec.rules[0]",
    ],
  ])("is refused with %s", (_, spec, refusal) => {
    expect(refusals("HTTPRoute", spec)).toEqual([refusal]);
  });

  test.each<[string, object]>([
    ["weights of 0", refs({ weight: 0 })],
    ["a regular expression", match({ path: { type: "RegularExpression", value: "a//.." } })],
    [
      "another kind of backend, without a port",
      refs({ group: "x.io", kind: "Lambda", port: null }),
    ],
  ])("is taken with %s", (_, spec) => {
    expect(refusals("HTTPRoute", spec)).toEqual([]);
  });
});
