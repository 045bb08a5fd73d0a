/** envelope-dsn, redirect-dsn, envelope-deliverby and redirect-deliverby (RFC 6009): what ESMTP says besides addresses. */
import type { Arguments } from '../arguments.ts'
import { type EnvelopePart, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import type { SieveEnvelope } from '../message.ts'
import { number, string, type Tag } from '../signature.ts'
import type { Act } from '../step.ts'

/** A part that is no address; '' is a value like any other, null is none. */
function plain(of: (envelope: SieveEnvelope, given: Arguments, machine: Machine) => string | null): EnvelopePart {
  return {
    isPlain: true,
    of(envelope, given, machine) {
      const value = of(envelope, given, machine)
      return value === null ? [] : [value]
    },
  }
}

export const envelopeDsn = extension({
  capabilities: ['envelope-dsn'],
  rfc: 6009,
  envelopeParts: {
    notify: { isPlain: true, of: ({ notify = [] }) => notify },
    orcpt: plain(({ orcpt = null }) => orcpt),
    ret: plain(({ ret = null }) => ret),
    envid: plain(({ envid = null }) => envid),
  },
})

const zoneSyntax = /^([+-])(\d\d)([0-5]\d)$/
const judgeZone = (text: string) => (zoneSyntax.test(text) ? null : 'A time zone is written like "+0100".')

/** date-time with "Z" for an offset of zero (RFC 3339 §5.6, RFC 6009 §5). */
function absolute(at: number, zoneMinutes: number): string {
  const two = (count: number) => String(count).padStart(2, '0')
  const time = new Date(at + zoneMinutes * 60_000).toISOString().slice(0, 19)
  if (zoneMinutes === 0) return `${time}Z`
  const minutes = Math.abs(zoneMinutes)
  return `${time}${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function zoneOf(given: Arguments, machine: Machine, at: number): number {
  if (!given.has('zone')) return machine.site.zoneMinutesAt(at)
  const [, sign, hours, minutes] =
    zoneSyntax.exec(given.text('zone')) ?? machine.fail('A time zone is written like "+0100".')
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

export const envelopeDeliverBy = extension({
  capabilities: ['envelope-deliverby'],
  rfc: 6009,
  tags: [{ tag: 'zone', argument: string('zone', { check: judgeZone }), on: ['envelope'] }],
  envelopeParts: {
    bytimeabsolute: plain(({ by = null }, given, machine) => by && absolute(by.at, zoneOf(given, machine, by.at))),
    bytimerelative: plain(({ by = null }, _, machine) => by && String(Math.trunc((by.at - machine.site.now) / 1000))),
    bymode: plain(({ by }) => by?.mode ?? null),
    bytrace: plain(({ by = null }) => by && (by.trace ? 'trace' : '')),
  },
})

/** notify-list-element (RFC 3461 §4.1) */
const conditions = ['SUCCESS', 'FAILURE', 'DELAY'] as const
type Condition = (typeof conditions)[number]

/** "NEVER", or some of the others, each once; null where it is neither. */
function conditionsOf(text: string): readonly ['NEVER'] | readonly Condition[] | null {
  const words = text.toUpperCase().split(',')
  if (words.length === 1 && words[0] === 'NEVER') return ['NEVER']
  const sound = words.every(word => (conditions as readonly string[]).includes(word))
  return sound && new Set(words).size === words.length ? (words as Condition[]) : null
}

const judgeNotify = (text: string) =>
  conditionsOf(text) === null ? 'The conditions are "NEVER", or some of SUCCESS, FAILURE and DELAY with commas.' : null
const judgeRet = (text: string) => (/^(?:FULL|HDRS)$/i.test(text) ? null : 'What is returned is "FULL" or "HDRS".')

export const redirectDsn = extension({
  capabilities: ['redirect-dsn'],
  rfc: 6009,
  tags: [
    { tag: 'notify', argument: string('notify', { check: judgeNotify }), on: ['redirect'] },
    { tag: 'ret', argument: string('ret', { check: judgeRet }), on: ['redirect'] },
  ],
  act(act, given, machine): Act {
    if (act.do !== 'redirect' || !(given.has('notify') || given.has('ret'))) return act
    const notify = given.has('notify')
      ? (conditionsOf(given.text('notify')) ?? machine.fail('The conditions of ":notify" are none.'))
      : undefined
    const ret = given.has('ret') ? given.text('ret') : undefined
    if (ret !== undefined && judgeRet(ret) !== null) machine.fail('What ":ret" says is neither "FULL" nor "HDRS".')
    return {
      ...act,
      ...(notify === undefined ? {} : { notify }),
      ...(ret === undefined ? {} : { ret: ret.toUpperCase() as 'FULL' | 'HDRS' }),
    }
  },
})

/** date-time (RFC 3339 §5.6); the zone also as `currentdate` tells it, which RFC 6009 §7.2 makes use of. */
const dateTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-]\d\d):?(\d\d))$/
const mostSeconds = 999_999_999

/** Milliseconds since 1970; null where the text is no such time. */
function instantOf(text: string): number | null {
  const [, time, hours, minutes] = dateTime.exec(text) ?? []
  const at = time === undefined ? Number.NaN : Date.parse(`${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`)
  return Number.isNaN(at) ? null : at
}

const judgeInstant = (text: string) =>
  instantOf(text) === null ? 'A time is written like "2026-11-24T22:00:00+01:00".' : null
const judgeSeconds = (seconds: number) =>
  seconds <= mostSeconds ? null : `There must not be more than ${mostSeconds} seconds.`
const judgeMode = (text: string) => (/^(?:notify|return)$/i.test(text) ? null : 'The mode is "notify" or "return".')

const byTags: readonly Tag[] = [
  { tag: 'bytimerelative', group: 'byTime', argument: number('seconds', { check: judgeSeconds }) },
  { tag: 'bytimeabsolute', group: 'byTime', argument: string('instant', { check: judgeInstant }) },
  { tag: 'bymode', needs: 'byTime', argument: string('mode', { check: judgeMode }) },
  { tag: 'bytrace', needs: 'byTime' },
]

export const redirectDeliverBy = extension({
  capabilities: ['redirect-deliverby'],
  rfc: 6009,
  tags: byTags.map(tag => ({ ...tag, on: ['redirect'] })),
  act(act, given, machine) {
    if (act.do !== 'redirect' || given.choice('byTime') === null) return act
    const at = given.has('seconds')
      ? machine.site.now + given.number('seconds') * 1000
      : (instantOf(given.text('instant')) ?? machine.fail('The time of ":bytimeabsolute" is none.'))
    const mode = given.has('mode') ? given.text('mode') : 'return'
    if (judgeMode(mode) !== null) machine.fail('The mode of ":bymode" is neither "notify" nor "return".')
    return { ...act, by: { at, mode: mode.toLowerCase() as 'notify' | 'return', trace: given.has('bytrace') } }
  },
})
