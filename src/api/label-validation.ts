/**
 * The rules for names, label keys and label values. Each function gives the reasons why a text is
 * refused: none for a good one.
 *
 * Source: Kubernetes documentation, "Object Names and IDs", "Labels and Selectors"; RFC 1123, 1035.
 */

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const DNS_1123_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1123_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const WILDCARD_SUBDOMAIN = /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PORT_NAME = /^[-a-z0-9]+$/;

type Reasons = readonly string[];

const GOOD: Reasons = Object.freeze([]);

function atMost(limit: number, text: string): string[] {
  return text.length > limit ? [`must be no more than ${limit} characters`] : [];
}

function checked(text: string, rule: { limit: number; form: RegExp; sentence: string }): Reasons {
  const reasons = atMost(rule.limit, text);
  if (!rule.form.test(text)) reasons.push(rule.sentence);
  return reasons.length === 0 ? GOOD : reasons;
}

/** Whether the text is a DNS label of RFC 1123, as the names of nearly all objects are; without a regular expression. */
function isPlainName(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MAX_LABEL) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const isLetter = code >= 97 && code <= 122;
    const isDigit = code >= 48 && code <= 57;
    const isInnerHyphen = code === 45 && i > 0 && i < length - 1;
    if (!isLetter && !isDigit && !isInnerHyphen) return false;
  }
  return true;
}

/** A DNS label of RFC 1123: names of namespaces, containers, volumes. */
export function dns1123LabelErrors(text: string): Reasons {
  if (isPlainName(text)) return GOOD;
  return checked(text, {
    limit: MAX_LABEL,
    form: DNS_1123_LABEL,
    sentence:
      "must consist of lower case letters, digits and '-', and start and end with a letter or digit (such as 'my-name' or '123-abc')",
  });
}

/** A DNS subdomain of RFC 1123: names of most objects. */
export function dns1123SubdomainErrors(text: string): Reasons {
  if (isPlainName(text)) return GOOD;
  return checked(text, {
    limit: MAX_SUBDOMAIN,
    form: DNS_1123_SUBDOMAIN,
    sentence:
      "must consist of lower case letters, digits, '-' and '.', and start and end with a letter or digit (such as 'example.com')",
  });
}

/** A DNS subdomain of RFC 1123 behind `*.`, which stands for one label. */
export function wildcardSubdomainErrors(text: string): Reasons {
  return checked(text, {
    limit: MAX_SUBDOMAIN,
    form: WILDCARD_SUBDOMAIN,
    sentence:
      "must start with '*.' and go on with lower case letters, digits, '-' and '.' (such as '*.example.com')",
  });
}

/** A DNS label of RFC 1035, which starts with a letter: names of Services. */
export function dns1035LabelErrors(text: string): Reasons {
  return checked(text, {
    limit: MAX_LABEL,
    form: DNS_1035_LABEL,
    sentence:
      "must consist of lower case letters, digits and '-', start with a letter and end with a letter or digit (such as 'my-name' or 'abc-123')",
  });
}

/** A label key or resource name: a name of at most 63 characters, with an optional DNS prefix and '/'. */
export function qualifiedNameErrors(text: string): Reasons {
  const slash = text.indexOf("/");
  if (slash !== text.lastIndexOf("/")) {
    return ["must be a name with at most one prefix and '/' (such as 'example.com/MyName')"];
  }
  const name = text.slice(slash + 1);
  const reasons: string[] = [];
  if (slash === 0) reasons.push("the prefix before '/' must not be empty");
  if (slash > 0) {
    for (const reason of dns1123SubdomainErrors(text.slice(0, slash))) {
      reasons.push(`the prefix before '/' ${reason}`);
    }
  }
  if (name === "") return [...reasons, "the name must not be empty"];
  for (const reason of atMost(MAX_LABEL, name)) reasons.push(`the name ${reason}`);
  if (!QUALIFIED_PART.test(name)) {
    reasons.push(
      "the name must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit (such as 'MyName' or '123-abc')",
    );
  }
  return reasons.length === 0 ? GOOD : reasons;
}

/** A label's value: empty, or like the name of a key. */
export function labelValueErrors(text: string): Reasons {
  if (text === "") return GOOD;
  return checked(text, {
    limit: MAX_LABEL,
    form: QUALIFIED_PART,
    sentence:
      "must be empty, or consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit (such as 'MyValue' or '12345')",
  });
}

/** The name of a port: at most 15 lower case letters, digits and single hyphens, with a letter in it. */
export function portNameErrors(text: string): Reasons {
  const reasons = atMost(15, text);
  if (!PORT_NAME.test(text)) reasons.push("must consist of lower case letters, digits and '-'");
  if (!/[a-z]/.test(text)) reasons.push("must contain at least one letter");
  if (text.includes("--")) reasons.push("must not contain two hyphens in a row");
  if (text.startsWith("-") || text.endsWith("-")) {
    reasons.push("must not begin or end with a hyphen");
  }
  return reasons;
}
