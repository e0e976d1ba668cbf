import { deepEqual } from "../../api/deep-equal.js";
import type { Informer } from "../../store/informer.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { Backends, RouteEntry } from "../cluster/traffic-spec.js";
import { httpRouteBackends } from "./http-route-backends.js";
import { ingressBackends } from "./ingress-backends.js";
import { type FindService, hasPort, NO_ROUTE } from "./route-backend.js";

interface Entered {
  readonly entry: RouteEntry;
  backends: Backends;
}

interface RouteViewOptions {
  /** Those of who turns routes into a proxy's rules. */
  readonly informers: InformerFactory;
  /** The requests of a traffic are shared like this from now on. */
  readonly changed: (traffic: string, backends: Backends) => void;
}

/**
 * Where Ingresses and HTTPRoutes send requests, as a gateway's controller sees them: it takes over what its watches
 * bring at once, and all of its proxies count as one.
 */
export class RouteView {
  private readonly entered = new Map<string, Entered>();
  private readonly routes: Informer<"HTTPRoute">;
  private readonly ingresses: Informer<"Ingress">;
  private readonly services: Informer<"Service">;

  constructor(private readonly options: RouteViewOptions) {
    const { informers } = options;
    this.routes = informers.informer("HTTPRoute");
    this.ingresses = informers.informer("Ingress");
    this.services = informers.informer("Service");
  }

  /** Follows the route through which a traffic comes; answers where it leads now. */
  enter(traffic: string, entry: RouteEntry): Backends {
    const backends = this.backendsOf(entry);
    this.entered.set(traffic, { entry, backends });
    return backends;
  }

  /** The requests of a traffic go elsewhere, whatever routes say. */
  leave(traffic: string): void {
    this.entered.delete(traffic);
  }

  start(): void {
    const look = () => this.lookAgain();
    this.routes.addHandler({ added: look, updated: look, deleted: look });
    this.ingresses.addHandler({ added: look, updated: look, deleted: look });
    this.services.addHandler({ added: look, updated: look, deleted: look });
  }

  private lookAgain(): void {
    for (const [traffic, entered] of this.entered) {
      const backends = this.backendsOf(entered.entry);
      if (deepEqual(backends, entered.backends)) continue;
      entered.backends = backends;
      this.options.changed(traffic, backends);
    }
  }

  private backendsOf({ kind, namespace, name, request }: RouteEntry): Backends {
    const find: FindService = (service, port) => {
      const found = this.services.find(service.namespace, service.name);
      return found !== undefined && hasPort(found.spec, port);
    };
    if (kind === "Ingress") {
      const found = this.ingresses.find(namespace, name);
      return found === undefined
        ? [NO_ROUTE]
        : ingressBackends(found.spec, namespace, request, find);
    }
    const found = this.routes.find(namespace, name);
    return found === undefined
      ? [NO_ROUTE]
      : httpRouteBackends(found.spec, namespace, request, find);
  }
}
