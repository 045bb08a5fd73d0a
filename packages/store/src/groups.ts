/** Groups: one address for several, and who may write to it. They stand among the aliases, since no two lead from one address. */
import { accountByName } from './accounts.ts'
import { addressText, newAddress, parseAddress } from './addresses.ts'
import type { Groups } from './api.ts'
import type { Engine } from './engine.ts'
import { checkNoLoop, targetsOf } from './forwards.ts'
import type { Group, GroupSenders } from './model.ts'
import { StoreError } from './problem.ts'
import { isLocalDomain, type Reader } from './routing.ts'
import { job, type Tx } from './writer/job.ts'

/** An address that leads to others: an alias, or a group where `senders` says who may write to it. */
export function addLeading(tx: Tx, address: string, targets: readonly string[], senders: GroupSenders | null): void {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (!isLocalDomain(tx, domain)) throw new StoreError('no-such-domain', domain)
  if (accountByName(tx, address) !== null) throw new StoreError('account-exists', address)
  checkNoLoop(tx, address, targets)
  const insert = tx.sql('INSERT OR IGNORE INTO aliases (address, targets, senders) VALUES (?, ?, ?)')
  if (insert.run(address, JSON.stringify(targets), senders).changes === 0) throw new StoreError('alias-exists', address)
}

export const addGroup = job('groups.add', (tx, group: Group): Group => {
  const added = { ...group, address: addressText(newAddress(group.address)), members: targetsOf(tx, group.members) }
  addLeading(tx, added.address, added.members, added.senders)
  return added
})

export interface GroupChange {
  readonly address: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly senders: GroupSenders | null
}

export const changeGroup = job('groups.change', (tx, change: GroupChange): Group => {
  const found = groupAt(tx, change.address)
  if (found === null) throw new StoreError('no-such-alias', change.address)
  const gone = new Set(change.remove.map(member => addressText(newAddress(member))))
  const members = targetsOf(tx, [...found.members, ...change.add]).filter(member => !gone.has(member))
  if (members.length === 0) throw new StoreError('bad-address', 'a group has at least one member')
  checkNoLoop(tx, found.address, members)
  const senders = change.senders ?? found.senders
  const update = tx.sql('UPDATE aliases SET targets = ?, senders = ? WHERE address = ?')
  update.run(JSON.stringify(members), senders, found.address)
  return { address: found.address, members, senders }
})

type Row = readonly [address: string, targets: string, senders: GroupSenders]

const groupOf = ([address, targets, senders]: Row): Group => {
  return { address, members: JSON.parse(targets) as string[], senders }
}

const selectGroups = 'SELECT address, targets, senders FROM aliases WHERE senders IS NOT NULL'

function groupAt(reader: Reader, address: string): Group | null {
  const parsed = parseAddress(address)
  if (parsed === null) return null
  const row = reader.raw<Row>(`${selectGroups} AND address = ?`).get(addressText(parsed))
  return row === undefined ? null : groupOf(row)
}

export function groupsOf({ reader, writer }: Engine): Groups {
  return {
    add: group => writer.run(addGroup, group),
    change: (address, { add = [], remove = [], senders = null }) =>
      writer.run(changeGroup, { address, add, remove, senders }),
    find: async address => groupAt(reader, address),
    list: async () => reader.raw<Row>(`${selectGroups} ORDER BY address`).all().map(groupOf),
    remove: address => writer.run(removeGroup, address),
  }
}

export const removeGroup = job('groups.remove', (tx, address: string) => {
  const found = groupAt(tx, address)
  if (found === null) throw new StoreError('no-such-alias', address)
  tx.sql('DELETE FROM aliases WHERE address = ?').run(found.address)
})
