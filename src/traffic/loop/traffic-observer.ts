/** Why an attempt came to nothing. */
export const Failure = {
  /** The service has no endpoint. */
  noEndpoint: 0,
  /** The pod takes no connections (any more), though kube-proxy still sends them there. */
  refused: 1,
  /** The pod had no place for one more that waits. */
  full: 2,
  timeout: 3,
  /** The pod ended while it had the request. */
  reset: 4,
  /** The pod answered with an error, or something that it called did not answer. */
  error: 5,
  /** No rule of the route is for such requests: 404. */
  noRoute: 6,
  /** What the route means for them is not there: 500. */
  noBackend: 7,
} as const;

export type Failure = (typeof Failure)[keyof typeof Failure];

/**
 * Is told what happens to requests; looks only. Times are seconds, sources and pods numbers. `backend` is the number of the
 * service that an attempt went to, of a source whose backends are told apart; else -1.
 */
export interface TrafficObserver {
  /** One attempt of a source's request, not of a call that a pod makes, is sent. */
  attemptSent(source: number, atSeconds: number, backend: number): void;
  attemptFailed(source: number, failure: Failure, atSeconds: number, backend: number): void;
  /** A pod has done its own work for a visit, whether anyone waits for it or not. */
  visitDone(
    source: number,
    pod: number,
    arrivedSeconds: number,
    startedSeconds: number,
    atSeconds: number,
  ): void;
  /** A visit left while it waited. */
  visitLeft(pod: number, arrivedSeconds: number, atSeconds: number): void;
  /** A source's request is over: answered, or given up after its last attempt. */
  requestEnded(
    source: number,
    sentSeconds: number,
    atSeconds: number,
    isAnswered: boolean,
    attempts: number,
    backend: number,
  ): void;
}
