/** The program of the thread in which pipeline files are parsed and checked. */
import { parsePipelines } from '../parse.js';
import type { FileToParse } from './parser.js';
import { serve } from './serve.js';

serve(({ path, bytes }: FileToParse) => parsePipelines(path, bytes));
