import { counted } from "../base/counted.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { WorldFacts } from "../scenario/assemble/world.js";
import { noteText } from "../scenario/issue.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { formatDuration } from "../scenario/units.js";
import { partsOfName } from "../traffic/cluster/service-name.js";
import { MAX_CALL_DEPTH } from "../traffic/loop/traffic-loop.js";

/** Sentences about a run's input that whoever reads the results should know. */
export function notesOf(
  loaded: LoadedScenario,
  run: { readonly facts: WorldFacts; readonly endMicros: TimeMicros },
): readonly string[] {
  const { fromMicros } = loaded.scenario.measure;
  const notes = loaded.notes.map(noteText);
  if (run.endMicros < fromMicros) {
    const [end, from] = [formatDuration(run.endMicros), formatDuration(fromMicros)];
    notes.push(
      `spec.measure.from: the run was idle at ${end}, before ${from}: nothing was measured`,
    );
  }
  for (const index of run.facts.unmatchedBehaviors) {
    notes.push(
      `spec.behavior[${index}].match: decided for no container that ran: none matches it, or an entry before it does`,
    );
  }
  const { facts } = run;
  return [
    ...notes,
    ...traceNotes(facts),
    ...fluidNotes(facts),
    ...nameNotes(facts),
    ...circleNotes(facts),
  ];
}

/** So many services are told of one by one. */
const SERVICES_TOLD = 5;

/** Mode `fluid` is held to single requests for loads from 0.1 to 0.9. */
function fluidNotes({ outsideOfFluid }: WorldFacts): readonly string[] {
  const more = outsideOfFluid.length - SERVICES_TOLD;
  const notes = outsideOfFluid
    .slice(0, SERVICES_TOLD)
    .map(({ service, idleSeconds, busySeconds }) => {
      const parts = [
        ...(busySeconds > 0 ? [`${secondsText(busySeconds)} above 0.9`] : []),
        ...(idleSeconds > 0 ? [`${secondsText(idleSeconds)} below 0.1`] : []),
      ];
      return `${service}: its pods had loads for which \`fluid\` is not held to single requests: ${parts.join(", ")}`;
    });
  return more > 0 ? [...notes, `so had those of ${counted(more, "more service")}`] : notes;
}

function nameNotes({ namesWithoutPod }: WorldFacts): readonly string[] {
  return namesWithoutPod.map((name) => {
    const { service, hostname } = partsOfName(name.slice(name.indexOf("/") + 1));
    return `${name}: all requests failed: no pod with the name ${hostname} was ever ready behind the Service ${service}`;
  });
}

function circleNotes({ callsTooDeepCount: count }: WorldFacts): readonly string[] {
  if (count === 0) return [];
  return [
    `spec.behavior[].calls: services call each other in a circle: ${counted(count, "call")} failed for being more than ${MAX_CALL_DEPTH} deep`,
  ];
}

function secondsText(seconds: number): string {
  return formatDuration(Math.round(seconds) * MICROS_PER_SECOND);
}

function traceNotes(facts: WorldFacts): readonly string[] {
  return facts.traces.flatMap((trace) => {
    const load = trace.offeredLoad
      .map(({ resource, peakRatio }) => `${resource} ${(100 * peakRatio).toFixed(1)} %`)
      .join(", ");
    return [
      `${trace.name}: ${trace.podsReplayed} pods of ${trace.podsRead} in the file` +
        `${trace.clones > 0 ? `, ${trace.clones} of them clones` : ""}; at its peak it asks for ${load} of what the cluster has`,
      ...trace.leftOut.map(({ count, what }) => `${trace.name}: ${count} pods ${what}: left out`),
      ...(trace.podsLater === 0
        ? []
        : [
            `${trace.name}: ${counted(trace.podsLater, "pod")} would have arrived after the end of the run`,
          ]),
      ...trace.changed.map(({ count, what }) => `${trace.name}: ${count} pods ${what}`),
      ...trace.warnings,
    ];
  });
}
