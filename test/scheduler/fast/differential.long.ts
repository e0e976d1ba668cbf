import { testDifferential } from "./differential-cases.js";

testDifferential(30);
