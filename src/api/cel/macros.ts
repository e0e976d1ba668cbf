import { ACCUMULATOR, type CelExpr } from "./cel-expr.js";
import { CelSyntaxError } from "./cel-issue.js";
import type { ExprFactory } from "./expr-factory.js";

interface GlobalUse {
  readonly at: number;
  readonly args: readonly CelExpr[];
  readonly make: ExprFactory;
}

interface ReceiverUse extends GlobalUse {
  readonly target: CelExpr;
}

type ReceiverMacro = (use: ReceiverUse) => CelExpr;

/** `has(e.f)`; undefined where the name is no macro's. */
export function globalMacro(name: string, { at, args, make }: GlobalUse): CelExpr | undefined {
  const [argument] = args;
  if (name !== "has" || args.length !== 1 || argument === undefined) return undefined;
  if (argument.kind !== "select" || argument.testOnly) {
    throw new CelSyntaxError("invalid argument to has() macro", argument.at);
  }
  return make.select(at, argument.operand, argument.field, true);
}

/** A macro by its name and number of arguments; undefined where there is none. */
export function receiverMacro(name: string, use: ReceiverUse): CelExpr | undefined {
  const isNamespace = use.target.kind === "ident" && use.target.name === "cel";
  if (name === "bind" && use.args.length === 3 && isNamespace) return bind(use);
  return MACROS.get(`${name}/${use.args.length}`)?.(use);
}

function variable(expr: CelExpr | undefined): string {
  if (expr?.kind === "ident") return expr.name;
  throw new CelSyntaxError("argument must be a simple name", expr?.at ?? 0);
}

function bind({ at, args, make }: ReceiverUse): CelExpr {
  const [name, value, result] = args;
  if (name?.kind !== "ident") {
    throw new CelSyntaxError("cel.bind() variable names must be simple identifiers", name!.at);
  }
  return make.fold(at, {
    range: make.list(at, []),
    variable: "#unused",
    accumulator: name.name,
    initial: value!,
    condition: make.constant(at, false),
    step: make.ident(at, name.name),
    result: result!,
  });
}

/** The variables of a comprehension: one, or two of them. */
function variables(use: ReceiverUse, count: number): { variable: string; variable2?: string } {
  const first = variable(use.args[0]);
  return count === 1 ? { variable: first } : { variable: first, variable2: variable(use.args[1]) };
}

const all =
  (count: number): ReceiverMacro =>
  (use) => {
    const { at, make, target, args } = use;
    return make.fold(at, {
      range: target,
      ...variables(use, count),
      initial: make.constant(at, true),
      condition: make.call(at, "@not_strictly_false", [make.ident(at, ACCUMULATOR)]),
      step: make.call(at, "_&&_", [make.ident(at, ACCUMULATOR), args[count]!]),
    });
  };

const exists =
  (count: number): ReceiverMacro =>
  (use) => {
    const { at, make, target, args } = use;
    const no = make.call(at, "!_", [make.ident(at, ACCUMULATOR)]);
    return make.fold(at, {
      range: target,
      ...variables(use, count),
      initial: make.constant(at, false),
      condition: make.call(at, "@not_strictly_false", [no]),
      step: make.call(at, "_||_", [make.ident(at, ACCUMULATOR), args[count]!]),
    });
  };

const existsOne =
  (count: number): ReceiverMacro =>
  (use) => {
    const { at, make, target, args } = use;
    const accumulator = (): CelExpr => make.ident(at, ACCUMULATOR);
    const more = make.call(at, "_+_", [accumulator(), make.constant(at, 1n)]);
    return make.fold(at, {
      range: target,
      ...variables(use, count),
      initial: make.constant(at, 0n),
      condition: make.constant(at, true),
      step: make.call(at, "_?_:_", [args[count]!, more, accumulator()]),
      result: make.call(at, "_==_", [accumulator(), make.constant(at, 1n)]),
    });
  };

/** A list of `element` for what passes `filter`. */
function listOf(use: ReceiverUse, count: number, filter: CelExpr | null, element: CelExpr) {
  const { at, make, target } = use;
  const accumulator = (): CelExpr => make.ident(at, ACCUMULATOR);
  const longer = make.call(at, "_+_", [accumulator(), make.list(at, [element])]);
  return make.fold(at, {
    range: target,
    ...variables(use, count),
    initial: make.list(at, []),
    condition: make.constant(at, true),
    step: filter === null ? longer : make.call(at, "_?_:_", [filter, longer, accumulator()]),
  });
}

/** `optMap` and `optFlatMap`: computes on a value if there is one. */
const onOptional =
  (wrap: boolean): ReceiverMacro =>
  ({ at, make, target, args }) => {
    const name = variable(args[0]);
    const mapped = make.fold(at, {
      range: make.list(at, []),
      variable: "#unused",
      accumulator: name,
      initial: make.memberCall(at, make.copy(target), "value"),
      condition: make.constant(at, false),
      step: make.ident(at, name),
      result: args[1]!,
    });
    return make.call(at, "_?_:_", [
      make.memberCall(at, target, "hasValue"),
      wrap ? make.call(at, "optional.of", [mapped]) : mapped,
      make.call(at, "optional.none", []),
    ]);
  };

/** Sorts a list by what an expression says of each element. */
const sortBy: ReceiverMacro = (use) => {
  const { at, make, target, args } = use;
  const keys = listOf({ ...use, target: make.copy(target) }, 1, null, args[1]!);
  return make.memberCall(at, target, "@sortByAssociatedKeys", [keys]);
};

const MACROS: ReadonlyMap<string, ReceiverMacro> = new Map<string, ReceiverMacro>([
  ["all/2", all(1)],
  ["exists/2", exists(1)],
  ["exists_one/2", existsOne(1)],
  ["existsOne/2", existsOne(1)],
  ["map/2", (use) => listOf(use, 1, null, use.args[1]!)],
  ["map/3", (use) => listOf(use, 1, use.args[1]!, use.args[2]!)],
  [
    "filter/2",
    (use) => listOf(use, 1, use.args[1]!, use.make.ident(use.at, variable(use.args[0]))),
  ],
  ["all/3", all(2)],
  ["exists/3", exists(2)],
  ["existsOne/3", existsOne(2)],
  ["transformList/3", (use) => listOf(use, 2, null, use.args[2]!)],
  ["transformList/4", (use) => listOf(use, 2, use.args[2]!, use.args[3]!)],
  ["optMap/2", onOptional(true)],
  ["optFlatMap/2", onOptional(false)],
  ["sortBy/2", sortBy],
]);
