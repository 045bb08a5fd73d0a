import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compile, formatDiagnostics } from './index.ts'

suite('line ends', () => {
  const string = (source: string) => compile(source).program?.commands[0]?.tests?.[0]?.arguments['keys']

  test('a bare LF is a CRLF, in strings too', () => {
    assert.deepEqual(string('if header "a" "x\ny" {}'), ['x\r\ny'])
    assert.deepEqual(string('if header "a" text:\nx\n..\n.\n{}'), ['x\r\n.\r\n'])
  })

  test('a bare CR is an error where it stands', () => {
    const found = compile('keep;\rkeep;\r\nif header "a" "b\rc" {}').diagnostics
    assert.deepEqual(
      found.map(d => [d.line, d.column]),
      [
        [1, 6],
        [2, 17],
      ],
    )
  })

  test('lines are counted through strings, texts and comments', () => {
    const source = '/* 1\r\n2 */ # x\r\nif header "a\r\nb" text: # y\r\nc\r\n.\r\n{ frob; }\r\n  nonsense;'
    const found = compile(source).diagnostics
    assert.deepEqual(
      found.map(d => [d.line, d.column]),
      [
        [7, 3],
        [8, 3],
      ],
    )
  })

  test('a last line may lack its end', () => {
    assert.deepEqual(compile('keep; # the end').diagnostics, [])
    assert.deepEqual(compile('redirect text:\na@example.com\n.').diagnostics.map(d => d.message).length, 1)
    assert.deepEqual(compile('if header "a" text:\nx\n. {}').diagnostics.length, 1)
  })
})

suite('octets', () => {
  test('a byte order mark in front is passed over', () => {
    assert.deepEqual(compile('\ufeffkeep;').diagnostics, [])
    assert.deepEqual(compile(Buffer.from('\ufeffkeep;')).diagnostics, [])
  })

  test('a script need not be valid UTF-8', () => {
    const { program, diagnostics } = compile(
      Buffer.from('if header "Subject" "\xff\xe9" { discard; } # \xfe', 'latin1'),
    )
    assert.deepEqual(diagnostics, [])
    assert.deepEqual(program?.commands[0]?.tests?.[0]?.arguments['keys'], ['\udcff\udce9'])
  })

  test('NUL is an error everywhere', () => {
    for (const source of [
      '\0',
      'keep;\0',
      '# \0\r\n',
      '/* \0 */',
      'if header "a" "\0" {}',
      'if header "a" text:\r\n\0\r\n.\r\n {}',
    ]) {
      assert.match(formatDiagnostics(compile(source).diagnostics), /NUL/, JSON.stringify(source))
    }
  })
})

test('diagnostics are printed as compilers print them', () => {
  assert.equal(formatDiagnostics(compile('\n kep;').diagnostics), '2:2: error: "kep" is no command known here.')
  assert.equal(
    formatDiagnostics(compile('kep;').diagnostics, 'a.sieve'),
    'a.sieve:1:1: error: "kep" is no command known here.',
  )
})

suite('a hostile script is refused or compiled soon', () => {
  const million = 1_000_000
  const scripts: [name: string, source: string][] = [
    ['lines of a comment', `/*${'\n'.repeat(million)}*/`],
    ['comments', '#\n'.repeat(million / 2)],
    ['lines of a text', `redirect text:\n${'.\r'.repeat(10)}${'x\n'.repeat(million / 2 - 20)}.\n;`],
    ['escapes', `redirect "${'\\a'.repeat(million / 2 - 10)}";`],
    ['lines of a string', `redirect "${'\n'.repeat(million - 20)}";`],
    ['carriage returns', '\r'.repeat(million)],
    ['numbers', `keep ${'1 '.repeat(million / 2 - 10)};`],
    ['tags', `keep ${':a '.repeat(million / 3 - 10)};`],
    ['blocks', 'if true {'.repeat(100_000)],
    ['tests', 'if not '.repeat(100_000)],
    ['parentheses', `if anyof${'('.repeat(million - 20)}`],
    ['brackets', '['.repeat(million)],
    ['commands', 'keep;'.repeat(million / 5)],
    ['conditions', 'if true {}\n'.repeat(million / 11)],
    ['closing braces', '}'.repeat(million)],
    ['words', 'a '.repeat(million / 2)],
    ['references', `require ["variables","encoded-character"]; set "a" "${'${'.repeat(400_000)}";`],
    ['encoded characters', `require "encoded-character"; redirect "${'${hex:'.repeat(100_000)}";`],
    ['blanks in an encoded character', `require "encoded-character"; redirect "\${hex: 40${' '.repeat(900_000)}x";`],
    ['an encoded character', `require "encoded-character"; redirect "\${hex:${' 40'.repeat(300_000)}}";`],
    ['a namespace', `require "variables"; redirect "\${${'a.'.repeat(400_000)}";`],
    ['a long address', `redirect "${'a'.repeat(900_000)}@example.com";`],
  ]
  for (const [name, source] of scripts) {
    test(name, () => {
      assert.ok(source.length <= 1024 * 1024)
      const start = process.cpuUsage()
      compile(source)
      const { user, system } = process.cpuUsage(start)
      assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms`)
    })
  }
})
