import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  compileDeviceExpression,
  DeviceExpressionError,
  deviceVariables,
  selects,
} from "../../../src/api/cel/device-expression.js";
import { CelRuntimeError } from "../../../src/api/cel/cel-value.js";

/** What `dynamic-resource-allocation/cel` of v0.37.2 says of an expression (recorded with Go). */
interface Recorded {
  readonly expression: string;
  readonly error?: string;
  readonly cost?: number | "unbounded";
  readonly value?: boolean;
  readonly runtime?: string;
}

const RECORDED = JSON.parse(
  readFileSync(new URL("recorded-expressions.json", import.meta.url), "utf8"),
) as readonly Recorded[];

const VARIABLES = deviceVariables("gpu.example.com", {
  name: "gpu-0",
  attributes: {
    type: { string: "gpu" },
    numa: { int: 0 },
    index: { int: 1 },
    ver: { version: "1.10.2" },
    "other.com/flag": { bool: true },
  },
  capacity: { memory: { value: "40Gi" } },
});

function answer(expression: string): { value?: boolean; runtime?: string } {
  const compiled = compileDeviceExpression(expression, { sharing: true });
  if (compiled instanceof DeviceExpressionError) throw new Error(compiled.detail);
  try {
    return { value: selects(compiled, VARIABLES) };
  } catch (error) {
    if (error instanceof CelRuntimeError) return { runtime: error.message };
    throw error;
  }
}

const isSyntax = ({ error = "" }: Recorded) => error.includes("Syntax error");
const wrong = RECORDED.filter((one) => one.error !== undefined);
const right = RECORDED.filter((one) => one.error === undefined);

describe("an expression about a device", () => {
  test.each(wrong.filter((one) => !isSyntax(one)))(
    "is refused as recorded: $expression",
    ({ expression, error }) => {
      const compiled = compileDeviceExpression(expression, { sharing: true });
      expect(compiled).toMatchObject({ detail: error });
    },
  );

  test.each(wrong.filter(isSyntax))("does not parse: $expression", ({ expression }) => {
    expect(compileDeviceExpression(expression)).toBeInstanceOf(DeviceExpressionError);
  });

  test.each(right)("costs at most what is recorded: $expression", ({ expression, cost }) => {
    expect(compileDeviceExpression(expression, { sharing: true })).toMatchObject({
      maxCost: cost === "unbounded" ? Number.POSITIVE_INFINITY : cost,
    });
  });

  test.each(right)("has the recorded answer: $expression", ({ expression, value, runtime }) => {
    expect(answer(expression)).toEqual(value === undefined ? { runtime } : { value });
  });
});
