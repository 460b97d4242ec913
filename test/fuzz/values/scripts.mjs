// Random bash: a grammar whose every rule may put a value wherever text can stand.
// A script is `transparent` where what it prints follows from its values byte for byte; then `show` prints its words.

const NAMES = ['x', 'y', 'n', 'a', 'm', 'r'];
const LITERALS = [
  'a',
  'bc',
  '.',
  '1',
  'x=',
  '-',
  'EOF',
  '/',
  ':',
  '%',
  '@',
  ',',
  '=',
  '+',
  '_',
  '0',
  '{a,b}',
  '~',
  '\\ ',
  '\\$',
  '\\"',
  "\\'",
];

export class Scripts {
  constructor(random, { transparent = false } = {}) {
    this.random = random;
    this.transparent = transparent;
    this.depth = 0;
    this.documents = [];
  }

  /** Entries of one task. */
  task() {
    const count = this.random.chance(0.8) ? 1 : 2;
    return Array.from({ length: count }, () => this.script());
  }

  script() {
    this.depth = 0;
    this.documents = [];
    this.limit = this.random.whole(2, 5);
    let text = this.list();
    text += this.ends();
    if (!this.transparent && this.random.chance(0.03)) text = text.replaceAll('\n', '\r\n');
    // In a template these would be one action.
    return text.replaceAll('{{{', '{{ "{" }}{{');
  }

  pick(list) {
    return this.random.pick(list);
  }

