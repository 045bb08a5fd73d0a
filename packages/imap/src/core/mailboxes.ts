/** CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3 to §6.3.7). */
import type { SpecialUse } from '@lemonade/store'
import { accessTo, findMailbox, needRights, placeFor } from '../access.ts'
import { command, extension, type State } from '../extension.ts'
import { delimiter, mailbox } from '../grammar/mailbox.ts'
import { Bad, No } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'
import { superiors } from './list-entries.ts'

const states: readonly State[] = ['authenticated', 'selected']

interface Creation {
  readonly name: string
  readonly options: { readonly specialUse?: readonly SpecialUse[] }
}

/** create = "CREATE" SP mailbox [create-params] (RFC 4466 §2.2) */
export const create = command({
  states,
  parse: (p, at): Creation => {
    p.sp()
    const name = mailbox(p, at)
    let options: Creation['options'] = {}
    if (at.tables.createParams.size > 0 && p.trySp()) {
      p.list1(() => {
        const param = at.tables.createParams.get(p.word())
        if (param === undefined) throw new Bad('Unknown CREATE parameter')
        options = { ...options, ...param.parse(p) }
      })
    }
    return { name, options }
  },
  async run(session, { name, options }) {
    // A delimiter at the end says that inferiors will follow; a mailbox is there for them (RFC 3501 §6.3.3).
    const plain = name.endsWith(delimiter) ? name.slice(0, -1) : name
    if (plain === 'INBOX') throw new No('INBOX exists', 'ALREADYEXISTS')
    const place = await placeFor(session, plain)
    // Whose uses would they be? Those of the owner, who can say so.
    if (place.superior !== null && options.specialUse?.length) throw new No('The mailbox is not your own', 'USEATTR')
    const created = await session.store.mailboxes.create(place.account, place.name, options)
    didNames(session, plain, true)
    const codes = session.tables.extensions.map(one => one.createCode?.(created))
    return ok(
      'CREATE completed',
      codes.find(code => code !== undefined),
    )
  },
})

/** A name that came comes with its superiors; one that goes may take them with it. */
function didNames(session: Session, name: string, exists: boolean): void {
  for (const one of [name, ...superiors(name)]) session.did({ kind: 'name', name: one, exists })
}

/** delete = "DELETE" SP mailbox */
export const remove = command({
  states,
  parse: (p, at) => {
    p.sp()
    return mailbox(p, at)
  },
  async run(session, name) {
    const { mailboxes } = session.store
    const victim = await accessTo(session, name)
    if (victim === null) throw missing(false)
    needRights(victim, 'x')
    const { mailbox } = victim
    if (mailbox.name === 'INBOX') throw new No('INBOX cannot be deleted', 'CANNOT')
    if (!mailbox.selectable) throw missing(true)
    await mailboxes.remove(mailbox.account, mailbox.name)
    didNames(session, name, false)
    if (session.selected?.mailbox.id === mailbox.id) session.deselect()
    return ok('DELETE completed')
  },
})

/** A name that only has inferiors cannot be deleted before they are (RFC 3501 §6.3.4). */
function missing(exists: boolean): No {
  return exists
    ? new No('The name has inferior names', 'HASCHILDREN')
    : new No('There is no such mailbox', 'NONEXISTENT')
}

/** rename = "RENAME" SP mailbox SP mailbox */
export const rename = command({
  states,
  parse: (p, at) => {
    p.sp()
    const from = mailbox(p, at)
    p.sp()
    return { from, to: mailbox(p, at) }
  },
  async run(session, { from, to }) {
    const target = to.endsWith(delimiter) ? to.slice(0, -1) : to
    const source = await accessTo(session, from)
    if (source === null) throw missing(false)
    needRights(source, 'x')
    const place = await placeFor(session, target)
    if (place.account !== source.mailbox.account) throw new No('A mailbox stays with its owner', 'CANNOT')
    await session.store.mailboxes.rename(place.account, source.mailbox.name, place.name)
    didNames(session, from, false)
    didNames(session, target, true)
    return ok('RENAME completed')
  },
})

/** subscribe = "SUBSCRIBE" SP mailbox. Only what exists can be subscribed to. */
export const subscribe = command({
  states,
  parse: (p, at) => {
    p.sp()
    return mailbox(p, at)
  },
  async run(session, name) {
    const found = await findMailbox(session, name)
    if (found === null) throw missing(false)
    await session.store.mailboxes.subscribe(session.account, found.name)
    session.did({ kind: 'subscription', name: found.name, isSubscribed: true })
    return ok('SUBSCRIBE completed')
  },
})

/** unsubscribe = "UNSUBSCRIBE" SP mailbox. A name that was not subscribed to is not an error. */
export const unsubscribe = command({
  states,
  parse: (p, at) => {
    p.sp()
    return mailbox(p, at)
  },
  async run(session, name) {
    await session.store.mailboxes.unsubscribe(session.account, name)
    session.did({ kind: 'subscription', name, isSubscribed: false })
    return ok('UNSUBSCRIBE completed')
  },
})

export const mailboxes = extension({
  rfc: 3501,
  commands: { CREATE: create, DELETE: remove, RENAME: rename, SUBSCRIBE: subscribe, UNSUBSCRIBE: unsubscribe },
})
