-- Jobs that run another one again, as a whole or from where it failed.

-- No foreign key: the first one may be removed, and the second says all the same whose rerun it is.
ALTER TABLE "jobs" ADD COLUMN "rerun_of" UUID;
-- The reruns of a job, the newest first. Most jobs are none, and take no room in it.
CREATE INDEX "jobs_rerun_of" ON "jobs"("rerun_of", "created_at" DESC, "id" DESC) WHERE "rerun_of" IS NOT NULL;

-- No foreign key either, which would cost each removed task a look for those that show its output.
ALTER TABLE "tasks" ADD COLUMN "output_of" BIGINT;
-- Only what was done is carried over. The rows that are there have none, so that nobody has to wait until all of them
-- are read.
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_output_of" CHECK ("output_of" IS NULL OR "status" = 'done') NOT VALID;
