import { testDifferential } from "./differential-cases.js";

testDifferential(Number(process.env.SEATRIAL_FUZZ ?? 9));
