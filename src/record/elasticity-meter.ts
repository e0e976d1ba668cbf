/** How supply follows demand. Percentages are from 0 to 100, of time or of units. */
export interface ElasticityMetrics {
  /** Time average of the units missing, and of those too many. */
  readonly accuracyUnderUnits: number;
  readonly accuracyOverUnits: number;
  /** The same relative to the demand of the moment; NaN where something is supplied and nothing asked. */
  readonly thetaUnderPercent: number;
  readonly thetaOverPercent: number;
  /** What is too many relative to the supply. */
  readonly thetaOverBySupplyPercent: number;
  /** Share of the time with units missing, and with too many. */
  readonly tauUnderPercent: number;
  readonly tauOverPercent: number;
  /** Units moved by supply less those moved by demand, a minute. */
  readonly jitterUnitsPerMinute: number;
}

/** Units of one kind, and how many of them have moved in the window. */
class Units {
  now = 0;
  moved = 0;
  /** Before the changes of the present moment. */
  private before = 0;

  /** The present moment is over; `counts`: what has changed in it counts. */
  settle(counts: boolean): void {
    if (counts) this.moved += Math.abs(this.now - this.before);
    this.before = this.now;
  }
}

const NOTHING = {
  ...{ demand: 0, under: 0, over: 0, thetaUnder: 0, thetaOver: 0, bySupply: 0 },
  ...{ tauUnder: 0, tauOver: 0 },
};

/**
 * Demand and supply as steps over time, and what they come to in a window, which is open at its end. Times
 * rise; several changes at one time count as one.
 */
export class ElasticityMeter {
  private readonly demand = new Units();
  private readonly supply = new Units();
  private since = 0;
  private fromSeconds = Number.NaN;
  private inWindow = false;
  private span = 0;
  private readonly sums = { ...NOTHING };

  setDemand(units: number, atSeconds: number): void {
    this.settle(atSeconds);
    this.demand.now = units;
  }

  setSupply(units: number, atSeconds: number): void {
    this.settle(atSeconds);
    this.supply.now = units;
  }

  get current(): { readonly demand: number; readonly supply: number } {
    return { demand: this.demand.now, supply: this.supply.now };
  }

  /** Changes at that very time belong to what was before. */
  openWindow(atSeconds: number): void {
    this.settle(atSeconds);
    Object.assign(this.sums, NOTHING);
    for (const units of [this.demand, this.supply]) units.moved = 0;
    this.inWindow = true;
    this.fromSeconds = atSeconds;
  }

  closeWindow(atSeconds: number): void {
    this.settle(atSeconds);
    this.inWindow = false;
    this.span = atSeconds - this.fromSeconds;
  }

  /** Units asked for, as their mean over the window. */
  get meanDemand(): number {
    return this.sums.demand / this.span;
  }

  /** Of the window, when it is closed. */
  get metrics(): ElasticityMetrics {
    const { span, sums } = this;
    return {
      accuracyUnderUnits: sums.under / span,
      accuracyOverUnits: sums.over / span,
      thetaUnderPercent: (100 * sums.thetaUnder) / span,
      thetaOverPercent: (100 * sums.thetaOver) / span,
      thetaOverBySupplyPercent: (100 * sums.bySupply) / span,
      tauUnderPercent: (100 * sums.tauUnder) / span,
      tauOverPercent: (100 * sums.tauOver) / span,
      jitterUnitsPerMinute: (this.supply.moved - this.demand.moved) / (span / 60),
    };
  }

  private settle(atSeconds: number): void {
    const width = atSeconds - this.since;
    if (width <= 0) return;
    const counts = this.inWindow && this.since > this.fromSeconds;
    this.demand.settle(counts);
    this.supply.settle(counts);
    this.since = atSeconds;
    if (!this.inWindow) return;
    const asked = this.demand.now;
    const given = this.supply.now;
    const missing = Math.max(0, asked - given);
    const spare = Math.max(0, given - asked);
    const { sums } = this;
    sums.demand += asked * width;
    sums.under += missing * width;
    sums.over += spare * width;
    if (missing > 0) {
      sums.thetaUnder += (missing / asked) * width;
      sums.tauUnder += width;
    }
    if (spare > 0) {
      sums.thetaOver += asked === 0 ? Number.NaN : (spare / asked) * width;
      sums.bySupply += (spare / given) * width;
      sums.tauOver += width;
    }
  }
}
