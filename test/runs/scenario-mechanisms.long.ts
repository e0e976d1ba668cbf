import { testMechanisms } from "./scenario-mechanisms.js";

testMechanisms(1);
