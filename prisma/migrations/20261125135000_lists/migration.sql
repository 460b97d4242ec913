-- GET /jobs at any number of jobs: which are the newest, of what its filters leave.

-- Each begins with what is asked for exactly and ends with the order of the answer. The status stands in all of them:
-- a page without a status is merged from five short scans, so that no filter has to pass over the jobs of another
-- status, however rare it is. Of what is asked for besides, a bounded number of jobs is looked at.
CREATE INDEX "jobs_status_created" ON "jobs"("status", "created_at" DESC, "id" DESC);
-- Also the last jobs of a pipeline, and the last of them that are done.
CREATE INDEX "jobs_pipeline_status_created" ON "jobs"("pipeline", "status", "created_at" DESC, "id" DESC);
-- A token's `sub` may be of any length, and an index takes no more than some 2,700 bytes of a row.
CREATE INDEX "jobs_user_status_created" ON "jobs"(left("user", 100), "status", "created_at" DESC, "id" DESC);
