/** The program of the threads in which bodies are decoded and variables are checked. */
import { serve } from '../../pipelines/threads/serve.js';
import { doCheck } from './work.js';

serve(doCheck);
