/** What the keeper becomes at the launcher's end: kills everything of its tasks and removes the folder of their pipes. */
import { endLeftovers, everythingOf } from '../processes/leftovers.js';
import { removeFolder } from './remove-folder.js';

const [token, since, folder] = process.argv.slice(2);
if (token !== undefined && folder !== undefined) {
  await endLeftovers(everythingOf(token, Number(since)));
  await removeFolder(folder);
}
