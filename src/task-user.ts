/** Finds the user that this service's tasks run as, by its settings. */
import type { Config } from './config/settings.js';
import { ownerOf } from './database/embedded/cluster.js';
import type { TaskUser } from './executor/task-user/as-user.js';
import { findTaskUser, TaskUserError } from './executor/task-user/task-user.js';

/** Returns null if tasks run as the service's own user, or if it runs none. Throws a `TaskUserError` where it cannot be as it is set. */
export async function taskUserOf(config: Config): Promise<TaskUser | null> {
  const { taskUser, role, taskEnvironment, settingsFiles, databaseUrl, dataFolder } = config;
  if (taskUser === null || role === 'api') return null;
  const user = await findTaskUser(taskUser, {
    environment: taskEnvironment,
    hidden: settingsFiles.withSecrets,
    settings: settingsFiles.all,
  });
  if (databaseUrl === null && user.uid === ownerOf(dataFolder)?.uid)
    throw new TaskUserError(
      `HOLDFAST_TASK_USER: the embedded Postgres runs as ${taskUser}, so tasks could change its data; ` +
        'name another user, or set DATABASE_URL',
    );
  return user;
}
