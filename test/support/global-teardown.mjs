// After the tests: their Postgres goes, and its data.
import { rmSync } from 'node:fs';

export default async function tearDown() {
  const { cluster, folder } = globalThis.holdfastTest ?? {};
  await cluster?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
