import { testAlterations } from "./red.js";

testAlterations(8);
