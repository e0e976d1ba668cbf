import { testPolicies } from "./policy-cases.js";

testPolicies([0, 1, 2, 3]);
