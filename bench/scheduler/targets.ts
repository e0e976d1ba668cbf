import { number } from "./print.js";

interface Target {
  readonly what: string;
  readonly measured: number;
  readonly wanted: number;
  readonly atMost: boolean;
}

/** What was measured beside what is wanted, printed together at the end. */
export class Targets {
  private readonly all: Target[] = [];

  atLeast(what: string, measured: number, wanted: number): void {
    this.all.push({ what, measured, wanted, atMost: false });
  }

  atMost(what: string, measured: number, wanted: number): void {
    this.all.push({ what, measured, wanted, atMost: true });
  }

  print(): void {
    console.log("\ntargets");
    for (const { what, measured, wanted, atMost } of this.all) {
      const isMet = atMost ? measured <= wanted : measured >= wanted;
      const sign = atMost ? "at most" : "at least";
      console.log(
        `  ${what.padEnd(66)} ${text(measured).padStart(9)}  ${sign.padStart(8)} ${text(wanted).padStart(6)}` +
          `${isMet ? "" : "  missed"}`,
      );
    }
  }
}

function text(value: number): string {
  return value < 10 ? value.toFixed(2) : number(value);
}
