import { readdirSync, readFileSync, statSync } from "node:fs";

/** Text that the project itself keeps, not what it builds on or makes. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ...["node_modules", "dist", "results", "coverage", "data", ".git"],
]);

/** Every Markdown file of the project, by its path from the root. */
export function markdownFiles(folder = "."): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !PASSED_OVER.has(name))
    .sort()
    .flatMap((name) => {
      const path = folder === "." ? name : `${folder}/${name}`;
      if (statSync(path).isDirectory()) return markdownFiles(path);
      return name.endsWith(".md") ? [path] : [];
    });
}

interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: markdown.slice(0, match.index).split("\n").length,
  }));
}

/** Targets of the links in the text; what stands in code is none. */
export function links(markdown: string): readonly string[] {
  const prose = markdown.replace(FENCE, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
}

/** The anchors that a page's headings have, as common renderers make them. */
export function anchors(path: string): ReadonlySet<string> {
  const prose = readFileSync(path, "utf8").replace(FENCE, "");
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
