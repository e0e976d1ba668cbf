/** Width of a plot in pixels: with its axis it fills a column of a two-column paper (3.3 inches). */
export const PLOT_WIDTH = 260;
export const PLOT_HEIGHT = 150;

/** Measured when figures are laid out, and laid into PNG and PDF files: the layout depends on no machine. */
export const FONT = "DejaVu Sans";
const FONT_STACK = `${FONT}, Verdana, Geneva, sans-serif`;

/** Okabe and Ito's colours, which people with any colour vision tell apart, without its yellow, which white paper swallows. */
export const COLOURS = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
] as const;

const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [5, 2],
  [2, 2],
  [7, 2, 2, 2],
  [3, 1],
  [1, 2],
];

/** Runs of values from low to high that read in grey and for the colour-blind alike. */
export const HEAT = "viridis";

const INK = "#222222";
const FAINT = "#dddddd";
const FONT_SIZE = 10;

/** What all figures share. */
export const CONFIG = {
  background: "white",
  font: FONT_STACK,
  view: { stroke: null, continuousWidth: PLOT_WIDTH, continuousHeight: PLOT_HEIGHT },
  title: { fontSize: FONT_SIZE + 1, fontWeight: "bold", color: INK, anchor: "start" },
  axis: {
    labelFontSize: FONT_SIZE - 1,
    titleFontSize: FONT_SIZE,
    titleFontWeight: "normal",
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridColor: FAINT,
    gridWidth: 0.5,
    labelLimit: 140,
    titleLimit: 300,
  },
  legend: {
    labelFontSize: FONT_SIZE - 1,
    titleFontSize: FONT_SIZE,
    titleFontWeight: "normal",
    labelColor: INK,
    titleColor: INK,
    labelLimit: 240,
    orient: "bottom",
    columns: 2,
    symbolStrokeWidth: 2,
    symbolOpacity: 1,
  },
  header: {
    labelFontSize: FONT_SIZE,
    titleFontSize: FONT_SIZE,
    labelColor: INK,
    titleColor: INK,
    titleFontWeight: "normal",
    labelLimit: 260,
  },
  range: { category: COLOURS },
} as const;

/** Colour, and dashes of lines, by variant in a fixed order: the same variant looks the same in every figure. */
export function variantColour(labels: readonly string[]) {
  return {
    field: "variant",
    type: "nominal",
    title: null,
    scale: { domain: labels, range: labels.map((_, i) => COLOURS[i % COLOURS.length]!) },
    ...(labels.length < 2 ? { legend: null } : {}),
  };
}

export function variantDash(labels: readonly string[]) {
  return {
    field: "variant",
    type: "nominal",
    title: null,
    scale: { domain: labels, range: labels.map((_, i) => DASHES[i % DASHES.length]!) },
    ...(labels.length < 2 ? { legend: null } : {}),
  };
}
