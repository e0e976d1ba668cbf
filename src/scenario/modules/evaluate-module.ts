import { createContext, runInContext, Script } from "node:vm";
import { cos, exp, expm1, ln, log1p, pow, sin, tan } from "../../kernel/math.js";

/**
 * What a module must not have, since a run would no longer follow from its scenario and seed. In its own
 * global object there is nothing of Node either: no process, no network, no files.
 */
const PRELUDE = `(() => {
  const refuse = (what) => () => {
    throw new Error(what + " is not there for plugins: a run follows from its scenario and seed alone; " +
      "draw with handle.draw(stream, n), and take times from what the plugin is given");
  };
  const traps = {};
  for (const trap of ["apply", "construct", "get"]) traps[trap] = refuse("Date");
  globalThis.Date = new Proxy(function () {}, traps);
  Math.random = refuse("Math.random");
  for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"]) {
    globalThis[name] = refuse(name);
  }
  for (const name of ["process", "performance", "crypto"]) {
    Object.defineProperty(globalThis, name, { get: refuse(name) });
  }
  for (const name of ["WeakRef", "FinalizationRegistry"]) delete globalThis[name];
})()`;

/** Names that a module reads often: as parameters they are found at once, as globals of a context they are not. */
const NEAR = [
  "Math",
  "Number",
  "Object",
  "Array",
  "Map",
  "Set",
  "WeakMap",
  "String",
  "JSON",
] as const;

/** Of these ECMAScript leaves the last digits to the engine. */
const EXACT = { cos, exp, expm1, log: ln, log1p, pow, sin, tan };

/**
 * Runs a compiled module by itself, and gives what it exports. It may import what `imports` holds, by name.
 * @throws whatever the module throws while it is loaded
 */
export function evaluateModule(
  { file, code }: { readonly file: string; readonly code: string },
  imports: Readonly<Record<string, unknown>>,
): unknown {
  const context = createContext(Object.create(null) as object, {
    name: file,
    codeGeneration: { strings: false, wasm: false },
  });
  runInContext(PRELUDE, context);
  Object.assign(runInContext("Math", context) as object, EXACT);
  const near = NEAR.map((name): unknown => runInContext(name, context));
  const script = new Script(
    `(function (module, exports, require, ${NEAR.join(", ")}) {${code}\n})`,
    {
      filename: file,
    },
  );
  const load = script.runInContext(context) as (...args: readonly unknown[]) => void;
  const module: { exports: unknown } = { exports: {} };
  const require = (name: string): unknown => {
    if (Object.hasOwn(imports, name)) return imports[name];
    const known = Object.keys(imports).join(", ");
    throw new Error(`a plugin is one file and cannot import "${name}": only ${known}`);
  };
  load(module, module.exports, require, ...near);
  const { exports } = module as { exports: { default?: unknown; __esModule?: true } | null };
  return exports?.__esModule === true ? exports.default : exports;
}
