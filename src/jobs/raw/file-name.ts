/** What output is called that is kept as a file. */

// eslint-disable-next-line no-control-regex -- those are what no file should be called.
const NO_NAME = /[\0-\x1f\x7f-\x9f/\\]/g;

/** For all, and for those who know RFC 8187, too: no path in either, and nothing that a header cannot have. */
export function contentDisposition(name: string): string {
  const safe = name.replace(NO_NAME, '_');
  const encoded = encodeURIComponent(safe.toWellFormed()).replace(/['()*]/g, asHex);
  return `inline; filename="${safe.replace(/[^\w.-]/g, '_')}"; filename*=UTF-8''${encoded}`;
}

const asHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
