import { DECISIONS, testReached } from "./reached.js";

/** The first recording of each subject; \`reached.long.ts\` takes them all. */
testReached(DECISIONS.filter((name) => name.endsWith("-01.json")));
