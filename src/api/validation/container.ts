import type { Container, ContainerPort, PodSpec } from "../kubernetes.js";
import { dns1123LabelErrors, portNameErrors } from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";
import { validateClaimReferences } from "./resource-claims.js";
import { validateResources } from "./resources.js";

type Probe = NonNullable<Container["readinessProbe"]>;

const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;
const PORT = { min: 1, max: 65_535 } as const;
const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
const PROBE_ACTIONS = ["exec", "httpGet", "tcpSocket", "grpc"] as const;
const LIFE_FIELDS = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const;

export function validatePortNumber(
  field: string,
  port: number | undefined,
  issues: FieldIssues,
): void {
  issues.inRange(field, port, PORT);
}

function validatePorts(
  ports: readonly ContainerPort[],
  path: string,
  { hostNetwork, issues }: { hostNetwork: boolean; issues: FieldIssues },
): void {
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = `${path}[${i}]`;
    if (port.name) {
      issues.invalidFor(`${at}.name`, port.name, portNameErrors(port.name));
      if (names.has(port.name)) issues.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    if (port.containerPort === undefined || port.containerPort === 0) {
      issues.required(`${at}.containerPort`);
    } else validatePortNumber(`${at}.containerPort`, port.containerPort, issues);
    if (port.hostPort !== undefined && port.hostPort !== 0) {
      validatePortNumber(`${at}.hostPort`, port.hostPort, issues);
      if (hostNetwork && port.hostPort !== port.containerPort) {
        const detail = "must match `containerPort` when `hostNetwork` is true";
        issues.invalid(`${at}.hostPort`, port.hostPort, detail);
      }
    }
    if (port.protocol !== undefined) issues.oneOf(`${at}.protocol`, port.protocol, PROTOCOLS);
  });
}

/** Two containers of a pod cannot have one port of the host. */
function validateHostPorts(
  containers: readonly Container[],
  path: string,
  issues: FieldIssues,
): void {
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    (container.ports ?? []).forEach((port, j) => {
      if (!port.hostPort) return;
      const key = `${port.protocol ?? "TCP"}/${port.hostIP ?? ""}/${port.hostPort}`;
      if (taken.has(key)) issues.duplicate(`${path}[${i}].ports[${j}].hostPort`, key);
      taken.add(key);
    });
  });
}

function validateProbe(
  probe: Probe,
  path: string,
  { name, issues }: { name: string; issues: FieldIssues },
): void {
  const actions = PROBE_ACTIONS.filter(
    (action) => probe[action] !== undefined && probe[action] !== null,
  );
  if (actions.length === 0) issues.required(path, "must specify a handler type");
  for (const action of actions.slice(1)) {
    issues.forbidden(`${path}.${action}`, "may not specify more than 1 handler type");
  }
  issues.notNegative(`${path}.initialDelaySeconds`, probe.initialDelaySeconds);
  issues.notNegative(`${path}.timeoutSeconds`, probe.timeoutSeconds);
  issues.notNegative(`${path}.periodSeconds`, probe.periodSeconds);
  issues.notNegative(`${path}.successThreshold`, probe.successThreshold);
  issues.notNegative(`${path}.failureThreshold`, probe.failureThreshold);
  const grace = probe.terminationGracePeriodSeconds ?? undefined;
  if (name === "readinessProbe") {
    if (grace !== undefined) {
      const detail = "must not be set for readinessProbes";
      issues.invalid(`${path}.terminationGracePeriodSeconds`, grace, detail);
    }
    return;
  }
  if (grace !== undefined && grace <= 0) {
    issues.invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than 0");
  }
  if (probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    issues.invalid(`${path}.successThreshold`, probe.successThreshold, "must be 1");
  }
}

function validateProbes(container: Container, path: string, issues: FieldIssues): void {
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
    const probe = container[name];
    if (probe) validateProbe(probe, `${path}.${name}`, { name, issues });
  }
}

/** What the version lets containers say of their own restarts. */
export interface RestartOptions {
  /** Containers may have a restartPolicy and restartPolicyRules of their own. */
  readonly containerRestartRules?: boolean;
  /** A rule may restart all containers of the pod, and sidecars may have rules. */
  readonly restartsAllContainers?: boolean;
}

interface ContainerContext {
  readonly options: RestartOptions;
  readonly hostNetwork: boolean;
  readonly volumes: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly names: Set<string>;
  readonly issues: FieldIssues;
}

function validateMounts(container: Container, path: string, context: ContainerContext): void {
  const { issues, volumes } = context;
  const paths = new Set<string>();
  (container.volumeMounts ?? []).forEach((mount, i) => {
    const at = `${path}.volumeMounts[${i}]`;
    if (!mount.name) issues.required(`${at}.name`);
    else if (!volumes.has(mount.name)) issues.notFound(`${at}.name`, mount.name);
    if (!mount.mountPath) issues.required(`${at}.mountPath`);
    else if (paths.has(mount.mountPath)) {
      issues.invalid(`${at}.mountPath`, mount.mountPath, "must be unique");
    }
    paths.add(mount.mountPath);
  });
}

