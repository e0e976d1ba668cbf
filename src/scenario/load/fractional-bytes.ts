import { kindNamed } from "../../api/kinds.js";
import type { Manifest, PodSpec } from "../../api/kubernetes.js";
import { parseQuantity, Quantity } from "../../api/quantity.js";
import { valueAt } from "./value-path.js";
import type { ObjectFlaw } from "./object-flaw.js";

const MAY_BE_FRACTION = /[.mun]|e-/;
const BYTES = ["memory", "ephemeral-storage"];

/**
 * Amounts of bytes in pods and pod templates that are no whole number, such as a memory of `500m`: the API
 * server takes them with a warning. The manifest's fields have the right types.
 *
 * Source: Kubernetes, warningsForPodSpecAndMeta (v1.37).
 */
export function fractionalBytes(manifest: Manifest): readonly ObjectFlaw[] {
  const path = kindNamed(manifest.kind)?.podSpecPath;
  const spec = path === undefined ? undefined : (valueAt(manifest, path) as PodSpec | null);
  if (path === undefined || spec == null) return [];
  return (["initContainers", "containers"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container, i) =>
      (["requests", "limits"] as const).flatMap((side) =>
        BYTES.flatMap((name): ObjectFlaw[] => {
          const amount = String(container?.resources?.[side]?.[name] ?? "");
          if (!MAY_BE_FRACTION.test(amount)) return [];
          const quantity = parseQuantity(amount);
          if (!(quantity instanceof Quantity) || quantity.roundUp(0).exact) return [];
          const meant = amount.endsWith("m") ? `: did you mean \`${amount.slice(0, -1)}Mi\`?` : "";
          const message = `is no whole number of bytes${meant}`;
          return [{ path: [...path, list, i, "resources", side, name], message }];
        }),
      ),
    ),
  );
}
