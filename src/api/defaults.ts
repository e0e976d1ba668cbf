import { KINDS, type Kind, type SpecOf } from "./kinds.js";

/**
 * `spec` with what the API server fills in before it stores an object of that kind. The input is not
 * changed, and is given back itself when nothing was missing.
 *
 * Source: the defaulting functions of Kubernetes' v1 API groups; the field documentation of the API
 * reference names the same values.
 */
export function defaultSpec<K extends Kind>(kind: K, spec: SpecOf[K]): SpecOf[K] {
  return KINDS[kind].defaults?.(spec) ?? spec;
}