function validateContainer(container: Container, path: string, context: ContainerContext): void {
  const { issues, names, hostNetwork } = context;
  if (!container.name) issues.required(`${path}.name`);
  else {
    issues.invalidFor(`${path}.name`, container.name, dns1123LabelErrors(container.name));
    if (names.has(container.name)) issues.duplicate(`${path}.name`, container.name);
    names.add(container.name);
  }
  const image = container.image ?? "";
  if (image === "") issues.required(`${path}.image`);
  else if (image !== image.trim()) {
    issues.invalid(`${path}.image`, image, "must not have leading or trailing whitespace");
  }
  if (container.imagePullPolicy !== undefined) {
    const policies = ["Always", "IfNotPresent", "Never"];
    issues.oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, policies);
  }
  validatePorts(container.ports ?? [], `${path}.ports`, { hostNetwork, issues });
  (container.env ?? []).forEach((variable, i) => {
    if (!variable.name) issues.required(`${path}.env[${i}].name`);
  });
  validateMounts(container, path, context);
  validateResources(container.resources ?? {}, `${path}.resources`, issues);
  const used = container.resources?.claims ?? [];
  validateClaimReferences(used, `${path}.resources.claims`, context);
}

function validateInitContainer(
  container: Container,
  path: string,
  { issues, options }: ContainerContext,
): void {
  const policy = container.restartPolicy ?? undefined;
  if (policy === "Always") {
    validateProbes(container, path, issues);
    if (options.restartsAllContainers === true) validateRestarts(container, path, issues, options);
    else if (rulesOf(container).length > 0) {
      const detail = "are not allowed for init containers with restart policy Always";
      issues.forbidden(`${path}.restartPolicyRules`, detail);
    }
    return;
  }
  if (options.containerRestartRules === true) validateRestarts(container, path, issues, options);
  else if (policy !== undefined) issues.oneOf(`${path}.restartPolicy`, policy, ["Always"]);
  for (const field of LIFE_FIELDS) {
    if (container[field]) {
      issues.forbidden(
        `${path}.${field}`,
        "may not be set for init containers without restartPolicy=Always",
      );
    }
  }
}

interface RestartRule {
  readonly action?: string;
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] };
}

/** None where the version does not have them: the API server drops the field. */
function rulesOf(container: Container): readonly RestartRule[] {
  return (
    (container as { readonly restartPolicyRules?: readonly RestartRule[] }).restartPolicyRules ?? []
  );
}

/** A policy of the container's own, and which exit codes restart it, or all of its pod. KEP-5307, KEP-5532. */
function validateRestarts(
  container: Container,
  path: string,
  issues: FieldIssues,
  { restartsAllContainers }: RestartOptions,
): void {
  const at = `${path}.restartPolicy`;
  const rules = rulesOf(container);
  const policy = container.restartPolicy ?? undefined;
  if (policy !== undefined) issues.oneOf(at, policy, ["Always", "Never", "OnFailure"]);
  else if (rules.length > 0) {
    issues.required(at, "must specify restartPolicy when restart rules are used");
  }
  if (rules.length > MAX_RESTART_RULES) {
    const detail = `must have at most ${MAX_RESTART_RULES} items`;
    issues.invalid(`${path}.restartPolicyRules`, rules.length, detail);
  }
  rules.forEach(({ action, exitCodes }, i) => {
    const rule = `${path}.restartPolicyRules[${i}]`;
    const actions = [
      "Restart",
      ...(restartsAllContainers === true ? ["RestartAllContainers"] : []),
    ];
    issues.oneOf(`${rule}.action`, action, actions);
    if (exitCodes == null) issues.required(`${rule}.exitCodes`, "must be specified");
    else {
      issues.oneOf(`${rule}.exitCodes.operator`, exitCodes.operator, ["In", "NotIn"]);
      const { length } = exitCodes.values ?? [];
      if (length > MAX_EXIT_CODES) {
        const detail = `must have at most ${MAX_EXIT_CODES} items`;
        issues.invalid(`${rule}.exitCodes.values`, length, detail);
      }
    }
  });
}

/** Containers and init containers of a pod or template. With the names of its volumes and claims. */
export function validateContainers(
  spec: PodSpec,
  path: string,
  pod: Pick<ContainerContext, "volumes" | "claims" | "issues" | "options">,
): void {
  const { issues } = pod;
  const { volumes, claims, options } = pod;
  const hostNetwork = spec.hostNetwork === true;
  const context = { volumes, claims, issues, options, hostNetwork, names: new Set<string>() };
  const containers = spec.containers ?? [];
  if (containers.length === 0) issues.required(`${path}.containers`);
  containers.forEach((container, i) => {
    const at = `${path}.containers[${i}]`;
    validateContainer(container, at, context);
    validateProbes(container, at, issues);
    const { options } = pod;
    if (options.containerRestartRules === true) validateRestarts(container, at, issues, options);
    else if (container.restartPolicy != null) {
      issues.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers");
    }
  });
  validateHostPorts(containers, `${path}.containers`, issues);
  (spec.initContainers ?? []).forEach((container, i) => {
    const at = `${path}.initContainers[${i}]`;
    validateContainer(container, at, context);
    validateInitContainer(container, at, context);
  });
}
