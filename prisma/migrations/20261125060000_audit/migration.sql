-- Who did what to a job, kept as long as the job.

CREATE TYPE "audit_action" AS ENUM ('schedule', 'replace', 'cancel', 'rerun');

CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "job_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "action" "audit_action" NOT NULL,
    "user" TEXT NOT NULL,
    "address" TEXT,
    "request_id" TEXT,
    "other_job_id" UUID,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id"),
    -- Whose place another job has taken, and which job is run again.
    CONSTRAINT "audit_other_job" CHECK (("other_job_id" IS NOT NULL) = ("action" IN ('replace', 'rerun')))
);

-- Read and removed by job.
CREATE INDEX "audit_job" ON "audit"("job_id");

ALTER TABLE "audit" ADD CONSTRAINT "audit_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
