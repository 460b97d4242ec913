/** Closes what the launcher inherited, so that no task gets it: Node itself does so for the first descriptors only. */
import { closeSync, readdirSync, readFileSync } from 'node:fs';

const CLOSED_ON_EXEC = 0o2000000;

/**
 * To be called before anything is started. Whatever Node opens is closed in its children; what is not was inherited.
 * Without /proc, as on macOS, Node's children inherit nothing that they are not given.
 */
export function closeInheritedDescriptors(): void {
  for (const name of descriptors()) {
    const descriptor = Number(name);
    if (descriptor <= 2 || isClosedOnExec(name)) continue;
    closeSync(descriptor);
  }
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}

function isClosedOnExec(name: string): boolean {
  try {
    const [, flags = ''] =
      /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1')) ?? [];
    return (parseInt(flags, 8) & CLOSED_ON_EXEC) !== 0;
  } catch {
    // It is closed already.
    return true;
  }
}
