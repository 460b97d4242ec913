import { variablesUsed } from './variables-used.js';

describe('the variables that a script entry uses', () => {
  it.each([
    ['echo hi', []],
    ['echo {{ .tag }}', ['tag']],
    ['echo {{ .a }} {{ .b }} {{ .a }}', ['a', 'b']],
    ['echo {{ .a.b.c }}', ['a']],
    ['echo {{ .a | default "x" }} {{ default .b "c" }}', ['a', 'b']],
    ['echo {{ (index .list 0).name }}', ['list']],
    [
      'echo {{ if eq .a "x" }}{{ .b }}{{ else if .c }}{{ .d }}{{ else }}{{ .e }}{{ end }}',
      ['a', 'b', 'c', 'd', 'e'],
    ],
    ['echo {{ range .list }}{{ .name }} {{ $.tag }}{{ else }}{{ .none }}{{ end }}', ['list', 'tag', 'none']],
    ['echo {{ with .user }}{{ .name }}{{ if .x }}{{ .y }}{{ end }}{{ end }}', ['user']],
    ['echo {{ $x := .a }}{{ $x.b }} {{ $ }} {{ . }}', ['a']],
    ['echo {{ .__proto__ }} {{ .constructor }}', ['__proto__', 'constructor']],
    ['echo {{ .broken', []],
    ['echo "{{"', []],
  ])('of %j are %j', (source, names) => {
    expect([...variablesUsed(source)]).toEqual(names);
  });
});
