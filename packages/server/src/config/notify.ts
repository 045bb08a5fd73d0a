/** The ways by which people are notified, and whom the operator has told of every event: `[notify]` and what is below. */
import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import {
  type Command,
  eventTypes,
  isTopicTemplate,
  type Mqtt,
  type OperatorTargets,
  optionalParameters,
  topicFields,
  type Wanted,
  type Ways,
} from '@lemonade/notify'
import { messageOf, systemSentence } from '../problem.ts'
import { isSecretSet, secretOf } from './secret.ts'
import { listed, type Table } from './table.ts'

export interface NotifyConfig {
  readonly ways: Pick<Ways, 'xmpp' | 'sms' | 'emn' | 'commands' | 'deviceTokens'>
  readonly targets: Omit<OperatorTargets, 'webhooks'>
}

/** What every target of the operator's may say. */
const wishes = ['events', 'include', 'content_octets', 'url_seconds', 'tags', 'plain_flags'] as const
export const wantedSettings = [...wishes, 'batch_events', 'batch_milliseconds'] as const

const ofTargets: Readonly<Record<string, readonly string[]>> = {
  mqtt: ['name', 'url', 'user', 'password', 'password_file', 'certificate_authority', 'topic', ...wishes],
  command: ['name', 'command', ...wishes],
  xmpp: ['name', 'jid', ...wantedSettings],
  sms: ['name', 'number', ...wantedSettings],
  emn: ['name', 'number', ...wantedSettings],
  mail: ['name', 'address', ...wantedSettings],
}

export const notifySettings: readonly string[] = [
  ...['jid', 'password', 'password_file', 'server'].map(key => `xmpp.${key}`),
  ...['url', 'content_type', 'body', 'authorization', 'authorization_file'].map(key => `sms.${key}`),
  ...['url', 'format', 'authorization', 'authorization_file'].map(key => `emn.${key}`),
  'notify.commands',
  'notify.device_tokens',
  ...Object.entries(ofTargets).flatMap(([kind, keys]) => keys.map(key => `notify.${kind}.${key}`)),
]

export function notifyConfig(top: Table, directory: string): NotifyConfig {
  const ways = {
    ...xmpp(top.table('xmpp'), directory),
    ...sms(top.table('sms'), directory),
    ...emn(top.table('emn'), directory),
  }
  const table = top.table('notify')
  const commands = offeredCommands(table.table('commands'))
  const tokens = table.string('device_tokens', '', 'an http:// or https:// URL', isHttpUrl)
  const kinds = [
    ['xmpp', 'jid', ways.xmpp],
    ['sms', 'number', ways.sms],
    ['emn', 'number', ways.emn],
    ['mail', 'address', {}],
  ] as const
  const others = kinds.flatMap(([kind, key, way]) => {
    const found = named(table.tables(kind), each => {
      const value = required(each, key)
      return { kind, target: { [key]: value }, ...wantedOf(each) }
    })
    if (found.length > 0 && way === undefined) table.report(`${table.name(kind)} needs a table [${kind}]`)
    return found
  })
  const targets = {
    mqtt: named(table.tables('mqtt'), each => mqtt(each, directory)),
    commands: named(table.tables('command'), each => ({ command: program(each, 'command'), ...wanted(each) })),
    others,
  }
  table.end()
  const deviceTokens = tokens === '' ? {} : { deviceTokens: { url: tokens } }
  return { ways: { ...ways, ...deviceTokens, ...(commands.size > 0 ? { commands } : {}) }, targets }
}

function xmpp(table: Table, directory: string): Pick<Ways, 'xmpp'> {
  const jid = table.string('jid', '', 'an address like "lemonade@example.org"', value =>
    /^[^\s@/]+@[^\s@]+$/.test(value),
  )
  const password = secretOf(table, 'password', directory)
  const url = (value: string) => /^xmpps?:\/\/[^\s/]+$/.test(value)
  const server = table.string('server', '', '"xmpp://HOST:PORT" or "xmpps://HOST:PORT"', url)
  const isSet = table.keys().length > 0
  if (isSet && table.take('jid') === undefined) table.report('xmpp.jid is missing')
  if (isSet && !isSecretSet(table, 'password')) table.report('xmpp.password is missing')
  table.end()
  return isSet ? { xmpp: { jid, password, ...(server === '' ? {} : { server }) } } : {}
}

function sms(table: Table, directory: string): Pick<Ways, 'sms'> {
  const url = table.string('url', '', 'an http:// or https:// URL', isHttpUrl)
  const contentType = table.string('content_type', 'application/x-www-form-urlencoded')
  const body = table.string('body', 'to={to}&text={text}')
  const headers = authorization(table, directory)
  const isSet = table.keys().length > 0
  if (isSet && table.take('url') === undefined) table.report('sms.url is missing')
  if (![url, body].some(text => text.includes('{to}')) || ![url, body].some(text => text.includes('{text}'))) {
    table.report('sms.url or sms.body must have {to}, and one of them {text}')
  }
  table.end()
  return isSet ? { sms: { url, contentType, body, headers } } : {}
}

function emn(table: Table, directory: string): Pick<Ways, 'emn'> {
  const url = table.string('url', '', 'an http:// or https:// URL', isHttpUrl)
  const format = table.choice('format', ['wbxml', 'xml'], 'wbxml')
  const headers = authorization(table, directory)
  const isSet = table.keys().length > 0
  if (isSet && table.take('url') === undefined) table.report('emn.url is missing')
  table.end()
  return isSet ? { emn: { url, format, headers } } : {}
}

function authorization(table: Table, directory: string): Readonly<Record<string, string>> {
  const value = secretOf(table, 'authorization', directory)
  if (/[\r\n\0]/.test(value)) table.report(`${table.name('authorization')} must be one line`)
  return value === '' ? {} : { authorization: value }
}

