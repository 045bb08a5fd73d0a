/**
 * What users have registered to be woken by: a row for each entry `/private/vendor/lemonade/notify/KIND/NAME` of their
 * server metadata, made and removed in the transaction that sets the entry.
 *
 * - A registration that changes is another device: what was known of the old one goes, and it must prove itself anew.
 * - A device has one wake-up waiting, or none. A newer one takes its place: devices are told the latest state.
 */
import { createHash } from 'node:crypto'
import type { Device, Devices, DeviceWakeUp } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import type { AccountId, EventId, Instant } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

/** Where registrations and preferences lie in an account's server metadata. */
export const notifyFolder = '/private/vendor/lemonade/notify/'

/** An entry that is written and never kept: what a device echoes, `…/validate/KIND/NAME`. */
export function echoedName(entry: string): string | null {
  const folder = `${notifyFolder}validate/`
  return entry.startsWith(folder) ? entry.slice(folder.length) : null
}

/** The device that an entry registers, KIND/NAME; null where it registers none. */
function deviceName(entry: string): string | null {
  const [, kind, name] = /^([a-z0-9]+)\/([^/]+)$/.exec(entry.slice(notifyFolder.length)) ?? []
  return kind === undefined || name === undefined || reserved.has(kind) ? null : `${kind}/${name}`
}

const reserved: ReadonlySet<string> = new Set(['preferences', 'state', 'validate'])

/** An entry below `notifyFolder` has been set or removed. Throws too-many-entries. */
export function noteNotifyEntry(tx: Tx, account: AccountId, entry: string, isThere: boolean): void {
  tx.topic('devices')
  const name = deviceName(entry)
  if (name === null) return
  tx.sql('DELETE FROM devices WHERE account_id = ? AND name = ?').run(account, name)
  if (!isThere) return
  tx.sql("INSERT INTO devices (account_id, name, registered_at, state) VALUES (?, ?, ?, 'new')").run(
    account,
    name,
    tx.now,
  )
  const count = tx.number('SELECT count(*) FROM devices WHERE account_id = ?', account)
  if (count > tx.limits.devicesPerAccount) throw new StoreError('too-many-entries', `${count} devices`)
}

export function dropDevicesOf(tx: Tx, account: AccountId): void {
  tx.sql('DELETE FROM devices WHERE account_id = ?').run(account)
  tx.topic('devices')
}

const digest = (echo: Uint8Array) => new Uint8Array(createHash('sha256').update(echo).digest())

/** Throws no-such-device, wrong-echo. */
export function confirmDevice(tx: Tx, account: AccountId, name: string, echo: Uint8Array): void {
  const [id, challenge, askedAt] =
    tx
      .raw<[number, Uint8Array | null, Instant | null]>(
        "SELECT id, challenge, asked_at FROM devices WHERE account_id = ? AND name = ? AND state = 'asked'",
      )
      .get(account, name) ?? []
  if (id === undefined) throw new StoreError('no-such-device', name)
  const isLate = askedAt === null || askedAt === undefined || tx.now - askedAt > tx.limits.deviceEchoSeconds * 1000
  if (isLate || !challenge || Buffer.compare(digest(echo), challenge) !== 0) throw new StoreError('wrong-echo', name)
  tx.sql("UPDATE devices SET state = 'ready', challenge = NULL, problem = NULL WHERE id = ?").run(id)
  tx.topic('devices')
}

interface Confirmation {
  readonly account: AccountId
  readonly name: string
  readonly echo: Uint8Array
}

export const confirm = job('devices.confirm', (tx, { account, name, echo }: Confirmation) =>
  confirmDevice(tx, account, name.toLowerCase(), echo),
)

interface Standing {
  readonly device: number
  readonly state: Device['state']
  /** What it must echo, where it is asked. */
  readonly challenge: Uint8Array | null
  readonly problem: string | null
}

export const setDeviceState = job('devices.state', (tx, { device, state, challenge, problem }: Standing) => {
  tx.sql('UPDATE devices SET state = ?, challenge = ?, asked_at = ?, problem = ? WHERE id = ?').run(
    state,
    challenge && digest(challenge),
    challenge && tx.now,
    problem,
    device,
  )
  tx.topic('devices')
})

interface Preparation {
  readonly wakeUps: readonly DeviceWakeUp[]
  readonly sink: string
  readonly to: EventId
}

/** What devices are to be woken with, and that the events which say so have been dealt with: in one step. */
export const prepareWakeUps = job('devices.prepare', (tx, { wakeUps, sink, to }: Preparation) => {
  const update = tx.sql(
    'UPDATE devices SET pending = ?, pending_id = ?, due_at = ?, expires_at = ?, attempts = 0 WHERE id = ?',
  )
  for (const { device, id, content, dueAt, expiresAt } of wakeUps) {
    update.run(JSON.stringify(content), id, dueAt, expiresAt, device)
  }
  tx.sql('UPDATE outbox_sinks SET cursor = max(cursor, ?) WHERE name = ?').run(to, sink)
})

