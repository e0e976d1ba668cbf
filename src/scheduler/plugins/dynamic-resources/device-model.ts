import {
  compileDeviceExpression,
  type DeviceExpressionError,
  type DeviceExpression,
  deviceVariables,
  selects,
} from "../../../api/cel/device-expression.js";
import { CelRuntimeError, type CelValue } from "../../../api/cel/cel-value.js";
import type { Device } from "../../../api/devices.js";

/** An expression with a number, by which answers about it are remembered. */
export interface Selector {
  readonly id: number;
  readonly expression: DeviceExpression | DeviceExpressionError;
}

/** What expressions see of a device. Devices that look the same share one. */
export class DeviceModel {
  private readonly answers: (boolean | CelRuntimeError)[] = [];
  private variables: ReadonlyMap<string, CelValue> | null = null;

  constructor(
    private readonly driver: string,
    private readonly device: Device,
  ) {}

  /** Whether the selector takes such devices, or why it has no answer. */
  answer({ id, expression }: Selector): boolean | CelRuntimeError {
    const known = this.answers[id];
    if (known !== undefined) return known;
    const answer = this.evaluate(expression as DeviceExpression);
    this.answers[id] = answer;
    return answer;
  }

  private evaluate(expression: DeviceExpression): boolean | CelRuntimeError {
    try {
      this.variables ??= deviceVariables(this.driver, this.device);
      return selects(expression, this.variables);
    } catch (error) {
      if (error instanceof CelRuntimeError) return error;
      throw error;
    }
  }
}

/** The expressions and the looks of devices of one run, each looked at once. */
export class DeviceModels {
  private readonly selectors = new Map<string, Selector>();
  private readonly models = new Map<string, DeviceModel>();

  constructor(
    private readonly options: { readonly listAttributes: boolean; readonly sharing: boolean },
  ) {}

  selector(text: string): Selector {
    const known = this.selectors.get(text);
    if (known !== undefined) return known;
    const expression = compileDeviceExpression(text, this.options);
    const selector = { id: this.selectors.size, expression };
    this.selectors.set(text, selector);
    return selector;
  }

  of(driver: string, device: Device): DeviceModel {
    const { attributes, capacity, allowMultipleAllocations } = device;
    const look = JSON.stringify([driver, attributes, capacity, allowMultipleAllocations]);
    const known = this.models.get(look);
    if (known !== undefined) return known;
    const model = new DeviceModel(driver, device);
    this.models.set(look, model);
    return model;
  }
}