function mqtt(table: Table, directory: string): Omit<Mqtt, 'name'> {
  const url = required(table, 'url', '"mqtt://HOST:PORT" or "mqtts://HOST:PORT"', value =>
    /^mqtts?:\/\/[^\s/@]+$/.test(value),
  )
  const user = table.string('user', '')
  const password = secretOf(table, 'password', directory)
  const topic = table.string(
    'topic',
    'lemonade/{user}/{type}',
    `a topic without + and #, in which ${listed(topicFields.map(field => `{${field}}`))} may stand`,
    isTopicTemplate,
  )
  const authority = table.string('certificate_authority', '', 'the path of a PEM file', value => value !== '')
  const certificateAuthority =
    authority === '' ? '' : fileOf(table, 'certificate_authority', resolve(directory, authority))
  return {
    ...{ url, topic, ...wanted(table) },
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    ...(certificateAuthority === '' ? {} : { certificateAuthority }),
  }
}

function fileOf(table: Table, key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    table.report(`${table.name(key)} cannot be read. ${(systemSentence(error) ?? messageOf(error)).replace(/\.$/, '')}`)
    return ''
  }
}

/** Programs that users may name. */
function offeredCommands(table: Table): ReadonlyMap<string, Command['command']> {
  const found = table.keys().map(name => {
    if (!/^[\w-]{1,64}$/.test(name)) table.report(`${table.name(name)} must be named with letters, digits, - and _`)
    return [name, program(table, name)] as const
  })
  return new Map(found)
}

function program(table: Table, key: string): Command['command'] {
  const value = table.take(key)
  const words = Array.isArray(value) ? value : [value]
  const [first, ...more] = words
  const isProgram = typeof first === 'string' && isAbsolute(first) && words.every(word => typeof word === 'string')
  if (value === undefined) table.report(`${table.name(key)} is missing`)
  else if (!isProgram) table.refuse(key, value, 'the absolute path of a program, or a list of it and its arguments')
  return isProgram ? [first, ...(more as string[])] : ['/']
}

/** Which events a target is told of, and what of them. */
function wanted(table: Table): Omit<Wanted, 'name'> {
  const types = choices(table, 'events', eventTypes, name => /^vnd\.lemonade\.\w+$/.test(name))
  const parameters = choices(table, 'include', optionalParameters)
  const contentOctets = table.integer('content_octets', 1, 1_000_000) ?? 10_000
  const urlSeconds = table.integer('url_seconds', 1, 31_536_000) ?? 86_400
  const tags = texts(table, 'tags')
  const plainFlags = table.take('plain_flags')
  if (plainFlags !== undefined && typeof plainFlags !== 'boolean') {
    table.refuse('plain_flags', plainFlags, 'true or false')
  }
  return {
    ...(types && { types }),
    ...(parameters && { include: { parameters, contentOctets, urlSeconds } }),
    ...(tags && { tags }),
    ...(plainFlags === true ? { plainFlags } : {}),
  }
}

function texts(table: Table, key: string): readonly string[] | null {
  const value = table.take(key)
  if (value === undefined) return null
  const isFine = Array.isArray(value) && value.every(each => typeof each === 'string' && each.length <= 100)
  if (!isFine) table.refuse(key, value, 'a list of short strings')
  return isFine ? (value as string[]) : null
}

interface Batch {
  readonly events: number
  readonly milliseconds: number
}

/** A webhook waits for nothing: it is told of what has come while it dealt with what came before. */
export const batchOfWebhooks: Batch = { events: 100, milliseconds: 0 }

/** The same, and how many at once; `usual` where nothing is said, else one by one. */
export function wantedOf(table: Table, usual?: Batch): ReturnType<typeof wanted> & { readonly batch?: Batch } {
  const events = table.integer('batch_events', usual === undefined ? 2 : 1, 10_000) ?? usual?.events ?? 1
  const milliseconds = table.integer('batch_milliseconds', 0, 86_400_000)
  if (events > 1)
    return { ...wanted(table), batch: { events, milliseconds: milliseconds ?? usual?.milliseconds ?? 1_000 } }
  if (milliseconds !== undefined)
    table.report(`${table.name('batch_milliseconds')} needs ${table.name('batch_events')}`)
  return wanted(table)
}

function choices<const T extends string>(
  table: Table,
  key: string,
  allowed: readonly T[],
  also: (name: string) => boolean = () => false,
): ReadonlySet<T> | null {
  const value = table.take(key)
  if (value === undefined) return null
  const isFine =
    Array.isArray(value) && value.length > 0 && value.every(each => allowed.includes(each as T) || also(String(each)))
  if (!isFine) table.refuse(key, value, `a list of ${listed(allowed.map(each => `"${each}"`))}`)
  return isFine ? new Set(value as T[]) : null
}

/** Targets of a kind, each with a name of its own. */
function named<T extends object>(
  tables: readonly Table[],
  read: (table: Table) => T,
): (T & { readonly name: string })[] {
  const found: (T & { readonly name: string })[] = []
  for (const table of tables) {
    const name = required(table, 'name', 'letters, digits, - and _', value => /^[\w-]{1,64}$/.test(value))
    if (name !== '' && found.some(other => other.name === name)) {
      table.report(`${table.name('name')} is "${name}", as another's; each needs its own`)
    }
    const rest = read(table)
    table.end()
    found.push({ ...rest, name })
  }
  return found
}

function required(
  table: Table,
  key: string,
  allowed = 'a string that is not empty',
  accept = (value: string) => value !== '',
) {
  if (table.take(key) === undefined) table.report(`${table.name(key)} is missing`)
  return table.string(key, '', allowed, accept)
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol)
}
