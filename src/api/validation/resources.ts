import { nearName } from "../../base/near-name.js";
import type { ResourceList, ResourceRequirements } from "../kubernetes.js";
import { qualifiedNameErrors } from "../label-validation.js";
import { type Quantity, mustParseQuantity } from "../quantity.js";
import { FieldIssues } from "./field-issue.js";

const HUGE_PAGES = "hugepages-";
export const STANDARD_RESOURCES = ["cpu", "memory", "ephemeral-storage"];

/** A resource of a device plugin or of the cluster's owner: its name has a foreign domain. */
function isExtendedResource(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith("requests.");
}

/** True for what cannot be shared out beyond what there is: request and limit must be equal. */
function isNotOvercommittable(name: string): boolean {
  return name.startsWith(HUGE_PAGES) || isExtendedResource(name);
}

/** Whether a container may ask for a resource of that name. */
export function isContainerResource(name: string): boolean {
  const issues = new FieldIssues();
  validateContainerResourceName(name, "", issues);
  return issues.list.length === 0;
}

export function validateContainerResourceName(
  name: string,
  path: string,
  issues: FieldIssues,
): void {
  const reasons = qualifiedNameErrors(name);
  issues.invalidFor(path, name, reasons);
  if (reasons.length > 0) return;
  if (!name.includes("/")) {
    if (!STANDARD_RESOURCES.includes(name) && !name.startsWith(HUGE_PAGES)) {
      const detail = "must be a standard resource for containers, or have a domain";
      issues.invalid(path, name, `${detail}${hintFor(name, STANDARD_RESOURCES)}`);
    }
  } else if (!name.includes("kubernetes.io/") && !isExtendedResource(name)) {
    issues.invalid(path, name, "doesn't follow extended resource name standard");
  }
}

/** What a quota may limit besides what has a domain. Source: Kubernetes, "Resource Quotas". */
const COUNTED = [
  ...["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps"],
  ...["persistentvolumeclaims", "services.nodeports", "services.loadbalancers"],
];
const QUOTA_RESOURCES = [
  ...[...STANDARD_RESOURCES, "requests.storage"],
  ...STANDARD_RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  ...COUNTED,
];

/** Names and amounts of what a quota limits. */
export function validateQuotaAmounts(
  list: ResourceList | undefined,
  path: string,
  issues: FieldIssues,
): void {
  validateAmounts(list, path, issues);
  for (const [name, quantity] of parseList(list, path).amounts) {
    const at = `${path}[${name}]`;
    const isHugePages = /^(requests\.)?hugepages-/.test(name);
    if (!name.includes("/") && !isHugePages && !QUOTA_RESOURCES.includes(name)) {
      const detail = "must be a standard resource for quotas";
      issues.invalid(at, name, `${detail}${hintFor(name, QUOTA_RESOURCES)}`);
    }
    if (name !== "pods" && COUNTED.includes(name) && !quantity.roundUp(0).exact) {
      issues.invalid(at, quantity.toString(), "must be an integer");
    }
  }
}

/** `; did you mean …?` where one is near, whatever its case. */
export function hintFor(name: string, known: readonly string[]): string {
  const inCase = known.find((one) => one.toLowerCase() === name.toLowerCase());
  const meant = inCase ?? nearName(name, known, 2);
  return meant === "" ? "" : `; did you mean \`${meant}\`?`;
}

/** An amount is not negative, and whole where parts of the resource make no sense. */
function validateAmount(name: string, quantity: Quantity, path: string, issues: FieldIssues): void {
  const text = quantity.toString();
  if (quantity.sign < 0) issues.invalid(path, text, "must be greater than or equal to 0");
  if ((isExtendedResource(name) || name === "pods") && !quantity.roundUp(0).exact) {
    issues.invalid(path, text, "must be an integer");
  }
}

function validateHugePages(
  name: string,
  quantity: Quantity,
  path: string,
  issues: FieldIssues,
): void {
  const size = mustParseQuantityOrNull(name.slice(HUGE_PAGES.length));
  if (size === null || size.sign <= 0) return;
  if (quantity.value() % size.value() !== 0n) {
    issues.invalid(path, quantity.toString(), "must be a multiple of the page size");
  }
}

function mustParseQuantityOrNull(text: string): Quantity | null {
  return /^[0-9]+[KMGTPE]?i?$/.test(text) ? mustParseQuantity(text) : null;
}

interface Parsed {
  readonly path: string;
  readonly amounts: ReadonlyMap<string, Quantity>;
}

function parseList(list: ResourceList | undefined, path: string): Parsed {
  const entries = Object.entries(list ?? {});
  return { path, amounts: new Map(entries.map(([name, q]) => [name, mustParseQuantity(q)])) };
}

function validateList({ path, amounts }: Parsed, issues: FieldIssues): void {
  for (const [name, quantity] of amounts) {
    const at = `${path}[${name}]`;
    validateContainerResourceName(name, at, issues);
    validateAmount(name, quantity, at, issues);
    if (name.startsWith(HUGE_PAGES)) validateHugePages(name, quantity, at, issues);
  }
}

/** Requests and limits of a container (or of a pod as a whole). */
export function validateResources(
  resources: ResourceRequirements,
  path: string,
  issues: FieldIssues,
): void {
  const limits = parseList(resources.limits, `${path}.limits`);
  const requests = parseList(resources.requests, `${path}.requests`);
  validateList(limits, issues);
  validateList(requests, issues);
  for (const [name, request] of requests.amounts) {
    const at = `${requests.path}[${name}]`;
    const limit = limits.amounts.get(name);
    if (limit === undefined) {
      if (isNotOvercommittable(name)) {
        issues.required(
          `${limits.path}[${name}]`,
          "limit must be set for a resource that cannot be overcommitted",
        );
      }
    } else if (isNotOvercommittable(name) && request.compare(limit) !== 0) {
      issues.invalid(at, request.toString(), `must be equal to the ${name} limit of ${limit}`);
    } else if (request.compare(limit) > 0) {
      const detail = `must be less than or equal to ${name} limit of ${limit}`;
      issues.invalid(at, request.toString(), detail);
    }
  }
  const names = [...limits.amounts.keys(), ...requests.amounts.keys()];
  const hugePages = names.some((name) => name.startsWith(HUGE_PAGES));
  if (hugePages && !names.includes("cpu") && !names.includes("memory")) {
    issues.forbidden(path, "HugePages require cpu or memory");
  }
}

/** Amounts of any resource: capacity of a node, overhead of a pod, a quota. */
export function validateAmounts(
  list: ResourceList | undefined,
  path: string,
  issues: FieldIssues,
): void {
  for (const [name, quantity] of parseList(list, path).amounts) {
    issues.invalidFor(`${path}[${name}]`, name, qualifiedNameErrors(name));
    validateAmount(name, quantity, `${path}[${name}]`, issues);
  }
}
