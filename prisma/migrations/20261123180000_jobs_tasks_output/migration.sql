-- Jobs, their tasks and what these write.

CREATE TYPE "job_status" AS ENUM ('waiting', 'running', 'done', 'error', 'canceled');
CREATE TYPE "task_status" AS ENUM ('waiting', 'ready', 'running', 'skipped', 'done', 'error', 'canceled');
CREATE TYPE "output_stream" AS ENUM ('stdout', 'stderr');

CREATE TABLE "definitions" (
    "id" CHAR(64) NOT NULL,
    "body" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "definitions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "pipeline" TEXT NOT NULL,
    "definition_id" CHAR(64) NOT NULL,
    "status" "job_status" NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "queue_partition" TEXT NOT NULL DEFAULT '',
    "user" TEXT NOT NULL DEFAULT '',
    "variables" JSONB,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "started_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),
    "cancel_requested_at" TIMESTAMPTZ(6),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id"),
    -- A row says one thing: its times are those that its status has.
    CONSTRAINT "jobs_times" CHECK (
        CASE "status"
            WHEN 'waiting' THEN "started_at" IS NULL AND "ended_at" IS NULL AND "cancel_requested_at" IS NULL
            WHEN 'running' THEN "started_at" IS NOT NULL AND "ended_at" IS NULL
            WHEN 'canceled' THEN "ended_at" IS NOT NULL AND "cancel_requested_at" IS NOT NULL
            -- Cancel wins (behaviour.md 5.9): what was to be canceled ends in no other way.
            ELSE "started_at" IS NOT NULL AND "ended_at" IS NOT NULL AND "cancel_requested_at" IS NULL
        END
    ),
    CONSTRAINT "jobs_variables" CHECK ("variables" IS NULL OR jsonb_typeof("variables") = 'object')
)
-- Room for the two or three updates of a job's life on the page where it was born.
WITH (fillfactor = 80);

CREATE TABLE "tasks" (
    "id" BIGSERIAL NOT NULL,
    "job_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "depends_on" TEXT[],
    "status" "task_status" NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "worker" TEXT,
    "stop_requested_at" TIMESTAMPTZ(6),
    "started_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),
    "exit_code" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tasks_times" CHECK (
        CASE "status"
            WHEN 'waiting' THEN "started_at" IS NULL AND "ended_at" IS NULL
            WHEN 'ready' THEN "started_at" IS NULL AND "ended_at" IS NULL
            WHEN 'running' THEN "started_at" IS NOT NULL AND "ended_at" IS NULL
            WHEN 'skipped' THEN "started_at" IS NULL AND "ended_at" IS NOT NULL
            WHEN 'canceled' THEN "ended_at" IS NOT NULL
            ELSE "started_at" IS NOT NULL AND "ended_at" IS NOT NULL
        END
    ),
    CONSTRAINT "tasks_claim" CHECK ("status" <> 'running' OR ("worker" IS NOT NULL AND "attempt" >= 1)),
    CONSTRAINT "tasks_attempt" CHECK ("attempt" >= 0),
    CONSTRAINT "tasks_error" CHECK (("status" = 'error') = ("error" IS NOT NULL)),
    CONSTRAINT "tasks_exit_code" CHECK (
        CASE "status"
            WHEN 'waiting' THEN "exit_code" = 0
            WHEN 'ready' THEN "exit_code" = 0
            WHEN 'skipped' THEN "exit_code" = 0
            WHEN 'running' THEN "exit_code" = -1
            ELSE "exit_code" BETWEEN -1 AND 255
        END
    ),
    -- Only what runs can be told to stop.
    CONSTRAINT "tasks_stop" CHECK ("stop_requested_at" IS NULL OR "status" IN ('running', 'canceled'))
)
-- Claiming slows down with dead rows, so this table leaves room for updates and is cleaned early and without pause.
WITH (
    fillfactor = 60,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE "output" (
    "task_id" BIGINT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "stream" "output_stream" NOT NULL,
    "position" BIGINT NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "output_pkey" PRIMARY KEY ("task_id", "attempt", "stream", "position"),
    CONSTRAINT "output_position" CHECK ("position" >= 0)
);

-- The foreign key asks by it when a definition that nobody uses any more is removed.
CREATE INDEX "jobs_definition" ON "jobs"("definition_id");
-- GET /job/detail, and one name once in a job.
CREATE UNIQUE INDEX "tasks_job_name" ON "tasks"("job_id", "name");

-- Admission counts the running jobs of a pipeline.
CREATE INDEX "jobs_running" ON "jobs"("pipeline") WHERE "status" = 'running';
-- The wait list of a pipeline, in its order.
CREATE INDEX "jobs_waiting" ON "jobs"("pipeline", "position") WHERE "status" = 'waiting';
-- GET /pipelines/jobs: the finished ones newest first, page by page, and all others on the first page.
CREATE INDEX "jobs_finished" ON "jobs"("created_at" DESC, "id" DESC) WHERE "status" IN ('done', 'error', 'canceled');
CREATE INDEX "jobs_unfinished" ON "jobs"("created_at" DESC, "id" DESC) WHERE "status" IN ('waiting', 'running');
-- The claim takes the oldest ready task.
CREATE INDEX "tasks_ready" ON "tasks"("id") WHERE "status" = 'ready';
-- What a worker holds.
CREATE INDEX "tasks_running" ON "tasks"("worker") WHERE "status" = 'running';

ALTER TABLE "jobs" ADD CONSTRAINT "jobs_definition_id_fkey" FOREIGN KEY ("definition_id") REFERENCES "definitions"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "output" ADD CONSTRAINT "output_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
