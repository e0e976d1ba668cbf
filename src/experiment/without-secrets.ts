/** Annotations that mean something to what is modelled; all others may hold anything. */
const KEPT_ANNOTATIONS = new RegExp(
  `^(?:${[
    "deployment\\.kubernetes\\.io/.+",
    "deprecated\\.(?:daemonset|deployment)\\..+",
    "batch\\.kubernetes\\.io/.+",
    "autoscaling\\.alpha\\.kubernetes\\.io/(?:metrics|behavior)",
    "autoscaling\\.keda\\.sh/.+",
    "resource\\.kubernetes\\.io/.+",
    "seatrial\\.dev/.+",
    "kubectl\\.kubernetes\\.io/(?:restartedAt|default-container)",
    "controller\\.kubernetes\\.io/pod-deletion-cost",
    "storageclass\\.(?:beta\\.)?kubernetes\\.io/is-default-class",
    "storage\\.alpha\\.kubernetes\\.io/migrated-plugins",
    "pv\\.kubernetes\\.io/.+",
    "volume\\.(?:beta\\.)?kubernetes\\.io/.+",
    "kubernetes\\.io/config\\.mirror",
  ].join("|")})$`,
);

type Json = Readonly<Record<string, unknown>>;

/**
 * A copy of plain data without what must not go into any output: the data of Secrets and ConfigMaps,
 * the values of environment variables, annotations of others. `fileName` is applied to the values of
 * fields named `file`.
 */
export function withoutSecrets(value: unknown, fileName: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, fileName));
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return withoutSecrets(Object.fromEntries(value), fileName);
  const object = value as Json;
  const isHeld = isSecret(object);
  const entries = Object.entries(object).flatMap(([key, inner]): [string, unknown][] => {
    if (isHeld && (key === "data" || key === "stringData" || key === "binaryData")) return [];
    if (key === "env" && Array.isArray(inner)) return [[key, inner.map(withoutValue)]];
    if (key === "annotations") return [[key, keptAnnotations(inner)]];
    if (key === "patch" && isSecret((object.target ?? {}) as Json)) return [];
    if (key === "file" && typeof inner === "string") return [[key, fileName(inner)]];
    return [[key, withoutSecrets(inner, fileName)]];
  });
  return Object.fromEntries(entries);
}

function isSecret(object: Json): boolean {
  return object.kind === "Secret" || object.kind === "ConfigMap";
}

function withoutValue(variable: unknown): unknown {
  if (typeof variable !== "object" || variable === null) return null;
  const { value: _, ...rest } = variable as Json;
  return rest;
}

function keptAnnotations(annotations: unknown): unknown {
  if (typeof annotations !== "object" || annotations === null) return annotations;
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => KEPT_ANNOTATIONS.test(key)),
  );
}
