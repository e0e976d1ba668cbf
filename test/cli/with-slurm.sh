#!/usr/bin/env bash
# with-slurm.sh FOLDER COMMAND...: runs a command beside a Slurm cluster of this one machine, which is there as long as the command
# runs. munged, slurmctld and slurmd keep all that they write in FOLDER; they run as root, without systemd or cgroups.
set -euo pipefail
folder="$1"; shift
host="$(hostname -s)"
export SLURM_CONF="$folder/slurm.conf"
mkdir -p "$folder"/{state,spool}
# munged and whoever talks to it must be able to reach its socket.
chmod 755 "$folder"

daemons=()
stop() {
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do kill "${daemons[i]}" 2>/dev/null || true; done
  wait
}
trap stop EXIT

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

cat >"$SLURM_CONF" <<CONF
ClusterName=seatrial
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF

(umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" \
  >"$folder/munged.out" 2>&1 &
daemons+=($!)
slurmctld -D -c >"$folder/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D -N "$host" >"$folder/slurmd.log" 2>&1 &
daemons+=($!)

for _ in $(seq 200); do
  if [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]; then
    "$@"
    exit
  fi
  sleep 0.1
done
tail -n 20 "$folder"/*.log >&2
echo "the node of Slurm was not idle within 20 seconds" >&2
exit 1
