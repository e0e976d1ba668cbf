type FieldIssueType =
  | "Invalid"
  | "Required"
  | "NotSupported"
  | "NotFound"
  | "Duplicate"
  | "Forbidden"
  | "TypeInvalid";

/** One reason why the API server refuses an object, in upstream's terms. */
export interface FieldIssue {
  /** Path of the field, such as `spec.template.spec.containers[0].resources.requests[cpu]`. */
  readonly field: string;
  readonly type: FieldIssueType;
  readonly value: unknown;
  /** What would be right. */
  readonly detail: string;
}

const WORDS: Readonly<Record<FieldIssueType, string>> = {
  Invalid: "Invalid value",
  Required: "Required value",
  NotSupported: "Unsupported value",
  NotFound: "Not found",
  Duplicate: "Duplicate value",
  Forbidden: "Forbidden",
  TypeInvalid: "Invalid value",
};

/** `field: Invalid value: "x": what would be right`, as the API server words it. */
export function issueText(issue: FieldIssue): string {
  const withoutValue = issue.type === "Required" || issue.type === "Forbidden";
  const value = withoutValue ? "" : `: ${JSON.stringify(issue.value) ?? "null"}`;
  const detail = issue.detail === "" ? "" : `: ${issue.detail}`;
  return `${issue.field}: ${WORDS[issue.type]}${value}${detail}`;
}

/** Collects what is wrong with one object. */
export class FieldIssues {
  readonly list: FieldIssue[] = [];

  invalid(field: string, value: unknown, detail: string): void {
    this.list.push({ field, type: "Invalid", value, detail });
  }

  /** One `Invalid` for each reason. */
  invalidFor(field: string, value: unknown, reasons: readonly string[]): void {
    for (const detail of reasons) this.invalid(field, value, detail);
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.list.push({ field, type: "TypeInvalid", value, detail });
  }

  required(field: string, detail = ""): void {
    this.list.push({ field, type: "Required", value: "", detail });
  }

  notFound(field: string, value: unknown, detail = ""): void {
    this.list.push({ field, type: "NotFound", value, detail });
  }

  duplicate(field: string, value: unknown): void {
    this.list.push({ field, type: "Duplicate", value, detail: "" });
  }

  forbidden(field: string, detail: string): void {
    this.list.push({ field, type: "Forbidden", value: "", detail });
  }

  /** `NotSupported` unless `value` is one of `supported`. */
  oneOf(field: string, value: unknown, supported: readonly string[]): void {
    if (typeof value === "string" && supported.includes(value)) return;
    const detail = `supported values: ${supported.map((name) => `"${name}"`).join(", ")}`;
    this.list.push({ field, type: "NotSupported", value, detail });
  }

  /** `Invalid` unless `value` is absent, or at least 0. */
  notNegative(field: string, value: number | undefined | null): void {
    if (value !== undefined && value !== null && value < 0) {
      this.invalid(field, value, "must be greater than or equal to 0");
    }
  }

  /** `Invalid` unless `value` is absent, or an integer of that range. */
  inRange(
    field: string,
    value: number | undefined | null,
    range: { readonly min: number; readonly max: number },
  ): void {
    if (value === undefined || value === null) return;
    if (value < range.min || value > range.max) {
      this.invalid(field, value, `must be between ${range.min} and ${range.max}, inclusive`);
    }
  }
}
