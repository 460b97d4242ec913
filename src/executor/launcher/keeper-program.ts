/** What the keeper becomes at the launcher's end: kills everything of its tasks and removes the folder of their pipes. */
import { endLeftovers } from '../processes/leftovers.js';
import { everythingOf } from '../processes/search.js';
import { removeFolder } from './remove-folder.js';

const [token, since, folder] = process.argv.slice(2);
if (token !== undefined && folder !== undefined) {
  await endLeftovers(everythingOf(token, Number(since)));
  await removeFolder(folder);
}
