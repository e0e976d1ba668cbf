import type { Client } from "../store/client.js";
import type { Controller, ControllerOptions } from "./controller.js";
import { CONTROLLERS } from "./registry.js";

export interface ControllerManagerOptions extends Omit<ControllerOptions, "client"> {
  /** A connection of that name: each controller has a rate limit of its own, as upstream. */
  readonly newClient: (name: string) => Client;
}

/** The kube-controller-manager: all controllers of the registry. */
export class ControllerManager implements Controller {
  private readonly controllers: readonly Controller[];

  constructor({ newClient, ...options }: ControllerManagerOptions) {
    this.controllers = Object.entries(CONTROLLERS).map(
      ([name, Class]) => new Class({ ...options, client: newClient(name) }),
    );
  }

  start(): void {
    for (const controller of this.controllers) controller.start();
  }
}
