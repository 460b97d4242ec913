/** The builtins of bash, and those of which all arguments are data. */

export const BUILTINS: ReadonlySet<string> = new Set(
  (
    '. : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo ' +
    'enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd ' +
    'printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type ' +
    'typeset ulimit umask unalias unset wait'
  ).split(' '),
);

/** Builtins whose arguments are data wherever they stand. */
export const KEEP_ARGUMENTS: ReadonlySet<string> = new Set(
  'echo : true false cd exit kill pwd return'.split(' '),
);
