/** What a job file is made for. */
export interface JobFileOptions {
  /** Of the experiment: a DNS label. */
  readonly name: string;
  /** Path of the experiment file, as the jobs reach it. */
  readonly path: string;
  readonly shares: number;
  /** Folder of the results; each share gets one of its own below. */
  readonly out: string;
}

/**
 * A job script for a Slurm array: each task of it runs a share of the sweep. Source: Slurm documentation, "Job Array
 * Support" and `sbatch`.
 */
export function slurmScript({ name, path, shares, out }: JobFileOptions): string {
  return `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --array=1-${shares}
#SBATCH --cpus-per-task=1
#SBATCH --output=${name}-%a.log
# Each task runs one of ${shares} shares of the sweep. Afterwards, once:
#   seatrial merge ${word(`${out}/share-`)}* --out ${word(out)}
set -euo pipefail
seatrial sweep ${word(path)} --only "$SLURM_ARRAY_TASK_ID/${shares}" \\
  --jobs "\${SLURM_CPUS_PER_TASK:-1}" --resume --out ${word(out)}"/share-$SLURM_ARRAY_TASK_ID"
`;
}

/**
 * An Indexed Job, each of whose pods runs a share of the sweep, as an object to be written as YAML. Source: Kubernetes
 * documentation, "Indexed Job for Parallel Processing with Static Work Assignment".
 */
export function indexedJob(options: JobFileOptions & { readonly image: string }): object {
  const { name, path, shares, out, image } = options;
  const command =
    `seatrial sweep ${word(path)} --only "$((JOB_COMPLETION_INDEX + 1))/${shares}" ` +
    `--jobs 1 --resume --out ${word(out)}"/share-$((JOB_COMPLETION_INDEX + 1))"`;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      completions: shares,
      parallelism: Math.min(shares, 10),
      completionMode: "Indexed",
      backoffLimit: 3,
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "seatrial",
              image,
              workingDir: "/work",
              command: ["sh", "-c", command],
              resources: { requests: { cpu: "1", memory: "2Gi" } },
              volumeMounts: [{ name: "work", mountPath: "/work" }],
            },
          ],
          volumes: [{ name: "work", persistentVolumeClaim: { claimName: name } }],
        },
      },
    },
  };
}

/** A word that a shell takes as it is. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
