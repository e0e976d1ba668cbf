import { CronSyntax } from "../../../api/cron/cron-fields.js";
import { parseGoDuration } from "../../../api/cron/go-duration.js";
import { parseSchedule, type Schedule } from "../../../api/cron/schedule.js";
import { type EpochMicros, TimeZone } from "../../../api/cron/time-zone.js";
import { scaledIntOrPercent } from "../../../api/int-or-percent.js";

/** Why a node is disrupted voluntarily. */
export type DisruptionReason = "Underutilized" | "Empty" | "Drifted" | "Unhealthy";

/** One of a NodePool's `disruption.budgets`, as its manifest has it. */
export interface DisruptionBudget {
  /** A count, or a share of the pool's nodes such as `"10%"`. */
  readonly nodes: string;
  readonly reasons?: readonly string[];
  readonly schedule?: string;
  readonly duration?: string;
}

/** What stands for "no limit". */
export const UNLIMITED = 2 ** 31 - 1;

/** Why a budget cannot be read. */
export class BudgetFlaw {
  constructor(readonly message: string) {}
}

interface ReadBudget {
  readonly nodes: string | number;
  /** Null: all of them. */
  readonly reasons: readonly string[] | null;
  /** Null: it always holds. */
  readonly window: { readonly schedule: Schedule; readonly durationMicros: number } | null;
}

/**
 * The disruption budgets of a NodePool: how many of its nodes may be away at a time.
 *
 * Source: Karpenter, "Disruption: NodePool Disruption Budgets"; `pkg/apis/v1/nodepool.go` (1.15.0).
 */
export class DisruptionBudgets {
  private constructor(
    private readonly budgets: readonly ReadBudget[],
    /** Of those that cannot be read; one of them is enough to forbid every disruption. */
    readonly flaws: readonly BudgetFlaw[],
  ) {}

  static of(budgets: readonly DisruptionBudget[]): DisruptionBudgets {
    const read = budgets.map(readBudget);
    return new DisruptionBudgets(
      read.flatMap((budget) => (budget instanceof BudgetFlaw ? [] : [budget])),
      read.filter((budget) => budget instanceof BudgetFlaw),
    );
  }

  /**
   * How many of `nodeCount` nodes may be disrupted for that reason at that instant: what the smallest budget
   * that is active says, {@link UNLIMITED} where there is none, none at all when a budget cannot be read.
   */
  allowed(reason: DisruptionReason, nodeCount: number, now: EpochMicros): number {
    if (this.flaws.length > 0) return 0;
    let least = UNLIMITED;
    for (const budget of this.budgets) {
      const concerns = budget.reasons === null || budget.reasons.includes(reason);
      if (!concerns || !isActive(budget, now)) continue;
      least = Math.min(least, scaledIntOrPercent(budget.nodes, nodeCount, "up"));
    }
    return least;
  }
}

/** The last start of its window is less than the duration ago: the end itself is outside. */
function isActive({ window }: ReadBudget, now: EpochMicros): boolean {
  if (window === null) return true;
  const next = window.schedule.next(now - window.durationMicros);
  return next !== null && next <= now;
}

function readBudget(budget: DisruptionBudget): ReadBudget | BudgetFlaw {
  const { schedule: line, duration, reasons = null } = budget;
  if (!/^([+-]?\d+|\d+%)$/.test(budget.nodes)) {
    const text = JSON.stringify(budget.nodes);
    return new BudgetFlaw(`nodes: ${text} is neither a count nor a percentage`);
  }
  const nodes = budget.nodes.endsWith("%") ? budget.nodes : Number(budget.nodes);
  if (line === undefined && duration === undefined) return { nodes, reasons, window: null };
  const schedule = parseSchedule(line ?? "", TimeZone.utc);
  if (schedule instanceof CronSyntax) return new BudgetFlaw(`schedule: ${schedule.message}`);
  const durationMicros = duration === undefined ? 0 : parseGoDuration(duration);
  if (durationMicros === null) {
    return new BudgetFlaw(`duration: ${JSON.stringify(duration)} is no duration such as "8h"`);
  }
  return { nodes, reasons, window: { schedule, durationMicros } };
}
