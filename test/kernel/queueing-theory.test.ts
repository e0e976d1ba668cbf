import { testQueues } from "./queueing-theory.js";

testQueues(20);
