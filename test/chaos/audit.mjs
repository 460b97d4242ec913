// What the database itself notes down of a run: every end of a job, every attempt and whatever changes after an end.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const INSTALL = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.ends (job_id uuid, status text);
  CREATE TABLE chaos.claims (task_id bigint, attempt int, worker text);
  CREATE TABLE chaos.changes (what text);

  CREATE FUNCTION chaos.note_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status IN ('done', 'error', 'canceled') THEN
      INSERT INTO chaos.changes VALUES (format('job %s from %s to %s', OLD.id, OLD.status, NEW.status));
    ELSIF NEW.status IN ('done', 'error', 'canceled') THEN
      INSERT INTO chaos.ends VALUES (NEW.id, NEW.status);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_job AFTER INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION chaos.note_job();

  CREATE FUNCTION chaos.note_task() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.status IN ('done', 'error', 'canceled', 'skipped') THEN
      INSERT INTO chaos.changes VALUES (format('task %s of job %s from %s to %s', OLD.name, OLD.job_id, OLD.status, NEW.status));
    ELSIF NEW.status = 'running' AND (OLD.status <> 'running' OR OLD.attempt <> NEW.attempt) THEN
      INSERT INTO chaos.claims VALUES (NEW.id, NEW.attempt, NEW.worker);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_task AFTER UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION chaos.note_task();`;

const OPEN = `SELECT pipeline, count(*)::int FROM jobs WHERE status IN ('waiting', 'running') GROUP BY pipeline`;
const STUCK = `
  SELECT job.id, job.pipeline, job.status, task.name, task.status AS task, task.attempt, task.worker,
         worker.id IS NOT NULL AS lives
  FROM jobs AS job LEFT JOIN tasks AS task ON task.job_id = job.id AND task.status IN ('ready', 'running', 'waiting')
  LEFT JOIN workers AS worker ON worker.id = task.worker
  WHERE job.status IN ('waiting', 'running') ORDER BY job.created_at LIMIT 20`;

const EPOCH_MS = (column) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const FACTS = {
  jobs: `SELECT id, pipeline, status, variables ->> 'token' AS token, ${EPOCH_MS('started_at')} AS started,
                ${EPOCH_MS('ended_at')} AS ended FROM jobs`,
  tasks: `SELECT id, job_id AS job, name, status, attempt, worker, exit_code AS code, error,
                 ${EPOCH_MS('started_at')} AS started, ${EPOCH_MS('ended_at')} AS ended FROM tasks`,
  attempts: `SELECT task_id AS id, attempt, worker, exit_code AS code, error,
                    ${EPOCH_MS('started_at')} AS started, ${EPOCH_MS('ended_at')} AS ended FROM attempts`,
  output: `SELECT task_id AS id, attempt, stream, string_agg(data, '' ORDER BY position) AS data,
                  sum(length(data))::int = max(position + length(data))::int AS gapless
           FROM output GROUP BY task_id, attempt, stream`,
  ends: `SELECT job_id AS job, count(*)::int AS count FROM chaos.ends GROUP BY job_id`,
  claims: `SELECT task_id AS id, attempt, count(*)::int AS count FROM chaos.claims GROUP BY task_id, attempt`,
  changes: `SELECT what FROM chaos.changes`,
};

const LOOK_MS = 200;
const SLOW_MS = 1_000;

export async function openAudit(url) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  pool.on('error', () => undefined);
  const rows = async (text) => (await pool.query(text)).rows;
  await pool.query(INSTALL);

  let open = new Map();
  let ended = false;
  /** When the machine was so slow that heartbeats may have been late, whoever was touched. */
  const slow = [];
  const look = async () => {
    open = new Map((await rows(OPEN)).map(({ pipeline, count }) => [pipeline, count]));
  };
  const watch = async () => {
    // Where Postgres is away, what it said last is good enough.
    for (let from = Date.now(); !ended; from = Date.now()) {
      await sleep(LOOK_MS);
      await look().catch(() => undefined);
      if (Date.now() - from > LOOK_MS + SLOW_MS) slow.push({ from, to: Date.now(), what: 'slow' });
    }
  };
  const watching = watch();
  return {
    slow,
    openOf: (pipeline) => open.get(pipeline) ?? 0,
    isQuiet: () => look().then(() => open.size === 0),
    stuck: () => rows(STUCK),
    async facts() {
      const facts = {};
      for (const [name, text] of Object.entries(FACTS)) facts[name] = await rows(text);
      return facts;
    },
    async close() {
      ended = true;
      await watching;
      await pool.end();
    },
  };
}
