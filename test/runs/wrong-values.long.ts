import { testWrongValues } from "./wrong-values.js";

testWrongValues(1000);
