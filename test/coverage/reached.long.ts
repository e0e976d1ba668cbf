import { DECISIONS, testReached } from "./reached.js";

testReached(DECISIONS);
