/** Which server takes mail for elsewhere: one for all of it, and others for some domains. */
import type { OutboundRoute } from '@lemonade/mta'
import { type Address, EndpointError, parseEndpoint } from '@lemonade/net'
import { secretOf } from './secret.ts'
import type { Table } from './table.ts'

const smartHostTls = ['never', 'opportunistic', 'required', 'implicit'] as const

/** The server that takes mail for elsewhere. */
export interface SmartHost extends Address {
  readonly tls: (typeof smartHostTls)[number]
  readonly user?: string
  readonly password?: string
}

const hostSettings = ['', '_tls', '_user', '_password', '_password_file'].map(rest => `smart_host${rest}`)

/** Their dotted names, as `settings` has them. */
export const routeSettings: readonly string[] = [
  ...hostSettings.map(key => `mta.${key}`),
  'route.to',
  'route.from',
  ...hostSettings.map(key => `route.${key}`),
]

/** Null where there is none, or none that can be read. */
export function smartHost(table: Table, directory: string): SmartHost | null {
  const text = table.string('smart_host', '', '"HOST:PORT"')
  const user = table.string('smart_host_user', '')
  const password = secretOf(table, 'smart_host_password', directory)
  // A password goes to nobody but the server whose certificate was verified, unless the operator says otherwise.
  const tls = table.choice('smart_host_tls', smartHostTls, user === '' ? 'opportunistic' : 'required')
  if ((user === '') !== (password === '')) {
    const names = `${table.name('smart_host_user')} and ${table.name('smart_host_password')}`
    table.report(`${names} belong together; set both or neither`)
  }
  const address = text === '' || text === directly ? null : endpoint(table, text)
  return address === null ? null : { ...address, tls, ...(user === '' ? {} : { user, password }) }
}

/** In the place of a server: to those that MX records name. */
const directly = 'mx'

/** `[[route]]`: the first that fits counts. */
export function outboundRoutes(tables: readonly Table[], directory: string): readonly OutboundRoute[] {
  return tables.map(table => {
    const to = domains(table, 'to', 1)
    const from = domains(table, 'from', 0)
    if (to === undefined && from === undefined)
      table.report(`${table.name('to')} and ${table.name('from')} are missing`)
    if (table.take('smart_host') === undefined) table.report(`${table.name('smart_host')} is missing`)
    const host = smartHost(table, directory)
    table.end()
    return { ...(to === undefined ? {} : { to }), ...(from === undefined ? {} : { from }), smartHost: host }
  })
}

/** Undefined where nothing is said; the null reverse-path has a domain of no characters. */
function domains(table: Table, key: string, leastCharacters: number): readonly string[] | undefined {
  const value = table.take(key)
  if (value === undefined) return undefined
  const texts = Array.isArray(value) ? value : [value]
  const isDomain = (text: unknown): text is string =>
    typeof text === 'string' && text.length >= leastCharacters && /^(?:(?:\*\.)?[^\s@*:]+)?$/.test(text)
  if (texts.length > 0 && texts.every(isDomain)) return texts.map(text => text.toLowerCase())
  table.refuse(key, value, 'a list of domains like "example.net" and "*.example.net"')
  return []
}

function endpoint(table: Table, text: string): Address | null {
  try {
    return parseEndpoint(text)
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    table.report(`${table.name('smart_host')}: ${error.message.replace(/\.$/, '')}`)
    return null
  }
}
