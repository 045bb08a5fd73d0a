/** BURL (RFC 4468): parts of a message, or all of it, from an IMAP store; what is here is not copied. */
import {
  type Answer,
  type Assembly,
  type Conversation,
  contribute,
  type EsmtpExtension,
  extension,
  Refusal,
  replies,
  reply,
  type Session,
} from '@lemonade/esmtp'
import type { Account, Store } from '@lemonade/store'
import {
  accountOf,
  BadUrl,
  type House,
  type ImapUrl,
  isThisServer,
  type Named,
  octetsOf,
  parseUrl,
  readableMailbox,
  redeem,
  resolve,
} from '@lemonade/urlauth'
import { fetchFrom, type ImapServer } from './imap-client.ts'
import type { SubmitLimits } from './limits.ts'

export interface BurlOptions {
  readonly store: Store
  readonly hostname: string
  readonly limits: SubmitLimits
  /** Other servers, which this one has credentials for. */
  readonly imapServers: readonly ImapServer[]
}

const badCommand = reply(501, '5.5.4', 'BURL takes an imap URL, and LAST')
const noRecipients = reply(554, '5.5.0', 'No recipients have been specified')
const unresolved = reply(554, '5.6.6', 'IMAP URL resolution failed')
const notForYou = reply(554, '5.7.0', 'IMAP URL authorization failed')
const untrusted = reply(554, '5.7.8', 'URL resolution requires a trust relationship')
const tooBig = reply(554, '5.3.4', 'Message too big for system')
const tooManyUrls = reply(554, '5.3.4', 'Too many URLs in one message')

/** How many URLs a message has had. */
const counts = new WeakMap<Assembly, number>()

/** BURL, with IMAP URLs that carry an authorization, and others of this server's for who has logged in. */
export function burl(options: BurlOptions): EsmtpExtension {
  return extension({
    rfc: 4468,
    // RFC 4468 §3.3: what the store of this very server has, its user may name without an authorization.
    advertise: ({ identity }) => (identity === null ? 'BURL imap' : `BURL imap imap://${options.hostname}`),
    commands: {
      BURL: {
        states: ['recipients', 'mail', 'content'],
        takesArgument: true,
        run: (conversation, argument) => run(conversation, argument, options),
      },
    },
  })
}

/** burl-cmd = "BURL" SP absolute-URI [SP end-marker] CRLF (RFC 4468 §3.5) */
async function run(conversation: Conversation, argument: string, options: BurlOptions): Promise<Answer> {
  const { session } = conversation
  const [, text, last] = /^(\S+)(?: (LAST))?$/i.exec(argument.trim()) ?? []
  if (text === undefined) return refuse(session, badCommand)
  // No URL is resolved for nobody (RFC 4468 §3.2).
  if (session.transaction?.recipients.length === 0) return refuse(session, noRecipients)
  return contribute(conversation, {
    isLast: last !== undefined,
    drop: async () => {},
    put: assembly => put(session, assembly, text, options),
    goOn: () => reply(250, '2.5.0', 'Waiting for additional BURL or BDAT commands'),
  })
}

/** The transaction fails with the command (RFC 4468 §3.2). */
async function refuse(session: Session, answer: Answer): Promise<Answer> {
  await session.endTransaction()
  return answer
}

async function put(session: Session, assembly: Assembly, text: string, options: BurlOptions): Promise<void> {
  const { limits } = options
  const { sink } = assembly
  const count = (counts.get(assembly) ?? 0) + 1
  counts.set(assembly, count)
  if (count > limits.urls) throw new Refusal(tooManyUrls)
  const account = session.identity?.account
  if (account === undefined) throw new Refusal(replies.authRequired)
  const url = read(text)
  await mayUse(options, url, account)
  const server = url.server?.host ?? ''
  session.log.info({ url: text.replace(/:[^:]*$/, ':…') }, 'URL used')
  if (!(await isThisServer(options.store, options.hostname, server))) {
    await fetchElsewhere(assembly, url, text, options)
    return
  }
  const named = await namedBy(options, url, text, account)
  if ('octets' in named) {
    assembly.grow(named.octets.length, limits.messageOctets, tooBig)
    await sink.write(named.octets)
    assembly.lastOctet = named.octets.at(-1) ?? assembly.lastOctet
    return
  }
  assembly.grow(named.end - named.start, limits.messageOctets, tooBig)
  if (sink.include === undefined) throw new Error('a role with BURL that cannot include stored octets')
  await sink.include(named)
  const [last] = await options.store.contents.readAll(named.content, Math.max(named.start, named.end - 1), named.end)
  assembly.lastOctet = last ?? assembly.lastOctet
}

function read(text: string): ImapUrl {
  try {
    const url = parseUrl(text)
    if (/^imap:/i.test(text) && url.server !== null) return url
  } catch (error) {
    if (!(error instanceof BadUrl)) throw error
  }
  throw new Refusal(unresolved)
}

/** A URL for submission is one for the submissions of a user (RFC 4468 §3.3). */
async function mayUse({ store }: BurlOptions, { access, server }: ImapUrl, account: Account): Promise<void> {
  if (access?.who !== 'submit' || server === null) return
  const submitter = await accountOf({ store }, access.user ?? '', server)
  if (submitter?.id !== account.id) throw new Refusal(notForYou)
}

/** What a URL of this server names. */
async function namedBy(options: BurlOptions, url: ImapUrl, text: string, account: Account): Promise<Named> {
  const { store, hostname } = options
  if (url.access === null) return resolveFor(options, url, account)
  const house: House = { store, hostname, now: Date.now }
  const found = await redeem(house, text, { account: null, applications: new Set(['submit']) })
  const named = found && (await octetsOf(store.contents, found))
  if (named === null) throw new Refusal(unresolved)
  return named
}

/** A URL without authorization names what its user may read. */
async function resolveFor({ store }: BurlOptions, url: ImapUrl, account: Account): Promise<Named> {
  const { server } = url
  if (server?.user != null && (await accountOf({ store }, server.user, server))?.id !== account.id) {
    throw new Refusal(notForYou)
  }
  try {
    return await resolve({ store, mailbox: name => readableMailbox(store, account, name) }, url)
  } catch (error) {
    if (error instanceof BadUrl) throw new Refusal(unresolved)
    throw error
  }
}

async function fetchElsewhere(assembly: Assembly, url: ImapUrl, text: string, options: BurlOptions): Promise<void> {
  const { imapServers, limits } = options
  const host = url.server?.host.toLowerCase()
  const server = imapServers.find(one => one.host === host)
  // Elsewhere, this server is nobody but the submission server.
  if (server === undefined || url.access === null) throw new Refusal(untrusted)
  await fetchFrom(server, text, {
    connectSeconds: limits.urlConnectSeconds,
    seconds: limits.urlSeconds,
    begin: octets => assembly.grow(octets, limits.messageOctets, tooBig),
    write: async octets => {
      await assembly.sink.write(octets)
      assembly.lastOctet = octets.at(-1) ?? assembly.lastOctet
    },
  })
}
