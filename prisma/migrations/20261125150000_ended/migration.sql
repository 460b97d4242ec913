-- What has ended since a watcher was away.
CREATE INDEX "jobs_ended" ON "jobs"("ended_at") WHERE "ended_at" IS NOT NULL;
