/** `lemonade.toml`: every key optional, every value checked, every mistake named with what is allowed. */
import { readFileSync } from 'node:fs'
import type { BlockList } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { TestedBy } from '@lemonade/filter'
import {
  type AuthenticationOptions,
  dmarcPolicies,
  networks,
  type OutboundRoute,
  type OverQuota,
  overQuotaAnswers,
} from '@lemonade/mta'
import { type Address, EndpointError, parseEndpoint } from '@lemonade/net'
import type { Webhook } from '@lemonade/notify'
import { parse, TomlError } from 'smol-toml'
import { type ByListener, byListener, defaultAddresses, listenerNames } from '../listeners.ts'
import { messageOf, systemSentence, UserError } from '../problem.ts'
import { type MtaStsMode, mtaStsModes } from '../setup/mta-sts.ts'
import { type ConvertConfig, convertConfig, convertSettings } from './convert.ts'
import { type DnsConfig, dnsConfig, dnsSettings } from './dns.ts'
import { type FiltersConfig, filterSettings, filtersConfig } from './filters.ts'
import { batchOfWebhooks, type NotifyConfig, notifyConfig, notifySettings, wantedOf, wantedSettings } from './notify.ts'
import { outboundRoutes, routeSettings, type SmartHost, smartHost } from './routes.ts'
import { isSecretSet, secretOf } from './secret.ts'
import { type SieveConfig, sieveConfig, sieveSettings } from './sieve.ts'
import { type Findings, Table } from './table.ts'
import { type TlsConfig, tlsConfig, tlsSettings } from './tls.ts'
import { imapServers, type UrlConfig, urlApplications, urlSettings } from './urls.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type { Webhook }
export type LogLevel = (typeof logLevels)[number]

export interface Config extends TlsConfig {
  /** The file it was read from, as it was named; null where there is none. */
  readonly file: string | null
  /** The name in greetings, certificates and Received fields. */
  readonly hostname: string
  /** The data directory, absolute. */
  readonly data: string
  readonly listen: ByListener<readonly Address[]>
  /** By listener, from where proxies speak for others with the PROXY protocol; null where nobody does. */
  readonly proxy: ByListener<BlockList | null>
  /** True for a listener that the file says nothing of: its ::1 may be missing on a machine without IPv6. */
  readonly listensByDefault: ByListener<boolean>
  readonly auth: { readonly allowPlaintext: 'never' | 'loopback' }
  readonly log: { readonly level: LogLevel }
  readonly imap: { readonly utf8: (typeof imapUtf8)[number] }
  /** As the file has them; `limits.ts` checks their names against the packages' own. */
  readonly limits: Readonly<Record<string, number>>
  readonly mta: {
    readonly recipientDelimiter: string
    readonly overQuota: OverQuota
    /** Mail of others that goes on to elsewhere has a return path of ours. */
    readonly rewritesSenders: boolean
    /** What other servers are told of TLS to this one (RFC 8461). */
    readonly sts: MtaStsMode
    /** Other domains are told how TLS to them goes (RFC 8460). */
    readonly reportsTls: boolean
    /** Whether mail is signed for domains of ours (RFC 6376). */
    readonly dkim: (typeof dkimModes)[number]
    /** A key that has signed for so long is to be replaced; 0 for never. */
    readonly dkimRotateDays: number
    /** null where mail is not authenticated. */
    readonly authentication: AuthenticationOptions | null
    /** Whose mail is neither authenticated nor filtered; null for this machine's alone. */
    readonly exempt: BlockList | null
    readonly smartHost: SmartHost | null
    /** What goes another way than the rest. */
    readonly routes: readonly OutboundRoute[]
    readonly testedBy: TestedBy
  }
  /** Received fields of what is submitted say where the client is. */
  readonly submit: { readonly tellsClient: boolean }
  readonly filters: FiltersConfig
  readonly dns: DnsConfig
  readonly urls: UrlConfig
  readonly convert: ConvertConfig
  readonly sieve: SieveConfig
  readonly webhooks: readonly Webhook[]
  readonly notify: NotifyConfig
}

/** Every setting by its dotted name, except those of [limits]. `docs/configuration.md` describes each. */
export const settings: readonly string[] = [
  'hostname',
  'data',
  ...listenerNames.map(name => `listen.${name}`),
  ...listenerNames.map(name => `proxy.${name}`),
  'auth.allow_plaintext',
  ...tlsSettings,
  'log.level',
  'imap.utf8',
  'mta.recipient_delimiter',
  'mta.over_quota',
  'mta.srs',
  'mta.sts',
  'mta.tls_reports',
  'mta.dkim',
  'mta.dkim_rotate_days',
  'mta.authentication',
  'mta.authentication_exempt',
  ...routeSettings,
  'mta.spam_field',
  'mta.spam_clear',
  'mta.spam_certain',
  'mta.virus_field',
  'submit.client_address',
  ...filterSettings,
  ...dnsSettings,
  ...urlSettings,
  ...convertSettings,
  ...sieveSettings,
  'webhook.name',
  'webhook.url',
  'webhook.secret',
  'webhook.secret_file',
  ...wantedSettings.map(name => `webhook.${name}`),
  ...notifySettings,
]

