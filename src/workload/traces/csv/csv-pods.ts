import type { TimeMicros } from "../../../base/time.js";
import { dns1123LabelErrors, dns1123SubdomainErrors } from "../../../api/label-validation.js";
import type { TraceReader, TraceSink } from "../trace-reader.js";
import { parseQuantity, Quantity, QUANTITY_SUFFIXES } from "../../../api/quantity.js";
import { type CsvColumn, type CsvRow, CsvTable, isNumber } from "./csv-table.js";

/** A column of the text, and what one unit of its numbers is worth. */
interface MappedColumn {
  readonly from: string;
  /** In microseconds, thousandths of a core, bytes or GPUs; not used for text. */
  readonly factor: number;
  /** Cells may be quantities with suffixes of their own: nobody has named a unit. */
  readonly isQuantity?: true;
}

/** Which column holds what; null: not in this trace. At most one of `duration` and `end`. */
export interface ColumnMapping {
  readonly name: MappedColumn | null;
  readonly namespace: MappedColumn | null;
  readonly arrival: MappedColumn;
  readonly duration: MappedColumn | null;
  readonly end: MappedColumn | null;
  readonly cpu: MappedColumn | null;
  readonly memory: MappedColumn | null;
  readonly gpu: MappedColumn | null;
  readonly priority: MappedColumn | null;
}

const NO_LABELS = {};
/** What a PriorityClass of one's own may have at most. */
const MAX_PRIORITY = 1_000_000_000;
const INTEGER = /^[+-]?\d+$/;

/** The pods of a CSV file with a header line, one a row, by a mapping of its columns. */
export class CsvPodReader implements TraceReader {
  private readonly table: CsvTable;

  constructor(
    private readonly mapping: ColumnMapping,
    private readonly sink: TraceSink,
  ) {
    this.table = new CsvTable({
      rowIs: "pod",
      columns: columnsOf(mapping),
      row: (row, ordinal) => this.take(row, ordinal),
      issue: (issue) => sink.issue(issue),
    });
  }

  push(chunk: string): void {
    this.table.push(chunk);
  }

  end(): void {
    this.table.end();
  }

  private take(row: CsvRow, ordinal: number): void {
    const { mapping } = this;
    const arrivalMicros = timeIn(row, mapping.arrival);
    const pod = {
      ordinal,
      name: textIn(row, mapping.name),
      namespace: textIn(row, mapping.namespace) || "default",
      arrivalMicros,
      lifetimeMicros: this.lifetime(row, arrivalMicros),
      cpuMillis: roundUp(quantityIn(row, mapping.cpu, 1000)),
      memoryBytes: roundUp(quantityIn(row, mapping.memory, 1)),
      gpuMillis: Math.round(quantityIn(row, mapping.gpu, 1) * 1000),
      gpuModels: [],
      priority: textIn(row, mapping.priority),
      labels: NO_LABELS,
    };
    checkNamespace(row, mapping.namespace);
    checkPriority(row, mapping.priority);
    if (row.ok) this.sink.pod(pod);
  }

  /** An empty field: the trace does not say when the pod ended. */
  private lifetime(row: CsvRow, arrivalMicros: TimeMicros): TimeMicros | null {
    const { duration, end } = this.mapping;
    if (duration !== null) {
      return row.text(duration.from) === "" ? null : Math.round(amountIn(row, duration));
    }
    if (end === null || row.text(end.from) === "") return null;
    const micros = timeIn(row, end) - arrivalMicros;
    if (micros < 0 && row.ok) row.fail(end.from, "expected a time that is not before the arrival");
    return Math.max(0, micros);
  }
}

/** Up to a whole unit; what binary fractions add (1.1 × 1000) does not count. */
function roundUp(value: number): number {
  return Math.max(0, Math.ceil(value - 1e-6));
}

function textIn(row: CsvRow, column: MappedColumn | null): string {
  return column === null ? "" : row.text(column.from);
}

function checkNamespace(row: CsvRow, column: MappedColumn | null): void {
  const namespace = textIn(row, column);
  if (column === null || namespace === "") return;
  const [reason] = dns1123LabelErrors(namespace);
  if (reason !== undefined) row.fail(column.from, `expected a namespace: it ${reason}`);
}

function checkPriority(row: CsvRow, column: MappedColumn | null): void {
  const priority = textIn(row, column);
  if (column === null || priority === "") return;
  const value = INTEGER.test(priority) ? Number(priority) : Number.NaN;
  const good = Number.isNaN(value)
    ? dns1123SubdomainErrors(priority).length === 0
    : Math.abs(value) <= MAX_PRIORITY;
  if (good) return;
  const range = `a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}`;
  row.fail(column.from, `expected ${range}, or the name of a PriorityClass`);
}

function timeIn(row: CsvRow, column: MappedColumn): TimeMicros {
  return inRange(row, column, Math.round(row.time(column.from) * column.factor));
}

/** An empty field counts as 0: no request. */
function amountIn(row: CsvRow, column: MappedColumn | null): number {
  return column === null ? 0 : inRange(row, column, row.amount(column.from, 0) * column.factor);
}

/** The same, where a cell may also be a quantity, of which one is worth `ofOne`. */
function quantityIn(row: CsvRow, column: MappedColumn | null, ofOne: number): number {
  if (column === null) return 0;
  const text = row.text(column.from);
  if (text === "" || isNumber(text)) return amountIn(row, column);
  const quantity = parseQuantity(text);
  const isGood = quantity instanceof Quantity && quantity.sign >= 0;
  if (column.isQuantity !== true) {
    const remedy = isGood ? "; without `unit` the column is read as quantities" : "";
    row.fail(column.from, `expected a number of 0 or more, such as 12 or 0.5${remedy}`);
    return 0;
  }
  if (!isGood) {
    const forms = `a number of 0 or more, such as 12 or 0.5, or a quantity such as 500m or 4Gi`;
    row.fail(column.from, `expected ${forms}; the suffixes are ${QUANTITY_SUFFIXES}`);
    return 0;
  }
  return inRange(row, column, (Number(quantity.scaledValue(-3)) / 1000) * ofOne);
}

function inRange(row: CsvRow, column: MappedColumn, value: number): number {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  row.fail(column.from, "expected a smaller number: this one is too large in its unit");
  return 0;
}

function columnsOf(mapping: ColumnMapping): readonly CsvColumn[] {
  const names = new Set<string>();
  for (const column of Object.values(mapping) as readonly (MappedColumn | null)[]) {
    if (column !== null) names.add(column.from);
  }
  return [...names].map((name) => ({ name, required: true }));
}
