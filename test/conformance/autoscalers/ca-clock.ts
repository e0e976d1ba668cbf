interface Timer {
  readonly at: number;
  /** After all that is not late at that moment. */
  readonly isLate: boolean;
  readonly run: () => void;
}

/** Virtual time of a case in microseconds, and what is to happen at which moment of it. */
export class CaseClock {
  now = 0;
  private timers: Timer[] = [];

  at(at: number, run: () => void, isLate = false): void {
    this.timers.push({ at, run, isLate });
  }

  after(delay: number, run: () => void): void {
    if (delay === 0) run();
    else this.at(this.now + delay, run);
  }

  /** Goes on to that moment; what is due then has happened, in the order in which it was asked for. */
  goTo(until: number): void {
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.timers.splice(this.timers.indexOf(next), 1);
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  private next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.at <= until && (next === undefined || isBefore(timer, next))) next = timer;
    }
    return next;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && !a.isLate && b.isLate);
}
