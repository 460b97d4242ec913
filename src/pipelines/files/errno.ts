/** Tells the system's errors apart. */

/** By shape: Jest's Node errors are of another realm's Error. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
