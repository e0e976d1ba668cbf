import { describe, expect, test } from "vitest";
import { defaultSpec } from "../../src/api/defaults.js";
import type { HTTPRouteSpec, IngressSpec } from "../../src/api/schemas/types.js";
import type { Backends } from "../../src/traffic/cluster/traffic-spec.js";
import { httpRouteBackends } from "../../src/traffic/routes/http-route-backends.js";
import { ingressBackends } from "../../src/traffic/routes/ingress-backends.js";
import { ANY_REQUEST, type RequestShape } from "../../src/traffic/routes/request-shape.js";
import type { FindService } from "../../src/traffic/routes/route-backend.js";

/** Every Service but `gone` is there, with port 80 called `http`. */
const find: FindService = ({ name: service }, { number, name }) =>
  service !== "gone" && (number === 80 || name === "http");

/** `web 9, gone 1 noBackend`. */
function text(backends: Backends): string {
  return backends
    .map(({ to, weight, lacks }) =>
      [to === null ? "-" : to.name, weight, ...(lacks === undefined ? [] : [lacks])].join(" "),
    )
    .join(", ");
}

function ofRoute(spec: object, request: Partial<RequestShape> = {}): string {
  const filled = defaultSpec("HTTPRoute", spec as HTTPRouteSpec);
  return text(httpRouteBackends(filled, "shop", { ...ANY_REQUEST, ...request }, find));
}

const to = (name: string, weight?: number) => ({
  name,
  port: 80,
  ...(weight === undefined ? {} : { weight }),
});
const rule = (name: string, ...matches: object[]) => ({
  backendRefs: [to(name)],
  ...(matches.length === 0 ? {} : { matches }),
});
const path = (value: string, type = "PathPrefix") => ({ path: { type, value } });

describe("an HTTPRoute shares requests out by weight", () => {
  test.each<[string, object[], string]>([
    ["as they are given", [to("web", 9), to("canary", 1)], "web 9, canary 1"],
    ["1 each where none is given", [to("web"), to("canary")], "web 1, canary 1"],
    ["none to a weight of 0", [to("web", 5), to("canary", 0)], "web 5, canary 0"],
    ["what leads to no Service fails", [to("web", 3), to("gone", 1)], "web 3, gone 1 noBackend"],
    ["so does a port that there is none of", [{ name: "web", port: 81 }], "web 1 noBackend"],
    ["so does another kind", [{ ...to("web"), kind: "Lambda" }], "- 1 noBackend"],
    ["all fail where no weight is above 0", [to("web", 0)], "- 1 noBackend"],
    ["all fail where there is no backend", [], "- 1 noBackend"],
  ])("%s", (_, backendRefs, expected) => {
    expect(ofRoute({ rules: [{ backendRefs }] })).toBe(expected);
  });

  test("of another namespace, too", () => {
    const rules = [{ backendRefs: [{ ...to("web"), namespace: "other" }] }];
    const filled = defaultSpec("HTTPRoute", { rules } as HTTPRouteSpec);
    const [backend] = httpRouteBackends(filled, "shop", ANY_REQUEST, find);
    expect(backend?.to).toEqual({ namespace: "other", name: "web" });
  });
});