/** Labels of letters, digits and inner hyphens (RFC 1123 §2.1). */
export const hostnameShape = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i

/** Reads the configuration of a file, or the defaults. Relative paths in a file are relative to the file. */
export function readConfig(file: string | null, directory: string): Config {
  if (file === null) return configOf('', null, directory)
  const path = resolve(directory, file)
  return configOf(textOf(path), file, dirname(path))
}

/** One error for all mistakes of a file, a line each. */
export function configError(file: string | null, problems: readonly string[]): UserError {
  return new UserError(problems.map(problem => `${file}: ${problem}${problem.endsWith('?') ? '' : '.'}`).join('\n'))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError(
      `The configuration file cannot be read; name another with --config. ${systemSentence(error) ?? messageOf(error)}`,
    )
  }
}

/** Checks a configuration's text. Throws one `UserError` that names every mistake, a line each. */
export function configOf(text: string, file: string | null, directory: string): Config {
  const findings: Findings = { problems: [], settings }
  const top = new Table(tomlOf(text, file), '', findings)
  const config: Config = {
    file,
    hostname: hostname(top),
    data: resolve(
      directory,
      top.string('data', 'data', 'the path of a directory', value => value !== ''),
    ),
    ...listen(top.table('listen')),
    proxy: proxies(top.table('proxy')),
    auth: auth(top.table('auth')),
    ...tlsConfig(top.table('tls'), directory),
    log: log(top.table('log')),
    imap: imap(top.table('imap')),
    limits: limits(top.table('limits')),
    mta: { ...mta(top.table('mta'), directory), routes: outboundRoutes(top.tables('route'), directory) },
    submit: submit(top.table('submit')),
    filters: filtersConfig(top.table('filters')),
    dns: dnsConfig(top.table('dns')),
    urls: {
      applications: urlApplications(top.tables('url_application')),
      imapServers: imapServers(top.tables('imap_server'), directory, endpoint, text => hostnameShape.test(text)),
    },
    convert: convertConfig(top.table('convert'), directory),
    sieve: sieveConfig(top.table('sieve'), directory),
    webhooks: webhooks(top.tables('webhook'), directory),
    notify: notifyConfig(top, directory),
  }
  for (const sentence of acmeProblems(config)) top.report(sentence)
  top.end()
  if (findings.problems.length > 0) {
    throw configError(file, findings.problems)
  }
  return config
}

function tomlOf(text: string, file: string | null): Readonly<Record<string, unknown>> {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw new UserError(`${file}: line ${error.line}, column ${error.column} is not TOML: ${what}.`)
  }
}

function hostname(top: Table): string {
  const allowed = 'a host name like "mail.example.org"'
  return top.string('hostname', 'localhost', allowed, value => hostnameShape.test(value)).toLowerCase()
}

function listen(table: Table): Pick<Config, 'listen' | 'listensByDefault'> {
  const values = byListener(name => table.take(name))
  const addresses = byListener(name => {
    const value = values[name]
    if (value === undefined) return defaultAddresses(name)
    if (value === false) return []
    const texts = Array.isArray(value) ? value : [value]
    if (texts.length === 0 || !texts.every(text => typeof text === 'string')) {
      table.refuse(name, value, '"HOST:PORT", a list of them, or false')
      return []
    }
    return texts.flatMap(text => endpoint(table, name, text) ?? [])
  })
  table.end()
  return { listen: addresses, listensByDefault: byListener(name => values[name] === undefined) }
}

/** Addresses and networks, a listener. */
function proxies(table: Table): Config['proxy'] {
  const found = byListener(name => {
    const trusted = addressList(table, name)
    return trusted === null || trusted.texts.length === 0 ? null : trusted.list
  })
  table.end()
  return found
}

/** A list of addresses and networks, or a single one; null where it is not set or wrong. */
function addressList(table: Table, key: string): { texts: readonly string[]; list: BlockList } | null {
  const value = table.take(key)
  if (value === undefined) return null
  const texts = [value].flat()
  const list = texts.every(text => typeof text === 'string') ? networks(texts) : null
  if (list !== null) return { texts: texts as string[], list }
  table.refuse(key, value, 'a list of addresses and networks like "192.0.2.0/24"')
  return null
}

