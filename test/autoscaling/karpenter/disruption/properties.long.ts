import { test } from "vitest";
import { checkCourses } from "./courses.js";

test("over a hundred courses the rules of disruption hold", async () => {
  await checkCourses(100);
});
