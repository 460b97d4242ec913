-- The jobs of one pipeline by age, for retention: which are the newest, and which pipelines there are.
CREATE INDEX "jobs_pipeline_created" ON "jobs"("pipeline", "created_at" DESC, "id" DESC);
