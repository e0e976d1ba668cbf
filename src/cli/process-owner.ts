import { hostname } from "node:os";
import process from "node:process";
import type { FolderOwner } from "../experiment/hidden-folders.js";

const MILLIS_PER_DAY = 86_400_000;

/**
 * This process as the owner of folders: its name is made of host, process id and start. Of a process on
 * another host nobody can tell whether it lives: it is given up a day after it last made something.
 */
export function processOwner(name = nameOfProcess()): FolderOwner {
  const host = hostName();
  return {
    name,
    isAlive(other, lastMadeMs) {
      if (other === name) return true;
      const [otherHost, pid] = other.split("_");
      if (otherHost !== host) return Date.now() - lastMadeMs < MILLIS_PER_DAY;
      return Number(pid) !== process.pid && isRunning(Number(pid));
    },
  };
}

/** Read once and handed on, for the clocks of a process and of its threads round differently. */
export function nameOfProcess(): string {
  const start = Math.round(Date.now() - process.uptime() * 1000).toString(36);
  return `${hostName()}_${process.pid}_${start}`;
}

function hostName(): string {
  const letters = hostname().replaceAll(/[^A-Za-z0-9]/g, "");
  return letters.slice(0, 32) || "host";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
