import type {
  Affinity,
  Labels,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PreferredSchedulingTerm,
} from "./kubernetes.js";
import {
  type Requirement,
  Selector,
  SelectorError,
  type SelectorOperator,
  requirementErrors,
  selectorFromLabels,
} from "./label-selector.js";

/** What node selectors look at. */
export interface NodeIdentity {
  readonly name: string;
  readonly labels: Labels;
}

const OPERATORS: ReadonlyMap<string, SelectorOperator> = new Map([
  ["In", "In"],
  ["NotIn", "NotIn"],
  ["Exists", "Exists"],
  ["DoesNotExist", "DoesNotExist"],
  ["Gt", "GreaterThan"],
  ["Lt", "LessThan"],
]);

/** `matchExpressions` as a selector on labels; no expressions match nothing. */
export function compileNodeRequirements(
  expressions: readonly NodeSelectorRequirement[],
): Selector | SelectorError {
  if (expressions.length === 0) return Selector.nothing;
  const requirements: Requirement[] = [];
  const reasons: string[] = [];
  for (const expression of expressions) {
    const operator = OPERATORS.get(expression.operator);
    if (operator === undefined) {
      reasons.push(
        `operator ${JSON.stringify(expression.operator)}: must be one of ${[...OPERATORS.keys()].join(", ")}`,
      );
      continue;
    }
    const requirement = { key: expression.key, operator, values: expression.values ?? [] };
    const wrong = requirementErrors(requirement);
    if (wrong.length === 0) requirements.push(requirement);
    else reasons.push(...wrong);
  }
  return reasons.length > 0 ? new SelectorError(reasons.join("; ")) : Selector.of(requirements);
}

interface FieldRequirement {
  readonly key: string;
  readonly equal: boolean;
  readonly value: string;
}

function compileFields(
  fields: readonly NodeSelectorRequirement[],
): readonly FieldRequirement[] | SelectorError {
  const requirements: FieldRequirement[] = [];
  const reasons: string[] = [];
  for (const { key, operator, values = [] } of fields) {
    if (operator !== "In" && operator !== "NotIn") {
      reasons.push(`operator ${JSON.stringify(operator)}: must be one of In, NotIn`);
    } else if (values.length !== 1) {
      reasons.push(`field ${JSON.stringify(key)}: needs exactly one value`);
    } else {
      requirements.push({ key, equal: operator === "In", value: values[0]! });
    }
  }
  return reasons.length > 0 ? new SelectorError(reasons.join("; ")) : requirements;
}

/** One term: all of its label and field requirements must hold. */
interface CompiledTerm {
  readonly labels: Selector | null;
  readonly fields: readonly FieldRequirement[];
  /** Why the term cannot be used; it then matches nothing. */
  readonly error: SelectorError | null;
}

function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions?.length ?? 0) === 0 && (term.matchFields?.length ?? 0) === 0;
}

function compileTerm(term: NodeSelectorTerm): CompiledTerm {
  const expressions = term.matchExpressions ?? [];
  const labels = expressions.length === 0 ? null : compileNodeRequirements(expressions);
  const fields = compileFields(term.matchFields ?? []);
  const errors = [labels, fields].filter((part) => part instanceof SelectorError);
  return {
    labels: labels instanceof SelectorError ? null : labels,
    fields: fields instanceof SelectorError ? [] : fields,
    error:
      errors.length === 0
        ? null
        : new SelectorError(errors.map((error) => error.message).join("; ")),
  };
}

function termMatches(term: CompiledTerm, node: NodeIdentity): boolean {
  if (term.error !== null) return false;
  if (term.labels !== null && !term.labels.matches(node.labels)) return false;
  // A node without a name has no fields to look at.
  if (node.name === "") return true;
  for (const field of term.fields) {
    const actual = field.key === "metadata.name" ? node.name : "";
    if ((actual === field.value) !== field.equal) return false;
  }
  return true;
}

/** The terms of a required node selector: one of them must hold. Without any, no node matches. */
export class CompiledNodeSelector {
  private readonly terms: readonly CompiledTerm[];

  constructor(selector: NodeSelector) {
    // An empty term matches nothing, so it may be left out.
    this.terms = (selector.nodeSelectorTerms ?? [])
      .filter((term) => !isEmptyTerm(term))
      .map(compileTerm);
  }

  /** What is wrong with the terms, if anything: the API server refuses such a selector. */
  get error(): SelectorError | null {
    const messages = this.terms.flatMap((term) =>
      term.error === null ? [] : [term.error.message],
    );
    return messages.length === 0 ? null : new SelectorError(messages.join("; "));
  }

  matches(node: NodeIdentity | null): boolean {
    if (node === null) return false;
    for (const term of this.terms) {
      if (termMatches(term, node)) return true;
    }
    return false;
  }
}

/** What a pod demands of its node: `nodeSelector` and the required node affinity, both. */
export class RequiredNodeAffinity {
  /** Any node will do. */
  static readonly none = new RequiredNodeAffinity({});

  private readonly labels: Selector | null;
  private readonly selector: CompiledNodeSelector | null;

  constructor(podSpec: {
    readonly nodeSelector?: Labels | undefined;
    readonly affinity?: Affinity | undefined;
  }) {
    const wanted = podSpec.nodeSelector ?? {};
    this.labels = Object.keys(wanted).length === 0 ? null : selectorFromLabels(wanted);
    const required =
      podSpec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? null;
    this.selector = required === null ? null : new CompiledNodeSelector(required);
  }

  /** True when any node will do. */
  get isEmpty(): boolean {
    return this.labels === null && this.selector === null;
  }

  matches(node: NodeIdentity): boolean {
    if (this.labels !== null && !this.labels.matches(node.labels)) return false;
    return this.selector === null || this.selector.matches(node);
  }
}

/** The preferred terms of a node affinity; empty terms and terms of weight 0 count for nothing. */
export class PreferredNodeTerms {
  static readonly none = new PreferredNodeTerms([]);

  private readonly terms: readonly { readonly term: CompiledTerm; readonly weight: number }[];

  constructor(preferred: readonly PreferredSchedulingTerm[]) {
    this.terms = preferred
      .filter(({ weight, preference = {} }) => weight !== 0 && !isEmptyTerm(preference))
      .map(({ weight, preference }) => ({ term: compileTerm(preference), weight }));
  }

  get isEmpty(): boolean {
    return this.terms.length === 0;
  }

  /** What is wrong with the terms that count, if anything. */
  get error(): SelectorError | null {
    const messages = this.terms.flatMap(({ term }) =>
      term.error === null ? [] : [term.error.message],
    );
    return messages.length === 0 ? null : new SelectorError(messages.join("; "));
  }

  /** The sum of the weights of the terms that hold on `node`. */
  score(node: NodeIdentity): number {
    let sum = 0;
    for (const { term, weight } of this.terms) {
      if (termMatches(term, node)) sum += weight;
    }
    return sum;
  }
}
