import { own } from "../../base/own.js";
import { fieldMeant, type UnknownField } from "../schemas/screen.js";

/** How calls are authorised: of every trigger that asks over HTTP. */
const AUTHORISATION = ["authModes", "authMode", "apiKey", "method", "keyParamName"];
const AWS = ["awsRegion", "awsEndpoint", "identityOwner", "awsAccessKeyID", "awsSecretAccessKey"];
const UTILIZATION = ["type", "value", "containerName"];

/**
 * What the metadata of triggers may say, by the type of the trigger, of those that are modelled. Each key
 * may also have `FromEnv` behind it, where its value is the name of a variable.
 *
 * Source: KEDA, "Scalers" (2.21), and what its scalers read of triggerMetadata.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  cpu: UTILIZATION,
  memory: UTILIZATION,
  cron: ["timezone", "start", "end", "desiredReplicas"],
  prometheus: [
    ...["serverAddress", "query", "queryParameters", "threshold", "activationThreshold"],
    ...["namespace", "customHeaders", "ignoreNullValues", "unsafeSsl", "timeout"],
    ...AUTHORISATION,
    ...AWS,
  ],
  rabbitmq: [
    ...["queueName", "mode", "queueLength", "value", "activationValue", "host", "protocol"],
    ...["vhostName", "useRegex", "excludeUnacknowledged", "pageSize", "operation", "timeout"],
    ...["username", "password", "unsafeSsl"],
    ...AUTHORISATION,
  ],
  kafka: [
    ...["bootstrapServers", "consumerGroup", "topic", "partitionLimitation", "lagThreshold"],
    ...["activationLagThreshold", "offsetResetPolicy", "allowIdleConsumers"],
    ...["excludePersistentLag", "scaleToZeroOnInvalidOffset", "limitToPartitionsWithLag"],
    ...["ensureEvenDistributionOfPartitions", "fullMetadata", "version", "tls", "unsafeSsl"],
    ...["sasl", "saslTokenProvider"],
    ...AWS,
  ],
  "aws-sqs-queue": [
    ...["queueLength", "activationQueueLength", "queueURL", "scaleOnInFlight", "scaleOnDelayed"],
    ...AWS,
  ],
  redis: [
    ...["address", "addresses", "host", "hosts", "port", "ports", "username", "password"],
    ...["sentinelUsername", "sentinelPassword", "sentinelMaster", "unsafeSsl", "enableTLS"],
    ...["listLength", "activationListLength", "listName", "databaseIndex"],
  ],
  "metrics-api": [
    ...["targetValue", "activationTargetValue", "url", "format", "valueLocation", "unsafeSsl"],
    ...["aggregateFromKubeServiceEndpoints", "aggregationType", "timeout"],
    ...AUTHORISATION,
  ],
};
const FROM_ENVIRONMENT = "FromEnv";

type Loose = { readonly [key: string]: unknown };

/** True for the types of triggers whose metric a run can have. */
export function isModelledTrigger(type: unknown): boolean {
  return typeof type === "string" && own(KEYS, type) !== undefined;
}

/** Keys of the triggers' metadata that no scaler of their type reads; of a patch, which may lack anything. */
export function strangeTriggerKeys({ triggers }: Loose): readonly UnknownField[] {
  if (!Array.isArray(triggers)) return [];
  return triggers.flatMap((trigger: unknown, i) => {
    const { type, metadata } = isMap(trigger) ? trigger : {};
    const keys = typeof type === "string" ? own(KEYS, type) : undefined;
    if (keys === undefined || !isMap(metadata)) return [];
    const known = [...keys, ...keys.map((key) => `${key}${FROM_ENVIRONMENT}`)];
    return Object.keys(metadata)
      .filter((key) => !known.includes(key))
      .map((key) => ({
        path: ["spec", "triggers", i, "metadata", key],
        definition: `the metadata of a trigger of type ${type}`,
        meant: fieldMeant(key, keys),
      }));
  });
}

function isMap(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
