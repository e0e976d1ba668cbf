const NUMBER = "(?:0|[1-9][0-9]*)";
const LABEL = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const BUILD = "[0-9a-zA-Z-]+";
const FORM = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${LABEL}(?:\\.${LABEL})*))?(?:\\+(${BUILD}(?:\\.${BUILD})*))?$`,
);

/** A version number by the rules of semver.org 2.0.0. */
export class Semver {
  private constructor(
    readonly major: bigint,
    readonly minor: bigint,
    readonly patch: bigint,
    /** The identifiers after `-`, in their order. */
    readonly prerelease: readonly string[],
    private readonly text: string,
  ) {}

  /** The version of `text`; undefined if it is none. */
  static parse(text: string): Semver | undefined {
    const match = FORM.exec(text);
    if (match === null) return undefined;
    const prerelease = match[4] === undefined ? [] : match[4].split(".");
    return new Semver(BigInt(match[1]!), BigInt(match[2]!), BigInt(match[3]!), prerelease, text);
  }

  /** As {@link parse}, for versions with a leading `v`, less than three parts or leading zeros. */
  static parseLenient(text: string): Semver | undefined {
    const trimmed = text.replace(/^v/, "");
    const [core = "", ...rest] = trimmed.split(/(?=[-+])/);
    const parts = core.split(".").map((part) => part.replace(/^0+(?=[0-9])/, ""));
    if (parts.length < 3 && rest.length > 0) return undefined;
    while (parts.length < 3) parts.push("0");
    return Semver.parse(parts.join(".") + rest.join(""));
  }

  /** Negative, 0 or positive; what stands after `+` does not count. */
  compare(other: Semver): number {
    const difference =
      this.major - other.major || this.minor - other.minor || this.patch - other.patch;
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    const [a, b] = [this.prerelease, other.prerelease];
    if (a.length === 0 || b.length === 0) return b.length - a.length;
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
      const order = compareIdentifiers(a[i]!, b[i]!);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }

  toString(): string {
    return this.text;
  }
}

/** Numbers by value and before words; words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
