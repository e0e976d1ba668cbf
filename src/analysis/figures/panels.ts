import type { Spec } from "./figure.js";
import { PLOT_HEIGHT, PLOT_WIDTH } from "./theme.js";

/** Height of a plot that is one of several. */
const PANEL_HEIGHT = 110;

/** The layers in one plot, or in one a panel, below each other so that they keep to a column. */
export function inPanels(
  layers: readonly Spec[],
  panels: readonly string[],
  size: { readonly height?: number; readonly scales?: "shared" | "independent" } = {},
): Spec {
  const layer = layers.length === 1 ? layers[0]! : { layer: layers };
  if (panels.length < 2) {
    return { width: PLOT_WIDTH, height: size.height ?? PLOT_HEIGHT, ...layer };
  }
  return {
    facet: { field: "panel", type: "nominal", title: null, sort: panels },
    columns: 1,
    spec: { width: PLOT_WIDTH, height: size.height ?? PANEL_HEIGHT, ...layer },
    ...(size.scales === "independent" ? { resolve: { scale: { y: "independent" } } } : {}),
  };
}
