/**
 * ACL and RIGHTS=, RFC 4314: who may do what with a mailbox. What each command needs is asked where the command is, by
 * `access.ts`; here are the commands that read and change the lists.
 *
 * - The owner has every right for good; every other right can be given or taken by itself, none is tied to another.
 * - Identifiers are names of accounts and `anyone`; with a dash before them, what they are given is taken away (§2).
 * - `c` and `d` are read as `kx` and `te`, and told beside any of these (§2.1.1).
 */
import { accountName } from '@lemonade/auth'
import { type AclEntry, type Right, rights } from '@lemonade/store'
import { type Access, accessTo, needMailbox, needRights } from '../access.ts'
import { command, extension } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** What the virtual rights of RFC 2086 stand for (RFC 4314 §2.1.1). */
const virtual = { c: ['k', 'x'], d: ['t', 'e'] } as const satisfies Record<string, readonly Right[]>

/** Letters in the order in which they are told. */
const told = ['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'n', 'c', 'd', 'a'] as const

/** Rights that RFC 2086 had already: not told by the capability (RFC 4314 §2.2). */
const old = 'lrswipacd'

/** The letters of rights that there are here, those that extensions add among them. */
function lettersOf({ tables }: Session): readonly (Right | keyof typeof virtual)[] {
  return told.filter(letter => letter in virtual || standard.includes(letter) || tables.rights.has(letter))
}

const standard = 'lrswipkxtea'

/** rights = astring, with the virtual rights that any of their members brings along (RFC 4314 §2.1.1). */
export function printRights(session: Session, granted: ReadonlySet<string>): string {
  const has = (letter: Right | keyof typeof virtual): boolean =>
    letter === 'c' || letter === 'd' ? virtual[letter].some(member => granted.has(member)) : granted.has(letter)
  return lettersOf(session).filter(has).join('')
}

interface ModRights {
  readonly mode: 'add' | 'remove' | 'replace'
  readonly rights: ReadonlySet<Right>
}

/** mod-rights = astring: rights to replace what is there, with "+" to add, with "-" to remove (RFC 4314 §3.1) */
function modRights(session: Session, text: string): ModRights {
  const [, sign, letters = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (/[A-Z]/.test(letters)) throw new Bad('Uppercase rights are not allowed')
  const known = lettersOf(session)
  const named = new Set<Right>()
  for (const letter of letters) {
    const right = known.find(one => one === letter)
    if (right === undefined) throw new Bad(`The ${/[0-9a-z]/.test(letter) ? letter : '?'} right is not supported`)
    for (const one of right === 'c' || right === 'd' ? virtual[right] : [right]) named.add(one)
  }
  return { mode: sign === '+' ? 'add' : sign === '-' ? 'remove' : 'replace', rights: named }
}

/** Who an identifier means; a null account is anyone. */
interface Grantee {
  readonly account: AclEntry['account']
  readonly negative: boolean
}

/**
 * identifier = astring, prepared as a user name (RFC 4314 §3). Throws `Bad` where nobody can have that name; answers null
 * where nobody has it.
 */
async function grantee(session: Session, identifier: string): Promise<Grantee | null> {
  const negative = identifier.startsWith('-')
  const name = accountName(negative ? identifier.slice(1) : identifier)
  if (name === null) throw new Bad('That cannot be an identifier')
  if (name === 'anyone') return { account: null, negative }
  const account = await session.store.accounts.find(name)
  return account && { account: account.id, negative }
}

/** SP mailbox */
const onMailbox = (p: Parser, at: Parsing): string => {
  p.sp()
  return mailbox(p, at)
}

/** SP mailbox SP identifier */
const onIdentifier = (p: Parser, at: Parsing): { name: string; identifier: string } => {
  const name = onMailbox(p, at)
  p.sp()
  return { name, identifier: p.astring() }
}

/** setacl = "SETACL" SP mailbox SP identifier SP mod-rights */
export const setAcl = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    const entry = onIdentifier(p, at)
    p.sp()
    return { ...entry, text: p.astring() }
  },
  async run(session, { name, identifier, text }) {
    const change = modRights(session, text)
    const who = await grantee(session, identifier)
    const access = await needMailbox(session, name, 'a')
    if (who === null) throw new No('Nobody has that name', 'NONEXISTENT')
    if (changesNothing(access, who, change)) return ok('SETACL completed')
    await session.store.acl.change(access.mailbox.id, { ...who, ...change })
    return ok('SETACL completed')
  },
})

