import { testAlterations } from "./red.js";

testAlterations(1);
