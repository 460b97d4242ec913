-- Which trace a job belongs to, and how long a task has been free to be claimed.

ALTER TABLE "jobs" ADD COLUMN "trace_parent" TEXT;
-- It goes into the environment of tasks and into the headers of other people's requests. The rows that are there have
-- none, so that nobody has to wait until all of them are read.
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_trace_parent"
    CHECK ("trace_parent" ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$') NOT VALID;

-- An earlier version, which may still run beside this one, leaves it as it is.
ALTER TABLE "tasks" ADD COLUMN "ready_at" TIMESTAMPTZ(6);
