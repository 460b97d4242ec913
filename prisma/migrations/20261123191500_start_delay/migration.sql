-- Jobs that wait for a time of their own.

ALTER TABLE "jobs" ADD COLUMN "due_at" TIMESTAMPTZ(6);
-- Once it has come, the time is taken away, and the job is one that waits like all others.
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_due" CHECK ("due_at" IS NULL OR "status" IN ('waiting', 'canceled'));

-- Whose time has come, asked twice a second.
CREATE INDEX "jobs_due_at" ON "jobs"("due_at") WHERE "status" = 'waiting' AND "due_at" IS NOT NULL;
-- The last job of a partition's part of the wait list, and how many there are.
CREATE INDEX "jobs_waiting_partition" ON "jobs"("pipeline", "queue_partition", "position") WHERE "status" = 'waiting';
