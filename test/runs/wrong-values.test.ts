import { testWrongValues } from "./wrong-values.js";

testWrongValues(60, 12);
