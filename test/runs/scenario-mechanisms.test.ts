import { testMechanisms } from "./scenario-mechanisms.js";

testMechanisms(4);
