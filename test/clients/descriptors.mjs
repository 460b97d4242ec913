// The descriptors that a process has open, without its connections to Postgres, which a pool opens and closes as it likes.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `/proc/PID/net/tcp`: addresses are hexadecimal, and the tenth field is the number of the socket. */
function socketsTo(pid, port) {
  const found = new Set();
  for (const file of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${file}`, 'utf8').split('\n').slice(1)) {
      const [, , remote = '', , , , , , , inode] = line.trim().split(/\s+/);
      if (parseInt(remote.split(':')[1], 16) === port) found.add(`socket:[${inode}]`);
    }
  }
  return found;
}

export function descriptorsOf(pid, databasePort) {
  const files = readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
  const toDatabase = socketsTo(pid, databasePort);
  return files.filter((file) => !toDatabase.has(file)).length;
}
