/** A Service by its name; or one pod of a headless one by the name that it has there: `db-0.db`. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** The parts of a name of {@link ServiceName}. */
export interface NameParts {
  /** Of the Service. */
  readonly service: string;
  /** Of the pod that is meant, its host name; null: none alone. */
  readonly hostname: string | null;
}

/** Names of Services and host names are labels of DNS, which have no dot. */
export function partsOfName(name: string): NameParts {
  const dot = name.indexOf(".");
  if (dot < 0) return { service: name, hostname: null };
  return { service: name.slice(dot + 1), hostname: name.slice(0, dot) };
}
