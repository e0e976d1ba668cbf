import { expect, test } from "vitest";
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  portNameErrors,
  qualifiedNameErrors,
} from "../../src/api/label-validation.js";

const rules = {
  "DNS label": dns1123LabelErrors,
  "DNS label that starts with a letter": dns1035LabelErrors,
  "DNS subdomain": dns1123SubdomainErrors,
  "qualified name": qualifiedNameErrors,
  "label value": labelValueErrors,
  "port name": portNameErrors,
};

test.each([
  ["DNS label", "a-1", true],
  ["DNS label", "1a", true],
  ["DNS label", "A", false],
  ["DNS label", "a.b", false],
  ["DNS label", "a-", false],
  ["DNS label", "", false],
  ["DNS label", "a".repeat(63), true],
  ["DNS label", "a".repeat(64), false],
  ["DNS label that starts with a letter", "a1", true],
  ["DNS label that starts with a letter", "1a", false],
  ["DNS subdomain", "a.b-c.d", true],
  ["DNS subdomain", "a..b", false],
  ["DNS subdomain", "a".repeat(253), true],
  ["DNS subdomain", "a".repeat(254), false],
  ["qualified name", "app", true],
  ["qualified name", "example.com/App_1.x", true],
  ["qualified name", "/app", false],
  ["qualified name", "example.com/", false],
  ["qualified name", "a/b/c", false],
  ["qualified name", "Example.com/a", false],
  ["qualified name", `example.com/${"a".repeat(63)}`, true],
  ["qualified name", "a".repeat(64), false],
  ["label value", "", true],
  ["label value", "A_b.c-1", true],
  ["label value", ".a", false],
  ["label value", "a b", false],
  ["label value", "a".repeat(64), false],
  ["port name", "http", true],
  ["port name", "8080", false],
  ["port name", "a--b", false],
  ["port name", "-a", false],
  ["port name", "a".repeat(16), false],
] as const)("%s: %j is good: %s", (rule, text, good) => {
  expect(rules[rule](text).length === 0, rules[rule](text).join("; ")).toBe(good);
});