function endpoint(table: Table, key: string, text: string): Address | null {
  try {
    return parseEndpoint(text)
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    table.report(`${table.name(key)}: ${error.message.replace(/\.$/, '')}`)
    return null
  }
}

function auth(table: Table): Config['auth'] {
  const allowPlaintext = table.choice('allow_plaintext', ['never', 'loopback'], 'never')
  table.end()
  return { allowPlaintext }
}

/** What ACME needs of the rest. */
function acmeProblems({ acme, hostname, listen }: Config): readonly string[] {
  if (acme === null) return []
  const listener = acme.challenge === 'http-01' ? 'web' : 'https'
  return [
    ...(hostname.includes('.') ? [] : ['tls.acme needs hostname, the name of this machine in DNS']),
    ...(listen[listener].length > 0 ? [] : [`tls.acme with the challenge ${acme.challenge} needs listen.${listener}`]),
  ]
}

function log(table: Table): Config['log'] {
  const level = table.choice('level', logLevels, 'info')
  table.end()
  return { level }
}

function limits(table: Table): Config['limits'] {
  const found: Record<string, number> = {}
  for (const key of table.keys()) {
    const value = table.integer(key, 0)
    if (value !== undefined) found[key] = value
  }
  return found
}

/** UTF8=ACCEPT and UTF8=ONLY (RFC 6855 §6). */
const imapUtf8 = ['accept', 'only'] as const

function imap(table: Table): Config['imap'] {
  const found = { utf8: table.choice('utf8', imapUtf8, 'accept') }
  table.end()
  return found
}

const dkimModes = ['sign', 'off'] as const

function mta(table: Table, directory: string): Omit<Config['mta'], 'routes'> {
  const recipientDelimiter = table.string(
    'recipient_delimiter',
    '+',
    'one character of + - = # ~ _ or "" for none',
    value => /^[-+=#~_]?$/.test(value),
  )
  const overQuota = table.choice('over_quota', overQuotaAnswers, 'defer')
  const rewritesSenders = table.choice('srs', ['on', 'off'], 'on') === 'on'
  const sts = table.choice('sts', mtaStsModes, 'testing')
  const reportsTls = table.choice('tls_reports', ['on', 'off'], 'on') === 'on'
  const dkim = table.choice('dkim', dkimModes, 'sign')
  const dkimRotateDays = table.integer('dkim_rotate_days', 0) ?? 0
  const found = {
    recipientDelimiter,
    overQuota,
    rewritesSenders,
    sts,
    reportsTls,
    dkim,
    dkimRotateDays,
    authentication: authentication(table),
    exempt: addressList(table, 'authentication_exempt')?.list ?? null,
    smartHost: smartHost(table, directory),
    testedBy: testedBy(table),
  }
  table.end()
  return found
}

function submit(table: Table): Config['submit'] {
  const tellsClient = table.choice('client_address', ['hidden', 'shown'], 'hidden') === 'shown'
  table.end()
  return { tellsClient }
}

function authentication(table: Table): AuthenticationOptions | null {
  const policy = table.choice('authentication', ['off', ...dmarcPolicies], 'quarantine')
  return policy === 'off' ? null : { policy }
}

/** The name of a header field (RFC 5322 §2.2), '' for none. */
const fieldName = (value: string) => /^[!-9;-~]{0,76}$/.test(value)

function testedBy(table: Table): TestedBy {
  const [spam, virus] = ['spam_field', 'virus_field'].map(key =>
    table.string(key, '', 'the name of a header field', fieldName),
  ) as [string, string]
  const clear = table.decimal('spam_clear') ?? 0
  const certain = table.decimal('spam_certain') ?? 15
  if (clear >= certain) table.report('mta.spam_clear must be below mta.spam_certain')
  return {
    spam: spam === '' ? null : { field: spam, clear, certain },
    virus: virus === '' ? null : { field: virus },
  }
}

function webhooks(tables: readonly Table[], directory: string): Config['webhooks'] {
  const found: Webhook[] = []
  for (const table of tables) {
    const name = table.string('name', '', 'letters, digits, - and _', value => /^[\w-]{1,64}$/.test(value))
    const url = table.string('url', '', 'an http:// or https:// URL', isHttpUrl)
    const secret = secretOf(table, 'secret', directory)
    for (const [key, value] of Object.entries({ name, url, secret })) {
      if (value === '' && !isSecretSet(table, key)) table.report(`${table.name(key)} is missing`)
    }
    if (name !== '' && found.some(other => other.name === name)) {
      table.report(`${table.name('name')} is "${name}", as another webhook's; each needs its own`)
    }
    const wanted = wantedOf(table, batchOfWebhooks)
    table.end()
    found.push({ name, url, secret, ...wanted })
  }
  return found
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
