-- Workers that can be missed, attempts that can be followed by another, schedules that can be asked for twice.

CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "heartbeat_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "lease_ms" INTEGER NOT NULL,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "workers_lease" CHECK ("lease_ms" > 0)
)
-- Each row is updated every few seconds for ever. Half a page keeps that off the indexes.
WITH (fillfactor = 50);

-- A name belongs to one process. Who comes with it takes it over from its predecessor.
CREATE UNIQUE INDEX "workers_name" ON "workers"("name");

CREATE TABLE "sweep" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "steady_since" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "swept_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "sweep_pkey" PRIMARY KEY ("id"),
    -- There is one.
    CONSTRAINT "sweep_one" CHECK ("id")
)
WITH (fillfactor = 50);

INSERT INTO "sweep" DEFAULT VALUES;

CREATE TABLE "attempts" (
    "task_id" BIGINT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "worker" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "ended_at" TIMESTAMPTZ(6) NOT NULL,
    "exit_code" INTEGER NOT NULL,
    "error" TEXT NOT NULL,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("task_id", "attempt"),
    CONSTRAINT "attempts_attempt" CHECK ("attempt" >= 1),
    CONSTRAINT "attempts_exit_code" CHECK ("exit_code" BETWEEN -1 AND 255)
);

ALTER TABLE "attempts" ADD CONSTRAINT "attempts_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "tasks" ADD COLUMN "due_at" TIMESTAMPTZ(6);
-- Only one that has been tried waits for a time.
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_due" CHECK ("due_at" IS NULL OR ("status" = 'waiting' AND "attempt" >= 1));
-- Whose time for another attempt has come, asked every second.
CREATE INDEX "tasks_due_at" ON "tasks"("due_at") WHERE "status" = 'waiting' AND "due_at" IS NOT NULL;

CREATE TABLE "idempotency_keys" (
    "user" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" CHAR(64) NOT NULL,
    "job_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("user", "key")
);

-- The old ones are removed by it.
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys"("created_at");

-- Tasks that an earlier version's workers hold: these write no heartbeat, so after a lease they are called lost.
INSERT INTO "workers" ("id", "name", "lease_ms")
SELECT DISTINCT "worker", "worker", 60000 FROM "tasks" WHERE "status" = 'running';
