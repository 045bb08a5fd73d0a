/** Compares what the domains need with what DNS has, and says it for people. */
import { type Dns, type DnsData, DnsError, type DnsType, isRecordOf } from '@lemonade/mta'
import { recordLine, shownData, type ZoneGroup, type ZoneRecord } from './zone.ts'

export const verdicts = ['right', 'missing', 'differs', 'unknown'] as const

export interface Finding {
  readonly what: string
  readonly verdict: (typeof verdicts)[number]
  /** What to know or to do, a sentence a line. */
  readonly advice: readonly string[]
  /** Mail works all the same. */
  readonly optional: boolean
}

/** One finding a record, in their order. */
export async function checkGroups(groups: readonly ZoneGroup[], dns: Dns): Promise<readonly Finding[]> {
  const all = groups.flatMap(group => group.records)
  const findings: Finding[] = []
  // A group at a time: a server of many domains must not ask a thousand questions at once.
  for (const { records } of groups) {
    const checked = records.map(async record => ({
      what: recordLine(record),
      optional: record.optional === true,
      ...(await known(() => checkRecord(record, all, dns))),
    }))
    findings.push(...(await Promise.all(checked)))
  }
  return findings
}

/** The addresses of the machine, and whether their reverse names lead back (RFC 1912 §2.1). */
export async function checkHost(hostname: string, dns: Dns): Promise<readonly Finding[]> {
  const of = async (type: 'A' | 'AAAA') => (await dns.look(hostname, type)).records
  let addresses: readonly string[]
  try {
    addresses = [...(await of('A')), ...(await of('AAAA'))]
  } catch (error) {
    return [{ what: `${hostname}. A, AAAA`, optional: false, ...unknown(error) }]
  }
  if (addresses.length === 0) {
    const advice = ['Add A and AAAA records with the addresses of this machine; nobody finds it without.']
    return [{ what: `${hostname}. A, AAAA`, verdict: 'missing', optional: false, advice }]
  }
  return Promise.all(
    addresses.map(async address => ({
      what: `${hostname}. ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
      optional: false,
      ...(await known(async () => {
        const names = (await dns.look(reverseName(address), 'PTR')).records.map(plain)
        if (names.includes(plain(hostname))) return right()
        const has =
          names.length === 0 ? 'no reverse name' : `the reverse name ${names.map(name => shown(name)).join(', ')}`
        return differs(
          `${address} has ${has}; have its provider set ${hostname}, since others refuse mail from addresses without.`,
        )
      })),
    })),
  )
}

/** As lines, the verdict in front. */
export function findingLines(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ what, verdict, optional, advice }) => {
      const word = verdict === 'missing' && optional ? 'optional' : verdict
      return [`${word.padEnd(8)}  ${what}`, ...advice.map(line => `${' '.repeat(10)}${line}`)]
    })
    .join('\n')
}

/** Whether something must be done. */
export function isFault({ verdict, optional }: Finding): boolean {
  return verdict !== 'right' && !(verdict === 'missing' && optional)
}

type Judgement = Pick<Finding, 'verdict' | 'advice'>

const right = (...advice: readonly string[]): Judgement => ({ verdict: 'right', advice })
const missing = (...advice: readonly string[]): Judgement => ({ verdict: 'missing', advice })
const differs = (...advice: readonly string[]): Judgement => ({ verdict: 'differs', advice })

function unknown(error: unknown): Judgement {
  if (!(error instanceof DnsError)) throw error
  return {
    verdict: 'unknown',
    advice: [`DNS does not say: ${error.message}. Try again, or ask another server ([dns] servers).`],
  }
}

async function known(look: () => Promise<Judgement>): Promise<Judgement> {
  try {
    return await look()
  } catch (error) {
    return unknown(error)
  }
}

async function checkRecord(record: ZoneRecord, all: readonly ZoneRecord[], dns: Dns): Promise<Judgement> {
  switch (record.type) {
    case 'MX':
      return checkExchange(record, (await dns.look(record.name, 'MX')).records)
    case 'TXT':
      return checkText(
        record,
        (await dns.look(record.name, 'TXT')).records.map(strings => strings.join('')),
      )
    case 'SRV':
      return checkService(record, (await dns.look(record.name, 'SRV')).records)
    case 'CNAME':
      return checkAlias(record, dns)
    case 'TLSA':
      return checkTlsa(record, all, dns)
  }
}

type Of<T extends DnsType> = Extract<ZoneRecord, { readonly type: T }>

const add = 'Add it.'

function checkExchange({ data }: Of<'MX'>, found: readonly DnsData['MX'][]): Judgement {
  if (found.length === 0) return missing(`${add} Mail finds its way here by it.`)
  const others = found.filter(({ exchange }) => plain(exchange) !== plain(data.exchange))
  const list = others.map(other => shownData({ type: 'MX', data: other })).join(', ')
  if (others.length === found.length) return differs(`DNS has ${list} instead: mail goes there.`)
  return others.length === 0 ? right() : right(`DNS has ${list} besides; those must take mail for this server.`)
}

function checkText(record: Of<'TXT'>, texts: readonly string[]): Judgement {
  const { purpose } = record
  if (purpose.is === 'dkim') return checkKey(purpose.key, texts)
  const text = record.data.join('')
  const tag = (text.split(/[; ]/, 1)[0] ?? '').toLowerCase()
  const found = texts.filter(other => new RegExp(`^${tag}\\s*(?:[; ]|$)`, 'i').test(other))
  const [first] = found
  if (first === undefined) return missing(add)
  const have = `DNS has ${found.map(shown).join(' and ')}`
  // RFC 7208 §4.5, RFC 7489 §6.6.3, RFC 8461 §3.1, RFC 8460 §3: with two of them nobody looks at either.
  if (found.length > 1) return differs(`${have}; there may be one only, so others look at none of them.`)
  if (first === text) return right()
  switch (purpose.is) {
    case 'spf':
      return /(?:^|\s)\+?mx(?=\s|$)/i.test(first)
        ? right(`${have}, which lets this server send.`)
        : differs(`${have}. Unless that lets this server send, add "mx" to it.`)
    case 'dmarc':
      return /;\s*p\s*=\s*(?:none|quarantine|reject)\s*(?:;|$)/i.test(first)
        ? right(`${have}.`)
        : differs(`${have}, in which nobody finds a policy.`)
    case 'tls-reports':
      return /;\s*rua\s*=/i.test(first) ? right(`${have}.`) : differs(`${have}, which names nobody to report to.`)
    default:
      return differs(`${have}. Others learn of the policy of today by another id only: change it.`)
  }
}

function checkKey(key: Extract<ZoneRecord['purpose'], { is: 'dkim' }>['key'], texts: readonly string[]): Judgement {
  if (texts.some(text => isRecordOf(text, key))) return right()
  if (texts.length > 0) {
    return differs(`DNS has ${texts.map(shown).join(' and ')}: nobody can verify what this key signs. Copy it anew.`)
  }
  switch (key.state) {
    case 'retired':
      return missing('Mail that it signed and that is still under way cannot be verified.')
    case 'active':
      return missing(`${add} Mail is signed with this key, and nobody can verify it.`)
    default:
      return missing(`${add} Mail is signed with this key once it is there.`)
  }
}

function checkService({ data }: Of<'SRV'>, found: readonly DnsData['SRV'][]): Judgement {
  const [first] = found
  if (first === undefined) return data.target === '.' ? right('It is not there, which says the same.') : missing(add)
  const isSame = (other: DnsData['SRV']) => plain(other.target) === plain(data.target) && other.port === data.port
  if (found.every(isSame)) return right()
  const list = found.map(other => shownData({ type: 'SRV', data: other })).join(', ')
  if (found.some(isSame)) return right(`DNS has ${list}; those must be of the same mailboxes.`)
  return differs(`DNS has ${list} instead.`)
}

/** Whoever cannot have a CNAME may have addresses there. */
async function checkAlias({ name, data }: Of<'CNAME'>, dns: Dns): Promise<Judgement> {
  const [alias] = (await dns.look(name, 'CNAME')).records
  if (alias !== undefined && plain(alias) === plain(data)) return right()
  const addressesOf = async (of: string) => [
    ...(await dns.look(of, 'A')).records,
    ...(await dns.look(of, 'AAAA')).records,
  ]
  const [there, here] = [await addressesOf(name), await addressesOf(data)]
  if (there.length === 0)
    return alias === undefined ? missing(add) : differs(`DNS has ${shown(alias)}, which leads nowhere.`)
  if (there.every(address => here.includes(address))) return right('It leads here by other records.')
  return differs(`It leads to ${there.join(', ')} instead.`)
}

/** A record of a key that the server does not have keeps mail away (RFC 7672 §8.1). */
async function checkTlsa(record: Of<'TLSA'>, all: readonly ZoneRecord[], dns: Dns): Promise<Judgement> {
  const { records, secure } = await dns.look(record.name, 'TLSA')
  const own = all.filter(other => other.type === 'TLSA' && other.name === record.name) as Of<'TLSA'>[]
  const isIn = (wanted: Of<'TLSA'>) => records.some(other => isSameTlsa(other, wanted.data))
  if (records.length === 0) return missing('Others do without it.')
  if (isIn(record)) {
    return secure
      ? right()
      : right('The DNS server does not say that it is signed; nobody looks at it where it is not.')
  }
  const isCurrent = own[0] === record
  if (isCurrent || !own.some(isIn)) {
    const list = records.map(data => shownData({ type: 'TLSA', data })).join(', ')
    return differs(
      `DNS has ${list} instead. Servers that look at it hold their mail back: add this one, or remove those.`,
    )
  }
  return missing('Add it before the certificate has this key.')
}

function isSameTlsa(a: DnsData['TLSA'], b: DnsData['TLSA']): boolean {
  const isKind = a.usage === b.usage && a.selector === b.selector && a.matchingType === b.matchingType
  return isKind && Buffer.from(a.data).equals(Buffer.from(b.data))
}

const plain = (name: string) => name.toLowerCase().replace(/\.$/, '')

function shown(text: string): string {
  return shownData({ type: 'TXT', data: [text] })
}

/** RFC 1035 §3.5, RFC 3596 §2.5 */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`
  const [head = '', tail = ''] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, hexPairs).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail)]
  const middle = Array.from({ length: 8 - first.length - last.length }, () => '0')
  const nibbles = [...first, ...middle, ...last].map(group => group.padStart(4, '0')).join('')
  return `${[...nibbles].toReversed().join('.')}.ip6.arpa`
}

function hexPairs(_text: string, ...octets: readonly unknown[]): string {
  const [a = '', b = '', c = '', d = ''] = octets.slice(0, 4).map(octet => Number(octet).toString(16).padStart(2, '0'))
  return `${a}${b}:${c}${d}`
}
