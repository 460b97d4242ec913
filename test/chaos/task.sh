# What every task of a chaos run does: prints numbered lines, and notes down in a file of its attempt when it lived,
# so that what really ran is known without asking the service. Waits without a child, so that many may run at once.
chaos() { # JOB TICKS BURST PAUSE FAILURES
  local tick line=0 code=0 notes="$CHAOS_NOTES/$1.$TASK_NAME.$TASK_ATTEMPT"
  note() { echo "$1 ${EPOCHREALTIME/[.,]/} $$" >>"$notes"; }
  note start
  exec 9<> <(:)
  for ((tick = 1; tick <= $2; tick++)); do
    note tick
    for ((burst = 0; burst < $3; burst++)); do echo "line $((++line)) of attempt $TASK_ATTEMPT"; done
    echo "tick $tick" >&2
    read -rt "$4" -u 9
  done
  ((TASK_ATTEMPT > $5)) || code=7
  note "end:$code"
  exit "$code"
}
