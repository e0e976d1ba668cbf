import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import PDFDocument from "pdfkit";
import SVGtoPDF from "svg-to-pdfkit";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { csvText } from "../../experiment/csv-file.js";
import type { Figure, Spec } from "./figure.js";
import { CONFIG, FONT } from "./theme.js";

export type PictureFormat = "svg" | "png" | "pdf";

/** Dots a pixel: 288 an inch, for print. */
const PNG_SCALE = 3;
const POINTS_PER_PIXEL = 0.75;
const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

const require = createRequire(import.meta.url);
const fontFile = (name: string) => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** The figure as a specification of vega-lite that reads its data from the file `dataFile`. */
export function specText(figure: Figure, dataFile: string): string {
  const numbers = figure.data.columns.filter((_, c) =>
    figure.data.rows.some((row) => typeof row[c] === "number"),
  );
  const parse = Object.fromEntries(numbers.map((column) => [column, "number"]));
  const data = { url: dataFile, format: { type: "csv", parse } };
  const { notes, description } = figure;
  const spec = { $schema: SCHEMA, description, usermeta: { notes }, config: CONFIG, data };
  return `${JSON.stringify({ ...spec, ...figure.spec }, null, 2)}\n`;
}

/** The tidy data as CSV. */
export function dataText({ data }: Figure): string {
  return csvText([data.columns, ...data.rows]);
}

/**
 * The specification of vega, which `vega-lite` compiles, with the data in it; with `answers` marks tell their data to whoever
 * points at them.
 */
export function vegaSpec(figure: Figure, { answers = false } = {}): vega.Spec {
  const { columns, rows } = figure.data;
  const values = rows.map((row) =>
    Object.fromEntries(columns.map((column, c) => [column, Number.isNaN(row[c]) ? null : row[c]])),
  );
  const config = answers
    ? { ...CONFIG, background: "transparent", mark: { tooltip: { content: "data" } } }
    : CONFIG;
  const whole: Spec = { config, data: { values }, ...figure.spec };
  const warnings: string[] = [];
  const compiled = compile(whole as unknown as TopLevelSpec, { logger: collecting(warnings) }).spec;
  if (warnings.length > 0) throw new Error(`vega-lite: ${warnings.join("; ")}`);
  return { ...compiled, description: figure.description };
}

/** The picture as SVG: the same bytes for the same figure, whatever was drawn before. */
export async function svgOf(figure: Figure, widthOf: TextWidth): Promise<string> {
  library.textMetrics.width = widthOf;
  library.resetSVGDefIds();
  const view = new vega.View(vega.parse(vegaSpec(figure)), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  // What vega calls a solid line is to some readers of SVG a wrong pattern.
  return `${svg.replaceAll(' stroke-dasharray="1,0"', "")}\n`;
}

export function pngOf(svg: string): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: PNG_SCALE },
    background: "white",
    font: {
      loadSystemFonts: false,
      fontFiles: [fontFile("DejaVuSans"), fontFile("DejaVuSans-Bold")],
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
    },
  });
  return picture.render().asPng();
}

/** The picture as a PDF page of its size, with its font; the date is left out, for the bytes. */
export async function pdfOf(svg: string): Promise<Uint8Array> {
  const [width, height] = sizeOf(svg).map((pixels) => pixels * POINTS_PER_PIXEL);
  const document = new PDFDocument({
    size: [width!, height!],
    margin: 0,
    info: {
      CreationDate: new Date(0),
      ModDate: new Date(0),
      Producer: "seatrial",
      Creator: "seatrial",
    },
  });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => {
    document.on("end", resolve);
    document.on("error", reject);
  });
  registerFonts(document);
  SVGtoPDF(document, svg, 0, 0, {
    width: width!,
    height: height!,
    assumePt: false,
    fontCallback: (_family, bold) => (bold ? `${FONT} Bold` : FONT),
  });
  document.end();
  await done;
  return Buffer.concat(chunks);
}

function sizeOf(svg: string): readonly [number, number] {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}

/** The width of a text in pixels. */
type TextWidth = (
  item: { readonly fontSize?: number; readonly fontWeight?: string },
  text: unknown,
) => number;

/** Parts of vega that its types do not name. */
const library = vega as unknown as {
  readonly textMetrics: { width: TextWidth };
  resetSVGDefIds(): void;
};

const USUAL_FONT_SIZE = 11;

/** Widths of the font itself, in place of vega's guess for machines without a canvas: the same layout everywhere. */
export function textWidths(): TextWidth {
  const document = new PDFDocument({ autoFirstPage: false });
  registerFonts(document);
  const known = new Map<string, number>();
  return ({ fontSize = USUAL_FONT_SIZE, fontWeight }, text) => {
    const font = fontWeight === "bold" ? `${FONT} Bold` : FONT;
    const key = `${font} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      width = document.font(font, 1000).widthOfString(String(text)) / 1000;
      known.set(key, width);
    }
    return width * fontSize;
  };
}

function registerFonts(document: PDFKit.PDFDocument): void {
  document.registerFont(FONT, fontFile("DejaVuSans"));
  document.registerFont(`${FONT} Bold`, fontFile("DejaVuSans-Bold"));
}

function collecting(warnings: string[]) {
  const logger = {
    level: () => logger,
    error: (...parts: unknown[]) => {
      warnings.push(parts.join(" "));
      return logger;
    },
    warn: (...parts: unknown[]) => {
      warnings.push(parts.join(" "));
      return logger;
    },
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}
