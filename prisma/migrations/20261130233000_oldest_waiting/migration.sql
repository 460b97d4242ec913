-- Age of the oldest job of a pipeline that waits for room, however many wait.
CREATE INDEX "jobs_oldest_waiting" ON "jobs"("pipeline", "created_at") WHERE "status" = 'waiting' AND "due_at" IS NULL;
