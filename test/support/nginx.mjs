// A real nginx with deploy/nginx.conf, in a folder of its own and in front of a test's own services.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hasNginx = () => spawnSync('nginx', ['-v']).status === 0;

/**
 * Starts it. `deploy`: the folder of nginx.conf; `listen`: a port of this machine, or `unix:` and a path; `addresses`:
 * where the services are. Returns the process, which may not listen yet.
 */
export function startNginx(folder, { deploy, listen, addresses, readTimeout = '60s', location = '/' }) {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, confOf({ folder, deploy, listen, addresses, readTimeout, location }));
  // As every nginx has one, beside its configuration.
  mkdirSync(join(folder, 'html'));
  writeFileSync(join(folder, 'html', 'index.html'), 'Welcome to nginx!');
  // The workers of an nginx that root starts run as a user who may not enter the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const options = ['-p', folder, '-c', file, '-g'];
  const check = spawnSync('nginx', ['-t', ...options, user], { encoding: 'utf8' });
  if (check.status !== 0) throw new Error(`nginx does not accept deploy/nginx.conf: ${check.stderr}`);
  return spawn('nginx', [...options, `${user} daemon off;`], { stdio: 'ignore' });
}

function confOf({ folder, deploy, listen, addresses, readTimeout, location }) {
  const changes = [
    ['/tmp/', `${folder}/`],
    ['/etc/nginx/', `${folder}/`],
    ['/dev/stdout', join(folder, 'access.log')],
    ['worker_processes auto;', 'worker_processes 1;'],
    ['listen 8080 default_server;', `listen ${listen} default_server;`],
    [
      'server api:8080 resolve max_fails=0;',
      addresses.map((address) => `server ${address} max_fails=0;`).join(' '),
    ],
    ['location / {', `location ${location} {`],
    ['proxy_read_timeout 60s;', `proxy_read_timeout ${readTimeout};`],
  ];
  return changes.reduce(
    (conf, [from, to]) => {
      if (!conf.includes(from))
        throw new Error(`deploy/nginx.conf no longer says "${from}", which tests replace`);
      return conf.replaceAll(from, to);
    },
    readFileSync(join(deploy, 'nginx.conf'), 'utf8'),
  );
}
