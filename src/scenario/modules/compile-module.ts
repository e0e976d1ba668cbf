import { transformSync } from "esbuild";

const LOADERS: Readonly<Record<string, "ts" | "js">> = {
  ts: "ts",
  mts: "ts",
  cts: "ts",
  js: "js",
  mjs: "js",
  cjs: "js",
};

/** A line from 1 and a column from 1; 0 where none is known. */
interface ModuleFlaw {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What of a module is run: one script, whose imports are calls of `require`. */
export type CompiledModule = { readonly code: string } | ModuleFlaw;

/** Makes a script of a module in TypeScript or JavaScript, `file`; types are taken out and not checked. */
export function compileModule(file: string, text: string): CompiledModule {
  const loader = LOADERS[/\.([a-z]+)$/.exec(file)?.[1] ?? ""];
  if (loader === undefined) {
    const known = Object.keys(LOADERS).map((ending) => `.${ending}`);
    return {
      line: 0,
      column: 0,
      message: `expected a module: a file that ends in ${known.join(", ")}`,
    };
  }
  try {
    const { code } = transformSync(text, {
      loader,
      format: "cjs",
      target: "node20",
      sourcefile: file,
      logLevel: "silent",
    });
    return { code };
  } catch (error) {
    const [first] = (error as { errors?: readonly EsbuildError[] }).errors ?? [];
    if (first === undefined) throw error;
    const { location, text: message } = first;
    return { line: location?.line ?? 0, column: (location?.column ?? -1) + 1, message };
  }
}

interface EsbuildError {
  readonly text: string;
  readonly location: { readonly line: number; readonly column: number } | null;
}
