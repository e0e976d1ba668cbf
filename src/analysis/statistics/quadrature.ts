/** Nodes and weights on [-1, 1]. */
interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * The Gauss-Legendre rule with `count` nodes: Newton's iteration on the Legendre polynomial, from
 * Tricomi's estimate of its zeros.
 */
function gaussLegendre(count: number): Rule {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    // Zeros lie near cos(π (i + 3/4) / (n + 1/2)); a start in the right cell suffices.
    const share = (i + 0.75) / (count + 0.5);
    let x = cosine(Math.PI * share);
    let slope = 0;
    for (let step = 0; step < 60; step++) {
      const { value, derivative } = legendre(count, x);
      slope = derivative;
      const next = x - value / derivative;
      if (next === x || Math.abs(next - x) < 1e-16) {
        x = next;
        break;
      }
      x = next;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** A cosine that is good enough to start from, by its own arithmetic. */
function cosine(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; k < 30; k++) {
    term *= (-x * x) / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}

function legendre(degree: number, x: number): { value: number; derivative: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= degree; k++) {
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  }
  return { value, derivative: (degree * (x * value - before)) / (x * x - 1) };
}

const NODES = 20;

/**
 * Integrates smooth functions over an interval cut into equal panels, each with a Gauss-Legendre rule of
 * 20 nodes.
 */
export class Quadrature {
  readonly #rule = gaussLegendre(NODES);

  integrate(f: (x: number) => number, low: number, high: number, panels: number): number {
    const half = (high - low) / panels / 2;
    let sum = 0;
    for (let panel = 0; panel < panels; panel++) {
      const middle = low + half * (2 * panel + 1);
      for (let i = 0; i < NODES; i++) {
        sum += this.#rule.weights[i]! * f(middle + half * this.#rule.nodes[i]!);
      }
    }
    return sum * half;
  }

  /** The points and weights of `integrate`, for outer integrals whose inner ones are dear. */
  points(low: number, high: number, panels: number): { x: number; weight: number }[] {
    const half = (high - low) / panels / 2;
    return Array.from({ length: panels * NODES }, (_, index) => {
      const middle = low + half * (2 * Math.floor(index / NODES) + 1);
      const i = index % NODES;
      return { x: middle + half * this.#rule.nodes[i]!, weight: half * this.#rule.weights[i]! };
    });
  }
}
