import type { Container } from "../kubernetes.js";
import { each, fill, within } from "./fill.js";

type Probe = NonNullable<Container["readinessProbe"]>;
type HttpGet = NonNullable<Probe["httpGet"]>;

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

/** Always for the tag `latest` or no tag and digest, else IfNotPresent. */
function pullPolicy(image: string): "Always" | "IfNotPresent" {
  const [reference = "", digest] = image.split("@");
  const path = reference.slice(reference.lastIndexOf("/") + 1);
  const colon = path.indexOf(":");
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  return tag === "latest" || (tag === undefined && digest === undefined)
    ? "Always"
    : "IfNotPresent";
}

function defaultHttpGet(get: HttpGet): HttpGet {
  return fill(get, { path: "/", scheme: "HTTP" });
}

function defaultProbe(probe: Probe): Probe {
  const filled = fill(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return within(filled, "httpGet", defaultHttpGet);
}

/** What the API server fills in for a container of a pod or of a template. */
export function defaultContainer(container: Container): Container {
  let filled = fill(container, {
    imagePullPolicy: pullPolicy(container.image ?? ""),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: {},
  });
  filled = within(filled, "ports", (ports) =>
    each(ports, (port) => fill(port, { protocol: "TCP" })),
  );
  for (const probe of PROBES) filled = within(filled, probe, defaultProbe);
  return filled;
}

/** A request for each resource that only has a limit. */
export function withRequestsFromLimits(container: Container): Container {
  return within(container, "resources", (resources) => {
    const limits = resources.limits;
    if (limits === undefined || Object.keys(limits).length === 0) return resources;
    return within(fill(resources, { requests: limits }), "requests", (requests) =>
      fill(requests, limits),
    );
  });
}

/** In a pod on the host's network each port is the host's. */
export function withHostPorts(container: Container): Container {
  return within(container, "ports", (ports) =>
    each(ports, (port) =>
      port.hostPort === undefined || port.hostPort === 0
        ? { ...port, hostPort: port.containerPort }
        : port,
    ),
  );
}
