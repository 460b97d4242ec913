/** Parses pipeline files: in this thread, or in another one, so that a file that takes its time holds up no caller. */
import { type ParsedFile, parsePipelines } from '../parse.js';
import { PipelinesError } from '../pipelines.error.js';
import { Thread, ThreadLost } from './thread.js';

export interface FileToParse {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Parser {
  /** `bytes` is not to be used any more. */
  parse(file: FileToParse): Promise<ParsedFile>;
  close(): Promise<void>;
}

export const PARSER_HERE: Parser = {
  parse: ({ path, bytes }) => Promise.resolve(parsePipelines(path, bytes)),
  close: () => Promise.resolve(),
};

/** Built beside this file. Tests, which run from the sources, say where. */
const PROGRAM = new URL('./parse.thread.js', import.meta.url);

/** Bounds one file. The largest takes some seconds, unless the defaults of its variables are expensive to check. */
const MAX_PARSE_MS = 60_000;

export function openParser(file = PROGRAM): Parser {
  const thread = new Thread<FileToParse, ParsedFile>({
    file,
    maxMemoryMiB: 512,
    idleMs: MAX_PARSE_MS,
    isBackground: true,
  });
  const parse = async (request: FileToParse): Promise<ParsedFile> => {
    try {
      return await thread.run({ request, transfer: [request.bytes.buffer], limitMs: MAX_PARSE_MS });
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      throw new PipelinesError([`loading ${request.path}: it takes too long to be checked`]);
    }
  };
  return { parse, close: () => thread.close() };
}
