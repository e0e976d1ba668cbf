import type { Area } from "../controllers/suite.js";
import { recommenderSuites } from "./vpa-recommender.js";
import { updaterSuites } from "./vpa-updater.js";

export const vpaArea: Area = { ...recommenderSuites, ...updaterSuites };