/**
 * To give the owner what it has is done already, and clients name but the rights that they know; to take it away cannot be
 * done, and the store says so.
 */
function changesNothing({ mailbox: { account } }: Access, who: Grantee, { mode, rights: named }: ModRights): boolean {
  if (who.account !== account || who.negative) return false
  if (mode === 'replace') return [...standard].every(letter => named.has(letter as Right))
  return mode === 'add' || named.size === 0
}

/** deleteacl = "DELETEACL" SP mailbox SP identifier */
export const deleteAcl = command({
  states: ['authenticated', 'selected'],
  parse: onIdentifier,
  async run(session, { name, identifier }) {
    const who = await grantee(session, identifier)
    const { mailbox: of } = await needMailbox(session, name, 'a')
    // Who is not there has no rights left: they went with the account.
    if (who !== null) await session.store.acl.change(of.id, { ...who, mode: 'replace', rights: [] })
    return ok('DELETEACL completed')
  },
})

/** getacl = "GETACL" SP mailbox */
export const getAcl = command({
  states: ['authenticated', 'selected'],
  parse: onMailbox,
  async *run(session, name) {
    const access = await needMailbox(session, name, 'a')
    const entries = await session.store.acl.entries(access.mailbox.id)
    // acl-data = "ACL" SP mailbox *(SP identifier SP rights)
    yield session.data(w => {
      w.ascii('ACL ').mailbox(access.name)
      w.sp()
        .astring(access.mailbox.owner)
        .sp()
        .ascii(printRights(session, new Set(rights)))
      for (const entry of entries) {
        w.sp().astring(identifierOf(entry)).sp()
        w.astring(printRights(session, entry.rights))
      }
    })
    return ok('GETACL completed')
  },
})

function identifierOf({ name, negative }: AclEntry): string {
  return `${negative ? '-' : ''}${name ?? 'anyone'}`
}

/** listrights = "LISTRIGHTS" SP mailbox SP identifier */
export const listRights = command({
  states: ['authenticated', 'selected'],
  parse: onIdentifier,
  async *run(session, { name, identifier }) {
    const who = await grantee(session, identifier)
    const access = await needMailbox(session, name, 'a')
    if (who === null) throw new No('Nobody has that name', 'NONEXISTENT')
    const letters = lettersOf(session)
    const isOwner = who.account === access.mailbox.account
    // Rights that are always granted, then those that can be, each by itself. To the owner's nothing can be done.
    const [always, optional] = isOwner ? [who.negative ? '' : letters.join(''), []] : ['', letters]
    // listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
    yield session.data(w => {
      w.ascii('LISTRIGHTS ').mailbox(access.name).sp().astring(identifier).sp().astring(always)
      for (const letter of optional) w.sp().ascii(letter)
    })
    return ok('LISTRIGHTS completed')
  },
})

/** Any of these makes a mailbox somebody's business (RFC 4314 §4, MYRIGHTS). */
const telling = ['l', 'r', 'i', 'k', 'x', 'a']

/** myrights = "MYRIGHTS" SP mailbox */
export const myRights = command({
  states: ['authenticated', 'selected'],
  parse: onMailbox,
  async *run(session, name) {
    const access = await accessTo(session, name)
    if (!access?.mailbox.selectable) throw new No('There is no such mailbox', 'NONEXISTENT')
    if (!telling.some(right => access.rights.has(right))) needRights(access, 'l')
    yield myRightsResponse(session, access)
    return ok('MYRIGHTS completed')
  },
})

/** myrights-data = "MYRIGHTS" SP mailbox SP rights */
export function myRightsResponse(session: Session, { name, rights: granted }: Access): Uint8Array {
  return session.data(w => w.ascii('MYRIGHTS ').mailbox(name).sp().astring(printRights(session, granted)))
}

export const acl = extension({
  rfc: 4314,
  advertise: session => [
    'ACL',
    `RIGHTS=${lettersOf(session)
      .filter(letter => !old.includes(letter))
      .join('')}`,
  ],
  commands: { SETACL: setAcl, DELETEACL: deleteAcl, GETACL: getAcl, LISTRIGHTS: listRights, MYRIGHTS: myRights },
})
