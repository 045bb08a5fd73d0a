/** SETMETADATA (RFC 5464 §4.3). */
import { command } from '../../extension.ts'
import { mailbox } from '../../grammar/mailbox.ts'
import { metadataEntry } from '../../grammar/metadata-entry.ts'
import type { Parsing } from '../../parsing.ts'
import { No } from '../../problem.ts'
import { ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Parser } from '../../wire/parser.ts'
import { noteOwnChanges } from './changes.ts'
import { type Bearer, bearerOf, keptFor, rulesFor } from './entries.ts'

interface EntryValue {
  readonly name: string
  readonly value: Uint8Array | null
}

/** setmetadata = "SETMETADATA" SP mailbox SP entry-values (RFC 5464 §5) */
function parse(p: Parser, at: Parsing): { readonly name: string; readonly entries: readonly EntryValue[] } {
  p.sp()
  const name = mailbox(p, at)
  p.sp()
  const entries = p.list1(() => entryValue(p, at))
  if (entries.length > at.limits.imapListItems) throw new No('Too many entries', 'LIMIT')
  return { name, entries }
}

/** entry-value = entry SP value */
function entryValue(p: Parser, at: Parsing): EntryValue {
  const name = metadataEntry(p, at)
  p.sp()
  return { name, value: p.value() }
}

export const setMetadata = command({
  states: ['authenticated', 'selected'],
  parse,
  async run(session, { name, entries }) {
    const bearer = await bearerOf(session, name)
    for (const entry of entries) await check(session, bearer, entry)
    const changes = await session.store.metadata.set(keptFor(session, bearer), entries)
    noteOwnChanges(session, changes)
    return ok('SETMETADATA completed')
  },
})

/** Throws `No` where an entry cannot have the value or the client may not set it. */
async function check(session: Session, bearer: Bearer, { name, value }: EntryValue): Promise<void> {
  const { valueOctets } = session.store.metadata.limits
  if ((value?.length ?? 0) > valueOctets) throw new No('The value is too long', `METADATA MAXSIZE ${valueOctets}`)
  for (const rule of rulesFor(session, bearer, name)) {
    if (rule.check) await rule.check(session, bearer.mailbox, name.toLowerCase(), value)
    else if (rule.read) throw new No('That entry cannot be set', 'NOPERM')
  }
}
