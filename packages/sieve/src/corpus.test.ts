import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { suite, test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import {
  type Ask,
  compile,
  conversion,
  deliverBy,
  describeAct,
  type EditedMessage,
  execute,
  extensions,
  furtherNotifyMethods,
  link,
  messageOf,
  type Remembrance,
  type SieveEnvelope,
  type SieveHost,
} from './index.ts'

const folder = new URL('../corpus/', import.meta.url).pathname

const { tel: _, ...methods } = furtherNotifyMethods
/** Every method of notifying, whether a host has it or not, but telephones: RFC 5435's examples have hosts without them. */
const all = [...extensions, ...deliverBy, conversion, ...Object.values(methods)]

const defaultMessage = 'message-a'

interface Case {
  readonly name: string
  readonly lines: string[]
  readonly expected: string[]
  readonly mailboxes: string[]
  /** What else the host answers: the words of a line, by their first. */
  readonly facts: string[][]
  message: string
  envelope: { from: string; to: string }
  octets: number | null
  delimiter: string
}

function read(source: string): { title: string; errors: string[]; cases: Case[] } {
  const errors: string[] = []
  const cases: Case[] = []
  const lines = source.split('\n')
  for (const line of lines) {
    const [mark, text] = [line.slice(0, 2), line.slice(3)]
    if (mark === '#!') errors.push(text)
    if (mark === '#=') {
      const envelope = { from: 'coyote@desert.example.org', to: 'roadrunner@acme.example.com' }
      cases.push({
        name: text,
        lines: [],
        expected: [],
        mailboxes: [],
        facts: [],
        message: defaultMessage,
        envelope,
        octets: null,
        delimiter: '+',
      })
    }
    const current = cases.at(-1)
    if (current === undefined) continue
    if (mark === '#|') current.lines.push(text)
    if (mark === '#>') current.expected.push(text)
    if (mark === '#+') current.expected.push(`+ ${text}`)
    if (mark === '#<') {
      const [from = '', to = ''] = text.split(' ')
      current.envelope = { from: from === '<>' ? '' : from, to }
    }
    if (mark === '#&') {
      const [word = '', ...rest] = text.split(' ')
      const value = rest.join(' ')
      if (word === 'octets') current.octets = Number(value)
      else if (word === 'message') current.message = value
      else if (word === 'mailbox') current.mailboxes.push(value)
      else if (word === 'delimiter') current.delimiter = value
      else if (Object.hasOwn(answers, word)) current.facts.push([word, ...wordsOf(value)])
      else assert.fail(`The corpus has no word "${word}".`)
    }
  }
  return { title: (lines[0] ?? '').replace(/^# /, ''), errors, cases }
}

/** What ESMTP says besides addresses (RFC 6009). */
function parametersOf(dsn: readonly string[][], [by]: readonly string[][]): Partial<SieveEnvelope> {
  const words = dsn.map(([name = '', value = '']) => [name, name === 'notify' ? value.split(',') : value])
  const [at = '', mode, trace] = by ?? []
  const limit = { at: Date.parse(at), mode: mode as 'notify' | 'return', trace: trace === 'trace' }
  return { ...Object.fromEntries(words), ...(by === undefined ? {} : { by: limit }) }
}

function rememberLine({ handle, id, seconds, last }: Remembrance): string {
  return `remember ${handle === '' ? '' : `:handle "${handle}" `}"${id}" ${seconds}${last ? ' :last' : ''}`
}

/** Words of a line; quotes hold several together. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

type Answering = (rows: readonly (readonly string[])[], ask: Extract<Ask, { ask: string }>) => unknown

/** What the rows of a word say to a question; undefined where the question is another's. */
const answers: Readonly<Record<string, Answering>> = {
  'special-use': (rows, ask) => {
    if (ask.ask !== 'special-use-exists') return undefined
    const has = (use: string) => rows.some(([u, of]) => u === use && (ask.mailbox === null || of === ask.mailbox))
    return ask.specialUses.every(has)
  },
  mailboxid: (rows, ask) =>
    ask.ask === 'mailbox-id-exists' ? rows.some(([mailboxId]) => mailboxId === ask.mailboxId) : undefined,
  metadata: (rows, ask) => {
    if (ask.ask !== 'mailbox-metadata') return undefined
    return rows.find(([mailbox, entry]) => mailbox === ask.mailbox && entry === ask.entry)?.[2] ?? null
  },
  'server-metadata': (rows, ask) =>
    ask.ask === 'server-metadata' ? (rows.find(([entry]) => entry === ask.entry)?.[1] ?? null) : undefined,
  remembered: (rows, ask) =>
    ask.ask === 'duplicate' ? rows.some(([handle, id]) => handle === ask.handle && id === ask.id) : undefined,
  own: (rows, ask) =>
    ask.ask === 'own-addresses' ? ask.addresses.map(address => rows.some(([own]) => own === address)) : undefined,
  list: (rows, ask) => {
    if (ask.ask !== 'list-member' && ask.ask !== 'list-exists' && ask.ask !== 'list-addresses') return undefined
    const of = rows.filter(([list]) => list === ask.list)
    if (ask.ask === 'list-exists') return of.length > 0
    const members = of.flatMap(([, ...each]) => each)
    if (of.length === 0) return false
    return ask.ask === 'list-member' ? (members.find(member => member === ask.value) ?? null) : members
  },
  converts: (rows, ask) => {
    if (ask.ask !== 'conversion') return undefined
    const { type, subtype } = ask.from
    const asked = ask.parameters.map(([name, value]) => `${name}=${value}`).join()
    const row = rows.find(([from, to, of]) => from === `${type}/${subtype}` && to === ask.to && of === asked)
    return row?.[3] === undefined ? null : { contentType: ask.to, octets: Buffer.from(row[3]) }
  },
  // Parts of the envelope.
  dsn: () => undefined,
  by: () => undefined,
  // Not answers to questions: the environment of a run, and scripts to include.
  environment: () => undefined,
  event: () => undefined,
  script: () => undefined,
  spam: (rows, ask) => (ask.ask === 'content-verdict' && ask.of === 'spam' ? verdictOf(rows) : undefined),
  virus: (rows, ask) => (ask.ask === 'content-verdict' && ask.of === 'virus' ? verdictOf(rows) : undefined),
}

function verdictOf([row]: readonly (readonly string[])[]): { value: number; text?: string } | null {
  if (row === undefined) return null
  const [value, ...text] = row
  return { value: Number(value), ...(text.length === 0 ? {} : { text: text.join(' ') }) }
}

/** The lines of a message that a script has edited. */
function editedLines(edited: EditedMessage | undefined, octets: Uint8Array): string[] {
  if (edited === undefined) return []
  const pieces = edited.pieces.map(piece =>
    piece instanceof Uint8Array ? piece : octets.subarray(piece.start, piece.end),
  )
  const whole = Buffer.concat(pieces)
  assert.equal(whole.length, edited.octets)
  const lines = whole.toString('utf8').split('\r\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map(line => `+ ${line}`)
}

function hostOf(octets: Uint8Array, mailboxes: readonly string[], facts: readonly (readonly string[])[]): SieveHost {
  return {
    answer(ask: Ask) {
      for (const [word, answer] of Object.entries(answers)) {
        const found = answer(
          facts.filter(fact => fact[0] === word).map(fact => fact.slice(1)),
          ask,
        )
        if (found !== undefined) return found
      }
      if (ask.ask === 'mailbox-exists') return mailboxes.includes(ask.mailbox)
      if (ask.ask === 'octets') return octets.subarray(ask.start, ask.end)
      return undefined
    },
  }
}

for (const file of globSync(`${folder}**/*.sieve`).sort()) {
  const text = readFileSync(file, 'utf8')
  const { title, errors, cases } = read(text)
  suite(`${relative(folder, file)}: ${title}`, () => {
    const { program, diagnostics } = compile(text.replaceAll('\n', '\r\n'), { extensions: all })
    test('compiles as it should', () => {
      const found = diagnostics.map(d => `${d.line}:${d.column} ${d.message}`)
      assert.equal(found.length, errors.length, found.join('\n'))
      found.forEach((line, i) => {
        const [place = '', ...sentence] = (errors[i] ?? '').split(' ')
        assert.ok(line.startsWith(`${place} `) && line.includes(sentence.join(' ')), line)
      })
      assert.ok(errors.length > 0 || cases.length > 0, 'a file without any expectation')
    })
    for (const { name, message, lines, envelope, octets, expected, mailboxes, facts, delimiter } of cases) {
      test(name, async () => {
        assert.ok(program !== null)
        const rowsOf = (word: string) => facts.filter(fact => fact[0] === word).map(fact => fact.slice(1))
        const [event] = rowsOf('event')
        const linked = await link(
          program,
          (location, script) => {
            const row = rowsOf('script').find(([where, as]) => where === location && as === script)
            return row === undefined ? null : readFileSync(`${dirname(file)}/${row[2]}`, 'utf8')
          },
          { name: 'main', extensions: all },
        )
        const stored: typeof program = JSON.parse(JSON.stringify(linked))
        const source = lines.length === 0 ? readFileSync(`${folder}${message}.eml`, 'utf8') : `${lines.join('\n')}\n`
        const octetsOf = Buffer.from(source.replace(/\r?\n/g, '\r\n'))
        const structure = parseMessage(octetsOf)
        const header = octetsOf.subarray(0, structure.bodyStart)
        const view = messageOf(header, octets ?? octetsOf.length, structure)
        const outcome = await execute(
          stored,
          view,
          { ...envelope, ...parametersOf(rowsOf('dsn'), rowsOf('by')) },
          hostOf(octetsOf, mailboxes, facts),
          {
            extensions: all,
            delimiter,
            unique: () => 'unique',
            ...(event === undefined ? {} : { event: { flags: event } }),
            now: Date.UTC(2026, 10, 24, 9, 30, 5),
            zoneMinutesAt: () => 60,
            environment: Object.fromEntries(rowsOf('environment')),
          },
        )
        const error = outcome.error
        const where = error?.script === undefined ? '' : `${error.script} `
        const found = error === null ? [] : [`error ${where}${error.line}:${error.column} ${error.message}`]
        const showsEdits = expected.some(line => line.startsWith('+ '))
        for (const action of outcome.actions) {
          found.push(describeAct(action))
          if (showsEdits && (action.do === 'keep' || action.do === 'fileinto' || action.do === 'redirect'))
            found.push(...editedLines(action.edited, octetsOf))
        }
        found.push(...outcome.remember.map(rememberLine))
        assert.deepEqual(found, expected, JSON.stringify(error))
      })
    }
  })
}