  /** One of the rules, each a weight and a function. Only the first few where it is deep already. */
  one(...rules) {
    const open = this.depth > (this.transparent ? 4 : this.limit) ? rules.slice(0, 1) : rules;
    let left = this.random.between(
      0,
      open.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, rule] of open) if ((left -= weight) <= 0) return this.deeper(rule);
    return this.deeper(open[0][1]);
  }

  deeper(rule) {
    this.depth++;
    const text = rule();
    this.depth--;
    return text;
  }

  maybe(part, rule) {
    return this.random.chance(part) ? rule() : '';
  }

  some(least, most, rule, between = '') {
    return Array.from({ length: this.random.whole(least, most) }, rule).join(between);
  }

  value() {
    return this.pick(['{{ .v }}', '{{ .v }}', '{{ .v }}', '{{ .w }}', '{{.v}}{{.w}}']);
  }

  blank() {
    if (this.transparent) return ' ';
    return this.random.chance(0.9)
      ? ' '
      : this.pick(['  ', '\t', ' \\\n', '\\\n ', '\u00a0', '\r', '\f', '\v']);
  }

  /** The end of a command, and of the line where here-documents wait. */
  ends() {
    const end = this.documents.length > 0 ? '\n' : this.pick(['\n', '\n', ';', '\n\n', " # it's\n"]);
    return end.includes('\n') ? end + this.bodies() : end;
  }

  bodies() {
    const bodies = this.documents.map(({ body, delimiter }) => `${body}\n${delimiter}\n`).join('');
    this.documents = [];
    return bodies;
  }

  list() {
    const outer = this.documents;
    this.documents = [];
    let text = '';
    const count = this.depth > 1 ? 1 : this.random.whole(1, this.transparent ? 4 : 2);
    for (let i = 0; i < count; i++) {
      text += this.pipeline();
      if (i < count - 1)
        text +=
          this.documents.length === 0 && this.random.chance(0.15) ? this.pick([' && ', ' || ']) : this.ends();
    }
    if (this.documents.length > 0) text += '\n' + this.bodies();
    this.documents = outer;
    return text;
  }

  /** A list, and an end of line or command before what follows. */
  body() {
    const text = this.list();
    return text.endsWith('\n') || text.endsWith(';') ? text : text + this.pick(['\n', '; ']);
  }

  pipeline() {
    const prefix = this.transparent
      ? ''
      : this.maybe(0.05, () => this.pick(['! ', 'time ', 'time -p ', '! time ']));
    const more = this.maybe(0.1, () => this.pick([' | ', ' |\n', ' |& ']) + this.command());
    if (more.includes('|\n') && this.documents.length > 0) return prefix + this.command();
    return prefix + this.command() + (this.transparent && more ? ' | cat' : more);
  }

  command() {
    if (this.transparent)
      return this.one(
        [6, () => this.show()],
        [2, () => `x=${this.word()}; show "$x"`],
        [1, () => `a=(${this.word()} ${this.word()}); show "\${a[@]}"`],
        [1, () => `{ ${this.body()}}`],
        [1, () => `( ${this.list()})`],
        [1, () => `if true; then ${this.body()}fi`],
        [1, () => `for x in ${this.word()} ${this.word()}; do show "$x"; ${this.body()}done`],
        [1, () => `case a in a) ${this.list()};; esac`],
        [1, () => `f() { ${this.body()}}; f`],
        [1, () => `cat ${this.document()}`],
        [1, () => `cat <<< ${this.quotedWord()}`],
        [1, () => `export y=${this.quotedWord()}; show "$y"`],
        [
          1,
          () => `[[ ${this.quotedWord()} == ${this.quotedWord()} ]]; [ -n ${this.quotedWord()} ]; show done`,
        ],
        [1, () => `printf '%s|' ${this.word()}`],
        [1, () => `echo ${this.value()} >/dev/null; show "$(${this.list()})"`],
      );
    return this.one(
      [8, () => this.simple()],
      [4, () => this.builtin()],
      [3, () => this.assignment()],
      [1, () => `{ ${this.body()}}${this.redirects(0.2)}`],
      [1, () => `(${this.maybe(0.5, () => ' ')}${this.list()})${this.redirects(0.2)}`],
      [
        1,
        () =>
          `if ${this.body()}then${this.pick([' ', '\n', '\\\n', ';'])}${this.body()}${this.maybe(0.4, () => `else ${this.body()}`)}fi`,
      ],
      [
        1,
        () =>
          `${this.pick(['while', 'until'])} ${this.body()}\n:\nbreak; do ${this.body()}done${this.redirects(0.3)}`,
      ],
      [
        1,
        () =>
          `while read ${this.some(0, 2, () => this.name(), ' ')}; do ${this.body()}done${this.pick([` <<< ${this.word()}`, ` < <(echo ${this.word()})`])}`,
      ],
      [1, () => `for ${this.name()} in ${this.some(0, 3, () => this.word(), ' ')}; do ${this.body()}done`],
      [1, () => `for ((i=0; i<${this.arithmetic()}; i+=99)); do ${this.body()}\n:\nbreak; done`],
      [
        1,
        () =>
          `case ${this.word()} in ${this.word()}|${this.word()}) ${this.list()};; ${this.pick(['', '('])}*) ${this.list()} ;; esac`,
      ],
      [1, () => `[[ ${this.condition()} ]]`],
      [1, () => `((${this.arithmetic()}))`],
      [1, () => this.function()],
      [1, () => `${this.pick(['f', 'g'])} ${this.words()}`],
      [1, () => `coproc ${this.pick(['', 'W '])}{ ${this.body()}}`],
      [1, () => `select ${this.name()} in ${this.words()}; do break; done </dev/null`],
      [1, () => `echo ${this.words()} | while read ${this.name()}; do ${this.body()}done`],
      [3, () => this.journey()],
    );
  }

  /** A text that goes to a variable, from there to others by all that hands texts on, and to where bash evaluates it. */
  journey() {
    const hops = this.some(0, 2, () => `${this.hop()}; `);
    return `i=1; k=x; ${this.departure()}; ${hops}${this.arrival()}`;
  }

  departure() {
    const text = () => this.one([3, () => `"${this.inDouble()}"`], [1, () => this.word()]);
    return this.one(
      [3, () => `x=${text()}`],
      [1, () => `printf -v ${this.pick(['"x"', '"x[0]"', '"x$i"', '"$k"', "'x1'"])} %s ${text()}`],
      [
        1,
        () =>
          `${this.pick(['declare', 'export', 'declare -g'])} ${this.pick(['"x$i=', '"$k='])}${this.inDouble()}"`,
      ],
      [1, () => `read -r ${this.pick(['x', '"x[0]"', '"$k"', '"x$i"'])} <<< ${text()}`],
      [1, () => `set -- ${text()} ${text()}`],
      [
        1,
        () => `p() { echo ${text()}; }; x=$(${this.pick(['p', 'p 2>&1', 'command p', 'eval p', 'p | cat'])})`,
      ],
      [
        1,
        () =>
          `q() { ${this.pick(['read -r x', 'x=$(cat)', 'mapfile -t x', 'x=$(</dev/stdin)'])}; }; q <<< ${text()}`,
      ],
      [
        1,
        () =>
          `q() { x=$1 y=$2; ${this.pick(['', 'shift; x=$1', 'x=${!i}', 'x=$*', 'x=${@:2}'])}; }; ${this.pick(['q', 'w() { q "$@"; }; w', 'a=("$x"); q "${a[@]}"', 'q $i'])} ${text()} ${text()}`,
      ],
      [1, () => `q() { getopts b: o; x=$OPTARG; }; q -b ${text()}`],
      [1, () => `declare -A m; m[k]=${text()}; x=\${m[k]}`],
      [1, () => `declare -A m; x=${text()}; m[$x]=1; for x in "\${!m[@]}"; do :; done`],
      [1, () => `exec 5<<< ${text()}; read -r -u 5 x`],
      [1, () => `[[ ${text()} =~ ${this.pick(['.*', '^[A-z]+', '(.+)', '[0-z]*'])} ]]; x=$BASH_REMATCH`],
      [1, () => `: ${text()}; x=$_`],
      [1, () => `cd ${text()}; x=$(pwd)`],
      [1, () => `declare -n r=x; r=${text()}`],
      [1, () => `select x in b; do x=$REPLY; break; done <<< ${text()}`],
    );
  }

  hop() {
    return this.pick([
      'x=${x#n}', 'x=${x%%v}', 'x=${x/q/r}', 'x=${x:-1}', 'y=$x; x=$y', 'x=$(echo "$x")', 'x=$(cat <<< "$x")',
      'x=("$x" b)', 'x1=$x; x=${!k}', 'y=k; x=${!k}', 'eval "x=\\$x"', "eval 'x=$x'", 'read -r x < <(echo "$x")',
      'x=$(cat < <(echo "$x"))', 'echo "$x" | { read -r x; (( x )); }', 'x=${x1:-$x}', 'x=${x@Q}', 'x=$(declare -p x)',
      'export x; x=$(printenv x)', 'printf -v "$k" %s "$x"', 'x=$(( 1 )) y=$x', 'x=${x^^}', 'x=(${x[@]})', 'local x',
    ]); // prettier-ignore
  }

  arrival() {
    return this.pick([
      '(( x ))', '(( x$i ))', '(( $x ))', '(( x[0] ))', '(( ${x#n} ))', '[[ $x -gt 3 ]]', '[[ ${!k} -gt 3 ]]', '(( ${!k} ))',
      '(( k ))', 'echo ${a[$x]}', 'echo ${y:$x}', 'declare -i n=x', 'declare -i n; n=$x', 'let x', 'eval "$x"', 'trap "$x" EXIT',
      'PS4="$x"; set -x; :', 'echo ${x@P}', '$x', 'echo ${!x}', '. <(echo "$x")', 'unset "$x"', '[[ -v $x ]]', 'test -v "$x"',
      'for ((i=0; i<$(echo "$x"); i++)); do break; done', 'c="(( x ))"; eval "$c"', 'z() { (( $1 )); }; z "$x"', '(( 1 $x ))',
      'z() { "$@"; }; z eval "$x"', 'z() { eval "$1"; }; z "$x"', 'mapfile -C "$x" -c 1 <<< a', 'export "$x"', '(( x1 + x2 ))',
    ]); // prettier-ignore
  }

  show() {
    return `show ${this.some(1, 3, () => this.word(), ' ')}`;
  }

  function() {
    const head = this.pick(['f() ', 'f ()\n', 'function f ', 'function g() ', 'g() ']);
    return `${head}{ ${this.maybe(0.4, () => `${this.pick(['local', 'local -n', 'declare'])} ${this.name()}=$${this.pick(['1', '2', '{1:-}'])}; `)}${this.maybe(0.2, () => this.pick(['"$@"; ', '$1 x; ', '(( $1 )); ', 'shift; ']))}${this.body()}}`;
  }

  name() {
    return this.pick(NAMES);
  }

  simple() {
    const name = this.one(
      [10, () => this.pick(['show', 'show', 'show', '/bin/true', 'true', './none', '-'])],
      [1, () => this.word()],
      [1, () => this.pick(['$y', '"$x"', '${m:-show}', '"${a[@]}"', '$(echo show)'])],
      [
        1,
        () =>
          this.pick([
            'command',
            'builtin',
            'exec',
            'command -v',
            'command -p',
            'builtin command',
            'env',
            'nice',
          ]) +
          ' ' +
          this.pick(['show', 'true', 'let', 'declare', 'eval', 'read', 'unset', 'export', 'printf']),
      ],
    );
    const before = this.maybe(0.1, () => `${this.assignment()} `);
    return `${before}${this.redirects(0.05)}${name}${this.blank()}${this.words()}${this.redirects(0.3)}`;
  }

  words() {
    return this.some(0, 4, () => this.word(), this.blank());
  }

  builtin() {
    const n = () => this.name();
    const w = () => this.word();
    return this.one(
      [1, () => `echo ${this.words()}`],
      [
        1,
        () =>
          `printf ${this.one([3, () => this.pick(["'%s\\n'", '"%d"', "'%n'", '%b', '-v x %s', '--', '"%q"', "'%(%s)T'"])], [1, w])} ${this.words()}`,
      ],
      [
        1,
        () =>
          `${this.pick(['declare', 'typeset', 'local', 'export', 'readonly'])} ${this.pick(['', '-i', '-a', '-A', '-n', '-x', '-r', '-u', '-p', '-g', '-ia', '+i'])} ${this.some(0, 2, () => this.one([2, () => `${n()}=${w()}`], [1, n], [1, w], [1, () => `${n()}=(${this.elements()})`], [1, () => `"${n()}=${this.inDouble()}"`]), ' ')}`,
      ],
      [
        1,
        () =>
          `read ${this.pick(['', '-r', '-a', '-p', '-d', '-n', '-t', '-u', '-i'])} ${this.some(0, 2, () => this.one([3, n], [1, w], [1, () => `"a[${this.inDouble()}]"`]), ' ')} <<< ${w()}`,
      ],
      [
        1,
        () =>
          `mapfile ${this.pick(['', '-t', '-C', '-c 1 -C', '-O', '-d'])} ${this.some(0, 2, () => this.one([3, n], [1, w]), ' ')} <<< ${w()}`,
      ],
      [
        1,
        () =>
          `unset ${this.pick(['', '-v', '-f', '-n'])} ${this.one([2, n], [2, w], [2, () => `'${n()}[${this.inSingle()}]'`], [1, () => `${n()}[${w()}]`])}`,
      ],
      [2, () => `${this.pick(['[', 'test'])} ${this.testWords()}`],
      [1, () => `let ${this.one([1, () => `${n()}=${w()}`], [1, w], [1, () => `"${this.inDouble()}"`])}`],
      [
        1,
        () =>
          `eval ${this.one([1, w], [2, () => `'${this.pick(['x=1', 'show', 'declare -i n;', '((n))'])} ${this.inSingle()}'`], [1, () => `"show ${this.inDouble()}"`])}`,
      ],
      [
        1,
        () =>
          `trap ${this.one([1, w], [2, () => `'show ${this.inSingle()}'`], [1, () => `"show ${this.inDouble()}"`])} ${this.pick(['EXIT', 'DEBUG', 'ERR', 'RETURN'])}`,
      ],
      [1, () => `set ${this.pick(['--', '-x', '+x', '-o pipefail', '-k', '-u', ''])} ${this.words()}`],
      [1, () => `${this.pick(['.', 'source'])} ${w()} ${this.words()}`],
      [
        1,
        () =>
          `${this.pick(['cd', 'pushd', 'type', 'hash', 'return', 'shift', 'break', 'continue', 'umask', 'times', 'dirs', 'popd', 'caller', 'help', 'jobs', 'getopts', 'getopts ab', 'compgen -W', 'complete -C', 'complete -F', 'compgen -C', 'compgen -W', 'bind', 'history', 'fc', 'alias', 'enable', 'shopt', 'shopt -s', 'shopt -u', 'unalias', 'hash -p', 'wait -p', 'wait -n', 'ulimit -c', 'compopt'])} ${this.words()}`,
      ],
      [
        1,
        () =>
          `shopt -s ${this.pick(['extglob', 'nullglob', 'lastpipe', 'dotglob', 'expand_aliases', 'assoc_expand_once', 'sourcepath', 'xpg_echo'])}`,
      ],
    );
  }

  testWords() {
    const w = () => this.word();
    return this.one(
      [
        2,
        () => `${w()} ${this.pick(['=', '==', '!=', '-eq', '-lt', '-nt', '<', '\\<', '-a', '-o'])} ${w()} ]`,
      ],
      [2, () => `${this.pick(['-n', '-z', '-v', '-R', '-f', '-t', '-o', '!'])} ${w()} ]`],
      [1, () => `${this.words()} ]`],
      [1, () => `${w()} = ${w()} -a ${this.pick(['', '-n ', '-v '])}${w()} ${this.pick(['', '= ' + w()])} ]`],
      [1, () => `\\( ${w()} = ${w()} \\) -o ${w()} ]`],
    );
  }

  assignment() {
    return this.one(
      [4, () => `${this.name()}${this.pick(['=', '+='])}${this.word()}`],
      [
        1,
        () =>
          `${this.name()}[${this.one([1, () => this.arithmetic()], [1, () => this.word()])}]=${this.word()}`,
      ],
      [1, () => `${this.name()}${this.pick(['=', '+='])}(${this.elements()})`],
      [1, () => `${this.value()}=${this.word()}`],
      [
        1,
        () =>
          `${this.pick(['PS4', 'IFS', 'BASH_ENV', 'SECONDS', 'RANDOM', 'PROMPT_COMMAND', 'OPTIND', 'HOME', 'PATH', 'REPLY', 'BASH_COMPAT', 'ENV'])}=${this.word()}`,
      ],
      [
        1,
        () =>
          `${this.pick(['y', 'x', 'n'])}=$${this.pick(['x', 'y', '{a[0]}', '{m[k]}', '(echo "$x")', '{x:-1}', '1', '@', 'REPLY', '_'])}`,
      ],
    );
  }

  elements() {
    return this.some(
      0,
      3,
      () =>
        this.one(
          [2, () => this.word()],
          [1, () => `[${this.one([1, () => this.arithmetic()], [1, () => this.word()])}]=${this.word()}`],
        ),
      this.pick([' ', '\n']),
    );
  }

  redirects(part) {
    return this.maybe(part, () =>
      this.one(
        [
          1,
          () =>
            ` ${this.pick(['>', '>>', '<', '<>', '>|', '2>', '2>>'])} ${this.one([2, () => '/dev/null'], [1, () => this.word()])}`,
        ],
        [
          1,
          () =>
            ` ${this.pick(['>&', '&>', '&>>', '2>&', '<&', '1>&', '3>&'])}${this.maybe(0.5, () => ' ')}${this.one([1, () => '2'], [2, () => this.word()])}`,
        ],
        [2, () => ` ${this.document()}`],
        [1, () => ` <<< ${this.word()}`],
        [1, () => ` {fd}>&1`],
      ),
    );
  }

  /** Its body comes behind the line. */
  document() {
    const quoted = this.random.chance(0.5);
    const tabs = this.random.chance(0.3);
    const delimiter = this.pick(['EOF', 'E', 'A.B']);
    const written = quoted ? this.pick([`'${delimiter}'`, `"${delimiter}"`, `\\${delimiter}`]) : delimiter;
    const line = () =>
      this.maybe(tabs ? 0.5 : 0, () => '\t') +
      this.some(1, 3, () => (quoted ? this.literal() : this.documentPart()));
    // Nothing that opens a body of its own may stand in it.
    const outer = this.documents;
    this.documents = [];
    const body = this.some(1, 3, line, '\n');
    this.documents = [...outer, { body, delimiter: (tabs ? this.pick(['', '\t']) : '') + delimiter }];
    return `<<${tabs ? '-' : ''}${this.transparent ? '' : this.maybe(0.2, () => ' ')}${written}`;
  }

  literal() {
    return this.one(
      [1, () => this.pick(['a', ' ', '$x', '\\', '`', '"', "'", '$(', '\\$', 'EO'])],
      [2, () => this.value()],
    );
  }

  documentPart() {
    if (this.transparent)
      return this.one([2, () => this.pick(['a', ' ', '"', "'", '\\$', '#'])], [3, () => this.value()]);
    return this.one(
      [1, () => this.pick(['a', ' ', '"', "'", '\\$', '#', '\\\\'])],
      [3, () => this.value()],
      [1, () => this.expansion()],
    );
  }

  word() {
    if (this.transparent) return this.quotedWord();
    return this.some(1, 3, () =>
      this.one(
        [3, () => this.pick(LITERALS)],
        [4, () => this.value()],
        [4, () => `"${this.inDouble()}"`],
        [3, () => `'${this.inSingle()}'`],
        [
          1,
          () =>
            `$'${this.some(0, 3, () => this.one([1, () => this.pick(['a', '\\n', "\\'", '\\x4', '\\u00', '\\1', '\\c', '\\\\', '\\'])], [2, () => this.value()]))}a'`,
        ],
        [1, () => `$"${this.inDouble()}"`],
        [2, () => this.expansion()],
        [1, () => `\\${this.value()}`],
        [1, () => `$${this.value()}`],
        [1, () => `a\\\n`],

        [1, () => `<(${this.list()})`],
        [1, () => `{${this.word()},${this.word()}}`],
        [1, () => `{1..${this.value()}}`],
        [
          1,
          () => (this.random.chance(0.1) ? `${this.pick(['@', '+', '?', '!', '*'])}(${this.word()}|b)` : 'a'),
        ],
      ),
    );
  }

  /** Bytes come through it as they are. */
  quotedWord() {
    return this.some(1, 2, () =>
      this.one(
        [
          4,
          () =>
            `"${this.some(1, 3, () => this.one([1, () => this.pick(['a', ' ', "'", '\\$', '\\"', '#', '=', '\\\\'])], [3, () => this.value()]))}"`,
        ],
        [
          4,
          () =>
            `'${this.some(1, 3, () => this.one([1, () => this.pick(['a', ' ', '"', '$x', '\\', '`', '#'])], [3, () => this.value()]))}'`,
        ],
        [
          1,
          () =>
            `$'${this.some(1, 3, () => this.one([1, () => this.pick(['a', '\\n', "\\'", '\\x41', '\\\\'])], [3, () => this.value()]))}'`,
        ],
        [1, () => `"\${nope:-${this.value()}}"`],
        [1, () => `"\${nope:-"${this.value()}"}"`],
        [1, () => `"$(printf %s. "${this.value()}")"`],
        [1, () => `"$(printf %s. '${this.value()}')"`],
        [1, () => `"\`printf %s. '${this.value()}'\`"`],
        [1, () => `"$(${this.list()})"`],
        [1, () => `"\\${this.value()}"`],
      ),
    );
  }

  inDouble() {
    return this.some(0, 3, () =>
      this.one(
        [2, () => this.pick(['a', ' ', "'", '\\$', '\\"', '#', '=', '[', ']', '\\\n', '\n', '%s', '\\'])],
        [4, () => this.value()],
        [2, () => this.expansion()],
        [1, () => `$x${this.value()}`],
      ),
    );
  }

  inSingle() {
    return this.some(0, 3, () =>
      this.one(
        [1, () => this.pick(['a', ' ', '"', '$x', '\\', '`', '\n', '%s', '[', ']', '$n', ';'])],
        [3, () => this.value()],
      ),
    );
  }

  expansion() {
    return this.one(
      [
        2,
        () =>
          this.pick([
            '$x',
            '${y}',
            '$1',
            '$@',
            '"$@"',
            '${#x}',
            '${a[0]}',
            '${a[@]}',
            '$_',
            '${!x}',
            '${x@P}',
            '${x@Q}',
            '${x^^}',
            '${!x@}',
          ]),
      ],
      [2, () => `$(${this.list()})`],
      [1, () => `\`show ${this.pick(['', '"'])}${this.value()}\``.replace(/^`show "(.*)`$/s, '`show "$1"`')],
      [2, () => `$((${this.arithmetic()}))`],
      [1, () => `$[${this.arithmetic()}]`],
      [
        2,
        () =>
          `\${${this.name()}${this.pick([':-', '-', ':=', '=', ':+', '+', '#', '##', '%', '%%', '/', '//', '^', ',', '/#', '/%', '~'])}${this.one([2, () => this.value()], [1, () => `"${this.inDouble()}"`], [1, () => `'${this.inSingle()}'`], [1, () => `${this.value()}/${this.value()}`])}}`,
      ],
      [1, () => `\${x:${this.arithmetic()}:${this.arithmetic()}}`],
      [
        1,
        () =>
          `\${${this.name()}[${this.one([1, () => this.arithmetic()], [1, () => this.value()], [1, () => '$x'], [1, () => '"$y"'])}]}`,
      ],
      [1, () => `\${${this.pick(['', 'x', '!', '#', '!x'])}${this.value()}}`],
    );
  }

  arithmetic() {
    return this.some(
      1,
      3,
      () =>
        this.one(
          [2, () => this.pick(['1', 'n', 'x', '$x', 'a[0]', 'n++', '(1)', '${#x}', '10#', '0x'])],
          [3, () => this.value()],
          [1, () => `"${this.value()}"`],
          [1, () => `a[${this.value()}]`],
          [1, () => `$(echo ${this.word()})`],
          [1, () => `${this.value()}${this.value()}`],
          [1, () => `-${this.value()}`],
        ),
      this.pick(['+', ' + ', '-', '?1:', ',', '']),
    );
  }

  condition() {
    return this.one(
      [2, () => `${this.word()} ${this.pick(['==', '=', '!=', '<', '>', '=~', '-nt'])} ${this.word()}`],
      [2, () => `${this.word()} ${this.pick(['-eq', '-ne', '-lt', '-gt'])} ${this.word()}`],
      [1, () => `${this.pick(['-n', '-z', '-v', '-f', '-R', '-o', '-t'])} ${this.word()}`],
      [1, () => this.word()],
      [1, () => `( ${this.condition()} )`],
      [1, () => `! ${this.condition()} && ${this.condition()}`],
      [1, () => `$x ${this.pick(['-gt', '=='])} ${this.word()}`],
      [1, () => `${this.word()} =~ ^(${this.value()}|a)+$`],
    );
  }
}