interface Outcome {
  readonly device: number
  readonly id: EventId
  readonly credit: number
  readonly waiting: boolean
}

/** A wake-up was taken; one that has taken its place meanwhile stays. */
export const notedWoken = job('devices.woken', (tx, { device, id, credit, waiting }: Outcome) => {
  tx.sql(
    `UPDATE devices SET woken_at = ?, credit = ?, credited_at = ?, waiting = ?, problem = NULL, attempts = 0
     WHERE id = ?`,
  ).run(tx.now, credit, tx.now, Number(waiting), device)
  tx.sql('UPDATE devices SET pending = NULL WHERE id = ? AND pending_id = ?').run(device, id)
})

interface Postponement {
  readonly device: number
  readonly dueAt: Instant
  readonly problem: string | null
}

/** A wake-up has to wait; with a problem, after an attempt that failed. */
export const postponeWakeUp = job('devices.postpone', (tx, { device, dueAt, problem }: Postponement) => {
  tx.sql(
    'UPDATE devices SET due_at = ?, problem = ifnull(?, problem), attempts = attempts + ? WHERE id = ? AND pending IS NOT NULL',
  ).run(dueAt, problem, Number(problem !== null), device)
})

/** A wake-up is given up. */
export const dropWakeUp = job(
  'devices.drop',
  (tx, { device, id, problem }: { device: number; id: EventId; problem: string | null }) => {
    tx.sql('UPDATE devices SET pending = NULL, problem = ifnull(?, problem) WHERE id = ? AND pending_id = ?').run(
      problem,
      device,
      id,
    )
  },
)

interface DeviceRow {
  readonly id: number
  readonly account_id: AccountId
  readonly name: string
  readonly registered_at: Instant
  readonly state: Device['state']
  readonly asked_at: Instant | null
  readonly problem: string | null
  readonly waiting: number
  readonly woken_at: Instant | null
  readonly credit: number | null
  readonly credited_at: Instant | null
  readonly pending: string | null
  readonly pending_id: EventId | null
  readonly due_at: Instant | null
  readonly expires_at: Instant | null
  readonly attempts: number
}

function deviceOf(row: DeviceRow): Device {
  return {
    id: row.id,
    account: row.account_id,
    name: row.name,
    registeredAt: row.registered_at,
    state: row.state,
    askedAt: row.asked_at,
    problem: row.problem,
    waiting: row.waiting === 1,
    wokenAt: row.woken_at,
    credit: row.credit === null || row.credited_at === null ? null : { left: row.credit, at: row.credited_at },
    attempts: row.attempts,
    pending:
      row.pending === null
        ? null
        : {
            device: row.id,
            id: row.pending_id as EventId,
            content: JSON.parse(row.pending),
            dueAt: row.due_at as Instant,
            expiresAt: row.expires_at as Instant,
          },
  }
}

function select(reader: Connection, where: string, ...values: (number | string)[]): Device[] {
  return reader
    .sql<DeviceRow>(`SELECT * FROM devices ${where}`)
    .all(...values)
    .map(deviceOf)
}

export function devicesOf({ reader, writer }: Engine): Devices {
  return {
    of: async account => select(reader, 'WHERE account_id = ? ORDER BY name', account),
    async get(account, name) {
      return select(reader, 'WHERE account_id = ? AND name = ?', account, name.toLowerCase())[0] ?? null
    },
    unproved: async () => select(reader, "WHERE state IN ('new', 'asked') ORDER BY id"),
    due: async (now, limit) =>
      select(reader, 'WHERE pending IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?', now, limit),
    async nextDue() {
      return (
        reader.raw<[Instant | null]>('SELECT min(due_at) FROM devices WHERE pending IS NOT NULL').get()?.[0] ?? null
      )
    },
    confirm: (account, name, echo) => writer.run(confirm, { account, name, echo }),
    setState: (device, state, { challenge = null, problem = null } = {}) =>
      writer.run(setDeviceState, { device, state, challenge, problem }),
    prepare: (wakeUps, sink, to) => writer.run(prepareWakeUps, { wakeUps, sink, to }),
    woken: (device, id, { credit, waiting }) => writer.run(notedWoken, { device, id, credit, waiting }),
    postpone: (device, dueAt, problem) => writer.run(postponeWakeUp, { device, dueAt, problem }),
    drop: (device, id, problem) => writer.run(dropWakeUp, { device, id, problem }),
  }
}
