// Values that want to be code. KEY stands for the path of the canary: it is there as soon as one of them has run.
export const KEY = '\u0001';

const RUNS = [`$(>${KEY})`, `\`>${KEY}\``];

export const HOSTILE = [
  ...RUNS,
  ...RUNS.flatMap((run) => [
    `a[${run}]`,
    `x[${run}]`,
    `m[${run}]`,
    `a[${run}]=1`,
    `-v a[${run}] -o x`,
    `(${run})`,
    `([0]=${run})`,
    `1+a[${run}]`,
    `0],a[${run}]`,
    `\${x:=${run}}`,
    `\${x@P}${run}`,
    `"${run}"`,
    `'${run}'`,
    `\\${run}`,
    `é${run}`,
    `x y${run}\t*`,
    `x=${run}`,
    `[${run}]=1`,
    `=${run}`,
    `-${run}`,
    `${run}\n${run}`,
  ]),
  `;>${KEY};`,
  `\n>${KEY}\n`,
  `' ;>${KEY}; '`,
  `";>${KEY};"`,
  `);>${KEY};(`,
  `};>${KEY};{`,
  `]];>${KEY};[[`,
  `));>${KEY};((`,
  `;;esac;>${KEY};`,
  `EOF\n>${KEY}\nEOF\n`,
  `|>${KEY}`,
  `&>${KEY}`,
  `<(>${KEY})`,
  `>(>${KEY})`,
  `eval >${KEY}`,
  `#\n>${KEY}`,
  `$'\\x60>${KEY}\\x60'`,
];

/** Harmless to look at: names, options and numbers that mean something in some place. */
export const PLAIN = [
  'plain', 'x', 'y', 'n', 'a', 'm', 'r', 'EOF', 'HOLDFAST_VALUE_1', 'BASH_ENV', 'PS4', 'IFS', 'PATH', 'eval', 'let', 'declare', 'read',
  'source', 'if', 'then', 'do', 'done', 'case', 'time', 'coproc', 'function', 'in', 'esac', '-v', '-n', '-e', '-i', '-a', '--', '-', '', '0', '1',
  '7', '08', '-5', '10', '123456789012345678901', '1.5', '0x1f', '%n', '%s', '=', 'x=1', 'a=b', '@', '+', ':', ',', 'a,b', '..', '/', './x', '~', '*', '?',
  ' ', '\t', '\n', '\\', '#', '!', '{', '}', '(', ')', '$', '$x', '&', '\uffff', '\u00a0', '\r', 'é', '[0]', 'a[0]', "'", '"', '`', '|',
]; // prettier-ignore