describe("an HTTPRoute chooses the rule with the best match", () => {
  const exact = rule("exact", path("/a/b", "Exact"));
  const long = rule("long", path("/a/b"));
  const short = rule("short", path("/a"));
  const all = rule("all");
  const posts = rule("posts", { ...path("/a"), method: "POST" });
  const header = rule("header", { ...path("/a"), headers: [{ name: "X-Beta", value: "1" }] });
  const regular = rule("regular", path("/a/[a-z]+", "RegularExpression"));
  const query = rule("query", { ...path("/a"), queryParams: [{ name: "v", value: "2" }] });
  test.each<[string, object[], Partial<RequestShape>, string]>([
    ["exact before prefixes", [all, short, long, exact], { path: "/a/b" }, "exact"],
    ["the longest prefix", [all, short, long], { path: "/a/b/c" }, "long"],
    ["by whole elements", [all, short], { path: "/ab" }, "all"],
    ["with or without a slash at the end", [all, short], { path: "/a/" }, "short"],
    ["a method", [short, posts], { path: "/a", method: "POST" }, "posts"],
    ["not another method", [short, posts], { path: "/a" }, "short"],
    [
      "a header, in any case",
      [short, header],
      { path: "/a", headers: { "x-beta": "1" } },
      "header",
    ],
    ["not another value", [short, header], { path: "/a", headers: { "x-beta": "2" } }, "short"],
    [
      "a method before a header",
      [header, posts],
      { path: "/a", method: "POST", headers: { "x-beta": "1" } },
      "posts",
    ],
    ["a parameter", [short, query], { path: "/a", query: { v: "2" } }, "query"],
    ["a regular expression of all the path", [short, regular], { path: "/a/bc" }, "regular"],
    ["which is not met by a part", [short, regular], { path: "/a/bc/d" }, "short"],
    ["the first of equals", [rule("first"), rule("second")], {}, "first"],
    ["any of a rule's matches", [rule("either", path("/x"), path("/y"))], { path: "/y" }, "either"],
  ])("%s", (_, rules, request, expected) => {
    expect(ofRoute({ rules }, request)).toBe(`${expected} 1`);
  });

  test.each<[string, object, Partial<RequestShape>, string]>([
    ["no rule for the path", { rules: [short] }, { path: "/b" }, "- 1 noRoute"],
    ["another host", { hostnames: ["a.com"], rules: [all] }, { host: "b.com" }, "- 1 noRoute"],
    ["its host", { hostnames: ["a.com"], rules: [all] }, { host: "A.com" }, "all 1"],
    [
      "labels of a wildcard",
      { hostnames: ["*.a.com"], rules: [all] },
      { host: "x.y.a.com" },
      "all 1",
    ],
    [
      "not none of them",
      { hostnames: ["*.a.com"], rules: [all] },
      { host: "a.com" },
      "- 1 noRoute",
    ],
    ["a host that nobody says", { hostnames: ["a.com"], rules: [all] }, {}, "all 1"],
    [
      "an expression that is none",
      { rules: [rule("r", path("(", "RegularExpression"))] },
      { path: "/(" },
      "- 1 noRoute",
    ],
  ])("%s", (_, spec, request, expected) => {
    expect(ofRoute(spec, request)).toBe(expected);
  });
});

describe("an Ingress", () => {
  const backend = (name: string, port: object = { number: 80 }) => ({ service: { name, port } });
  const at = (value: string, pathType: string, name: string) => ({
    ...{ path: value, pathType },
    backend: backend(name),
  });
  const host = (name: string, ...paths: object[]) => ({
    ...(name === "" ? {} : { host: name }),
    http: { paths },
  });
  const ofIngress = (spec: object, request: Partial<RequestShape> = {}) =>
    text(ingressBackends(spec as IngressSpec, "shop", { ...ANY_REQUEST, ...request }, find));
  const paths = host(
    "",
    at("/", "Prefix", "all"),
    at("/a", "Prefix", "prefix"),
    at("/a", "Exact", "exact"),
    at("/a/b", "ImplementationSpecific", "own"),
  );
  const hosts = [
    host("", at("/", "Prefix", "any")),
    host("*.a.com", at("/", "Prefix", "wild")),
    host("x.a.com", at("/only", "Prefix", "very")),
  ];
  test.each<[string, object, Partial<RequestShape>, string]>([
    ["an exact path", { rules: [paths] }, { path: "/a" }, "exact 1"],
    ["a prefix by elements", { rules: [paths] }, { path: "/a/" }, "prefix 1"],
    ["not within one", { rules: [paths] }, { path: "/ab" }, "all 1"],
    ["a path of its implementation", { rules: [paths] }, { path: "/a/b/c" }, "own 1"],
    ["any host", { rules: hosts }, { host: "b.com" }, "any 1"],
    ["a wildcard of one label", { rules: hosts }, { host: "y.a.com" }, "wild 1"],
    ["not of two", { rules: hosts }, { host: "y.z.a.com" }, "any 1"],
    ["the very host", { rules: hosts }, { host: "x.a.com", path: "/only/x" }, "very 1"],
    ["whose other paths nobody has", { rules: hosts }, { host: "x.a.com" }, "- 1 noRoute"],
    [
      "but a default backend",
      { rules: hosts, defaultBackend: backend("rest") },
      { host: "x.a.com" },
      "rest 1",
    ],
    [
      "a default backend alone",
      { defaultBackend: backend("rest", { name: "http" }) },
      {},
      "rest 1",
    ],
    ["a Service that is not there", { defaultBackend: backend("gone") }, {}, "gone 1 noBackend"],
    [
      "a port that is not there",
      { defaultBackend: backend("web", { name: "x" }) },
      {},
      "web 1 noBackend",
    ],
    [
      "what is no Service",
      { defaultBackend: { resource: { kind: "Bucket", name: "b" } } },
      {},
      "- 1 noBackend",
    ],
  ])("%s", (_, spec, request, expected) => {
    expect(ofIngress(spec, request)).toBe(expected);
  });
});
