-- Who did what to a job, from where and when, kept as long as the job.

-- In the order in which they can happen to one job, and it is read in that order, whatever a clock has said meanwhile.
CREATE TYPE "audit_action" AS ENUM ('schedule', 'rerun', 'replace', 'cancel');

CREATE TABLE "audit" (
    "job_id" UUID NOT NULL,
    "action" "audit_action" NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "user" TEXT NOT NULL,
    "address" TEXT,
    "request_id" TEXT,
    "other_job_id" UUID,

    -- Each can be done to a job once, so nobody can fill this table with one. What changes nothing is not in here.
    CONSTRAINT "audit_pkey" PRIMARY KEY ("job_id", "action"),
    -- Which job is run again, and which one has taken this one's place. It may be gone before this one.
    CONSTRAINT "audit_other_job" CHECK (("other_job_id" IS NOT NULL) = ("action" IN ('rerun', 'replace'))),
    -- What comes with a request is bounded at the door. This is for whoever forgets to.
    CONSTRAINT "audit_user" CHECK (char_length("user") <= 512),
    CONSTRAINT "audit_address" CHECK (char_length("address") BETWEEN 1 AND 64),
    CONSTRAINT "audit_request_id" CHECK (char_length("request_id") BETWEEN 1 AND 64)
);

ALTER TABLE "audit" ADD CONSTRAINT "audit_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
