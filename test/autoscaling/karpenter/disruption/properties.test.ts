import { test } from "vitest";
import { checkCourses } from "./courses.js";

test("no more nodes are on their way out than the budget allows, at their price, and all pods run at the end", async () => {
  await checkCourses(3);
});
