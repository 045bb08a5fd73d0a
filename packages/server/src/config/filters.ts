/** The `[filters]` tables: programs that look at what messages hold, and lists of clients in DNS. */
import {
  type ClamAvOptions,
  defaultTreatments,
  type ListOptions,
  networks,
  type RspamdAction,
  type RspamdOptions,
  rspamdActions,
  treatments,
  unavailableAnswers,
} from '@lemonade/mta'
import { EndpointError, parseEndpoint } from '@lemonade/net'
import type { Table } from './table.ts'

export interface FiltersConfig {
  readonly rspamd: RspamdOptions | null
  readonly clamav: ClamAvOptions | null
  /** Whether they are asked about what accounts submit, too. */
  readonly submissions: boolean
  readonly lists: ListOptions | null
  readonly greylisting: boolean
}

export const filterSettings: readonly string[] = [
  ...['submissions', 'greylisting', 'listed_refuse', 'listed_junk'].map(key => `filters.${key}`),
  ...['zone', 'weight', 'codes'].map(key => `filters.dnsbl.${key}`),
  ...['url', 'unavailable', ...rspamdActions].map(key => `filters.rspamd.${key}`),
  ...['socket', 'unavailable', 'infected', 'suspect'].map(key => `filters.clamav.${key}`),
]

export function filtersConfig(table: Table): FiltersConfig {
  const found = {
    submissions: table.choice('submissions', ['off', 'on'], 'off') === 'on',
    greylisting: table.choice('greylisting', ['off', 'on'], 'off') === 'on',
    lists: listOptions(table),
    rspamd: rspamdOptions(table.table('rspamd')),
    clamav: clamAvOptions(table.table('clamav')),
  }
  table.end()
  return found
}

const zoneShape = /^(?=.{1,200}$)[\w-]{1,63}(?:\.[\w-]{1,63})+$/

/** Null where there are none. */
function listOptions(table: Table): ListOptions | null {
  const refuseFrom = table.decimal('listed_refuse') ?? 1
  const junkFrom = table.decimal('listed_junk') ?? 0
  const zones = table.tables('dnsbl').flatMap(each => {
    const zone = each.string('zone', '', 'a domain name', value => zoneShape.test(value)).toLowerCase()
    const weight = each.decimal('weight') ?? 1
    const value = each.take('codes')
    const texts = value === undefined ? [] : [value].flat()
    const codes = texts.every(text => typeof text === 'string') ? networks(texts) : null
    if (codes === null) each.refuse('codes', value, 'a list of addresses and networks like "127.0.0.2"')
    if (zone === '' && each.take('zone') === undefined) each.report(`${each.name('zone')} is missing`)
    each.end()
    return zone === '' ? [] : [{ zone, weight, ...(value === undefined || codes === null ? {} : { codes }) }]
  })
  return zones.length === 0 ? null : { zones, refuseFrom, junkFrom }
}

function rspamdOptions(table: Table): RspamdOptions | null {
  const url = table.string('url', '', 'an http:// or https:// URL', isHttpUrl)
  const unavailable = table.choice('unavailable', unavailableAnswers, 'accept')
  const entries = rspamdActions.map(key => [key, table.choice(key, treatments, defaultTreatments[key])] as const)
  if (url === '' && table.keys().some(key => key !== 'url')) table.report(`${table.name('url')} is missing`)
  table.end()
  return url === ''
    ? null
    : {
        url,
        unavailable,
        treatments: Object.fromEntries(entries) as RspamdOptions['treatments'] & Record<RspamdAction, never>,
      }
}

function clamAvOptions(table: Table): ClamAvOptions | null {
  const socket = table.string('socket', '', 'the path of a socket or "HOST:PORT"', value => value !== '')
  const unavailable = table.choice('unavailable', unavailableAnswers, 'accept')
  const infected = table.choice('infected', treatments, 'refuse')
  const suspect = table.choice('suspect', treatments, 'junk')
  if (socket === '' && table.keys().some(key => key !== 'socket')) table.report(`${table.name('socket')} is missing`)
  table.end()
  const at = socket === '' ? null : place(table, socket)
  return at === null ? null : { at, unavailable, infected, suspect }
}

function place(table: Table, text: string): ClamAvOptions['at'] | null {
  if (text.startsWith('/')) return text
  try {
    return parseEndpoint(text)
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    table.report(`${table.name('socket')}: ${error.message.replace(/\.$/, '')}`)
    return null
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
