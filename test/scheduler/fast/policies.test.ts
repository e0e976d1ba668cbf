import { testPolicies } from "./policy-cases.js";

testPolicies([0, 2]);
