/** Which encoding of an answer its caller likes best, of those that we have. */

/** Where the caller does not care, the smaller one. */
const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** null: as it is. What cannot be understood is passed over. */
export function encodingFor(accept = ''): Encoding | null {
  if (accept === '') return null;
  const qualities = new Map<string, number>();
  for (const item of accept.toLowerCase().split(',')) {
    const [, name, quality = '1'] = /^\s*([\w*-]+)\s*(?:;\s*q=(\d(?:\.\d{0,3})?))?\s*$/.exec(item) ?? [];
    if (name !== undefined) qualities.set(name, Number(quality));
  }
  const qualityOf = (name: Encoding) => qualities.get(name) ?? qualities.get('*') ?? 0;
  const [best] = [...ENCODINGS].sort((one, other) => qualityOf(other) - qualityOf(one));
  return best !== undefined && qualityOf(best) > 0 ? best : null;
}
