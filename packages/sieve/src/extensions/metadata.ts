/** metadata, metadataexists, servermetadata, servermetadataexists (RFC 5490 §3.3 to §4.2). Scripts only read. */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension, type Test } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'
import { judgeMailbox } from './fileinto.ts'

/** entry names of RFC 5464 §3: "/private/…" or "/shared/…", without "*", "%", "//", a "/" at the end and controls. */
const entryName = /^\/(?:private|shared)(?:\/[ -$&-).0-~+,-]+)+$/i
const entryCharacters = 1000

function judgeEntry(name: string): string | null {
  return entryName.test(name) && name.length <= entryCharacters
    ? null
    : 'The name of a metadata entry begins with "/private/" or "/shared/".'
}

/** The value of an entry of a mailbox, or of the server with null; null where there is none. */
function* entryValue(mailbox: string | null, entry: string, machine: Machine): Asking<string | null> {
  machine.charge(10)
  if (judgeEntry(entry) !== null || (mailbox !== null && judgeMailbox(mailbox) !== null)) return null
  const answer = yield mailbox === null
    ? { ask: 'server-metadata', entry }
    : { ask: 'mailbox-metadata', mailbox, entry }
  if (typeof answer === 'string') machine.chargeCharacters(answer.length)
  else if (answer !== null) machine.fail('The host does not show metadata.')
  return answer
}

function* matches(given: Arguments, machine: Machine): Asking<boolean> {
  const value = yield* entryValue(given.has('mailbox') ? given.text('mailbox') : null, given.text('entry'), machine)
  return machine.matches(given, value === null ? [] : [value], given.texts('keys'))
}

function* exists(given: Arguments, machine: Machine): Asking<boolean> {
  const mailbox = given.has('mailbox') ? given.text('mailbox') : null
  for (const entry of given.texts('entries')) if ((yield* entryValue(mailbox, entry, machine)) === null) return false
  return true
}

const mailbox = string('mailbox', { check: judgeMailbox })
const entry = string('entry', { check: judgeEntry })
const entries = strings('entries', { check: judgeEntry })
const matching = { matching: true, run: matches } satisfies Partial<Test>

export const mboxmetadata = extension({
  capabilities: ['mboxmetadata'],
  rfc: 5490,
  tests: {
    metadata: { ...matching, positionals: [mailbox, entry, strings('keys')] },
    metadataexists: { positionals: [mailbox, entries], run: exists },
  },
})

export const servermetadata = extension({
  capabilities: ['servermetadata'],
  rfc: 5490,
  tests: {
    servermetadata: { ...matching, positionals: [entry, strings('keys')] },
    servermetadataexists: { positionals: [entries], run: exists },
  },
})
