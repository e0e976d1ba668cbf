import type { ServiceSpec } from "../../api/schemas/types.js";
import type { ServiceName } from "../cluster/service-name.js";
import type { Backend } from "../cluster/traffic-spec.js";

/** A port of a Service as a route names it. */
export interface RoutePort {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
}

/** Whether there is a Service of that name with that port. */
export type FindService = (service: ServiceName, port: RoutePort) => boolean;

/** Nothing is said of such requests: 404. */
export const NO_ROUTE: Backend = Object.freeze({ to: null, weight: 1, lacks: "noRoute" });
/** They are meant for nothing that there is: 500. */
export const NO_BACKEND: Backend = Object.freeze({ to: null, weight: 1, lacks: "noBackend" });

export function serviceBackend(
  to: ServiceName,
  port: RoutePort,
  weight: number,
  find: FindService,
): Backend {
  return find(to, port) ? { to, weight } : { to, weight, lacks: "noBackend" };
}

/** A Service without ports is a headless one, which has them all. */
export function hasPort({ ports = [] }: ServiceSpec, { name, number }: RoutePort): boolean {
  if (ports.length === 0) return true;
  return ports.some((one) => (name === undefined ? one.port === number : one.name === name));
}
