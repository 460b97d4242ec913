/**
 * Stops a migration at its n-th statement, in a real Postgres: an event trigger waits for a lock that the test holds.
 *
 *     const probe = await Probe.install(url, 7);  // 0: it only counts
 *     await probe.stopped();                      // the 7th statement is about to be carried out
 *     await probe.remove();                       // releases it, and leaves nothing behind
 *
 * Counted are DDL commands, statements that write to tables made after it was installed, and the COMMIT of each
 * transaction with a new row in `_prisma_migrations`.
 */
import pg from 'pg';
import { until } from './wait.js';

const NAME = 'holdfast migrate';

/** `busy` keeps what the probe itself creates from being counted. */
const INSTALL = `
  CREATE SCHEMA probe;
  CREATE SEQUENCE probe.statements;
  CREATE FUNCTION probe.count() RETURNS void LANGUAGE plpgsql SET lock_timeout = 0 AS $$
  BEGIN
    IF nextval('probe.statements') = nullif(current_setting('probe.stop_at', true), '')::int THEN
      PERFORM pg_advisory_lock(1, 1);
    END IF;
  END $$;
  CREATE FUNCTION probe.on_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('probe.busy', true) IS DISTINCT FROM 'yes' THEN PERFORM probe.count(); END IF;
  END $$;
  CREATE FUNCTION probe.on_write() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM probe.count();
    RETURN NULL;
  END $$;
  CREATE FUNCTION probe.on_table() RETURNS event_trigger LANGUAGE plpgsql AS $$
  DECLARE made record;
  BEGIN
    IF current_setting('probe.busy', true) = 'yes' THEN RETURN; END IF;
    PERFORM set_config('probe.busy', 'yes', false);
    FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE' LOOP
      EXECUTE format('CREATE TRIGGER probe BEFORE INSERT OR UPDATE ON %s EXECUTE FUNCTION probe.on_write()', made.objid::regclass);
      IF made.object_identity LIKE '%.\\_prisma\\_migrations' THEN
        EXECUTE format('CREATE CONSTRAINT TRIGGER probe_commit AFTER INSERT ON %s DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION probe.on_write()', made.objid::regclass);
      END IF;
    END LOOP;
    PERFORM set_config('probe.busy', 'no', false);
  END $$;
  CREATE EVENT TRIGGER probe_command ON ddl_command_start EXECUTE FUNCTION probe.on_command();
  CREATE EVENT TRIGGER probe_table ON ddl_command_end EXECUTE FUNCTION probe.on_table()`;

export const REMOVE_PROBE = `SET probe.busy = 'yes'; DROP SCHEMA probe CASCADE`;

const BACKENDS = `
  SELECT pid, wait_event = 'advisory' AS stopped FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = '${NAME}'`;

export class Probe {
  /** Holds the lock. */
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async install(url: string, stopAt: number): Promise<Probe> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const database = pg.escapeIdentifier(new URL(url).pathname.slice(1));
    await client.query(`ALTER DATABASE ${database} SET probe.stop_at = ${stopAt}`);
    await client.query(INSTALL);
    await client.query('SELECT pg_advisory_lock(1, 1)');
    return new Probe(client);
  }

  /** Its Postgres is about to crash, after which it has to be removed by other means. */
  expectLoss(): void {
    this.#client.on('error', () => undefined);
  }

  /** How many statements there have been. */
  async count(): Promise<number> {
    const { rows } = await this.#client.query<{ count: number }>(
      'SELECT last_value::int AS count FROM probe.statements',
    );
    return rows[0]?.count ?? 0;
  }

  /** Resolves to the backend that waits. */
  stopped(): Promise<number> {
    return until('a migration has come to the statement', async () => {
      const { rows } = await this.#client.query<{ pid: number; stopped: boolean }>(BACKENDS);
      return rows.find(({ stopped }) => stopped)?.pid;
    });
  }

  /** Nobody migrates this database any more, and the locks of a migration are free. */
  gone(): Promise<true> {
    return until('the backend is gone', async () => {
      const { rowCount } = await this.#client.query(BACKENDS);
      return rowCount === 0;
    });
  }

  terminate(pid: number): Promise<unknown> {
    return this.#client.query('SELECT pg_terminate_backend($1)', [pid]);
  }

  async remove(): Promise<void> {
    await this.#client.query('SELECT pg_advisory_unlock_all()');
    await this.#client.query(REMOVE_PROBE);
    await this.#client.end();
  }
}
