import type { BindPlugin, Result } from "../../framework/interfaces.js";

/** Binds through the API's Binding subresource, which whoever runs the cycle writes. */
export class DefaultBinder implements BindPlugin {
  readonly name = "DefaultBinder";

  bind(): Result {
    return null;
  }
}
