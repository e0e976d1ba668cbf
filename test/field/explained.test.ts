import { describe, expect, it } from "vitest";
import { explain } from "../../src/cli/explanation.js";
import { Explainer } from "../../src/scheduler/explain/explainer.js";
import { loadedFrom, loadedFromMemory, worldOf } from "../runs/built-world.js";
import type { LoadedScenario } from "../../src/scenario/load/loaded-scenario.js";
import { deploymentOf, scenarioOf } from "./told.js";

async function explained(loaded: LoadedScenario, query: string): Promise<string> {
  const explainer = new Explainer(query);
  const world = await worldOf(loaded, { decisions: explainer });
  world.run();
  const { figures } = world.finish();
  return explain(world, explainer, () => figures.pods()).text;
}

const INIT = `      initContainers:
        - { name: small, image: i, resources: { requests: { cpu: "1" } } }
        - { name: migrate, image: i, resources: { requests: { cpu: "6" } } }
`;

describe("--explain", () => {
  it.each(["deploy/web", "default/deployment/web", "Deployment/web", "web-*"])(
    "%s names the init container that asks for the most",
    async (query) => {
      const app = deploymentOf("web", { replicas: 1, pod: INIT });
      const files = { "s.yaml": scenarioOf([]), "app.yaml": app };
      expect(await explained(await loadedFromMemory(files), query)).toContain(
        "It asks for 6 cpu (its init container migrate does; the containers that run after it ask for 0.5 cpu together), and no node that it may use is that large",
      );
    },
  );

  it("names no init container that asks for less than what runs later", async () => {
    const app = deploymentOf("web", { replicas: 1, cpu: "7", pod: INIT });
    const files = { "s.yaml": scenarioOf([]), "app.yaml": app };
    const text = await explained(await loadedFromMemory(files), "deploy/web");
    expect(text).toContain("It asks for 7 cpu, and no node");
  });

  it("names the Deployment's own old pod that holds the room", async () => {
    const step = '{ at: 5m, setImage: { target: Deployment/web, container: c, image: "v2" } }';
    const app = deploymentOf("web", { replicas: 1, cpu: "3" });
    const files = { "s.yaml": scenarioOf([step], { nodes: 1 }), "app.yaml": app };
    const text = await explained(await loadedFromMemory(files), "deploy/web");
    expect(text).toMatch(
      /Deployment\/web's own old pod web-\S+ holds the room on n-0, and a rolling update keeps old pods until new ones are ready: let it take them away first \(maxSurge: 0 and maxUnavailable: 1\), or add room\./,
    );
  });

  it("names the own old pods that must not be near a new one", async () => {
    const paths = ["test/field/02-anti-affinity-rollout/scenario.yaml"];
    const text = await explained(await loadedFrom(paths), "deploy/web");
    expect(text).toMatch(/Deployment\/web's own old pods hold places \(web-/);
  });

  it("tells of a Deployment without pods that none belongs to it", async () => {
    const files = { "s.yaml": scenarioOf([]), "app.yaml": deploymentOf("web") };
    expect(await explained(await loadedFromMemory(files), "deploy/wep")).toBe(
      "No pod of the run belongs to deploy/wep; the nearest name is web-*.\n",
    );
  });
});
