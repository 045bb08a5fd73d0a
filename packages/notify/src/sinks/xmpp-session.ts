/**
 * The server's own account on an XMPP server, by which it sends messages (RFC 6120, RFC 6121).
 *
 * - It connects when something is to be sent, and again when the connection was lost.
 * - Nothing is sent without TLS, and no password, but to a server on this machine.
 * - A message counts as taken when the server has answered a ping that was sent behind it (XEP-0199): it deals with what
 *   one connection sends in order (RFC 6120 §10.1), so by then it has the message, or has said what is wrong with it.
 */
import { type Client, client, type Element, xml } from '@xmpp/client'
import { DeliveryFailed, DeliveryRefused, TargetGone } from '../sink.ts'
import { reasonOf } from './attempts.ts'

export interface XmppAccount {
  /** `name@domain`, or `name@domain/resource`. */
  readonly jid: string
  readonly password: string
  /** `xmpp://HOST:PORT` for STARTTLS, `xmpps://HOST:PORT` for TLS from the start; default: as the domain's DNS says. */
  readonly server?: string
}

export interface XmppMessage {
  readonly to: string
  readonly subject: string
  readonly body: string
  /** Headers by their names (XEP-0131). */
  readonly headers?: Readonly<Record<string, string>>
  /** Where to look (XEP-0066). */
  readonly url?: string
}

/** Errors of stanzas that another attempt will meet again (RFC 6120 §8.3.3); others pass. */
const gone = new Set(['gone', 'item-not-found', 'jid-malformed', 'remote-server-not-found'])
const refused = new Set(['bad-request', 'forbidden', 'not-acceptable', 'not-allowed', 'policy-violation'])

export class XmppSession {
  readonly #account: XmppAccount
  readonly #milliseconds: number
  #connecting: Promise<Client> | null = null
  #client: Client | null = null
  #isClosed = false
  /** By the id of the message. */
  readonly #errors = new Map<string, string>()

  constructor(account: XmppAccount, requestMilliseconds: number) {
    this.#account = account
    this.#milliseconds = requestMilliseconds
  }

  /** Resolves once the XMPP server has it. Throws `TargetGone`, `DeliveryRefused` or `DeliveryFailed`. */
  async send(message: XmppMessage, signal: AbortSignal): Promise<void> {
    const timed = AbortSignal.any([signal, AbortSignal.timeout(this.#milliseconds)])
    const id = crypto.randomUUID()
    try {
      const connected = await within(this.#connected(), timed)
      await within(this.#sent(connected, stanzaOf(message, id), id), timed)
    } catch (error) {
      if (error instanceof DeliveryFailed || error instanceof TargetGone) throw error
      // The next message has a connection of its own.
      this.#drop()
      throw new DeliveryFailed(reasonOf(error))
    } finally {
      this.#errors.delete(id)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  async #sent(connected: Client, stanza: Element, id: string): Promise<void> {
    this.#errors.set(id, '')
    await connected.send(stanza)
    const ping = xml('iq', { type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' }))
    // A server that knows no ping says so, which tells as much.
    await connected.iqCaller.request(ping, this.#milliseconds).catch((error: unknown) => {
      if ((error as Error).name !== 'StanzaError') throw error
    })
    const condition = this.#errors.get(id) ?? ''
    if (gone.has(condition)) throw new TargetGone(`the XMPP server answered ${condition}`)
    if (refused.has(condition)) throw new DeliveryRefused(`the XMPP server answered ${condition}`)
    if (condition !== '') throw new DeliveryFailed(`the XMPP server answered ${condition}`)
  }

  #connected(): Promise<Client> {
    if (this.#client?.status === 'online') return Promise.resolve(this.#client)
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async #connect(): Promise<Client> {
    this.#drop()
    const { jid, password, server } = this.#account
    const [address = '', resource] = jid.split(/\/(.*)/s)
    const [username = '', domain = ''] = address.split('@')
    const isHere = /^xmpps?:\/\/(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:|$)/.test(server ?? '')
    const connection = client({
      ...{ domain, timeout: this.#milliseconds, service: server ?? domain },
      ...(resource === undefined ? {} : { resource }),
      async credentials(authenticate, mechanisms, _fast, entity) {
        if (!entity.isSecure() && !isHere) throw new Error('the XMPP server offers no TLS')
        await authenticate(
          { username, password },
          mechanisms.find(mechanism => entity.isSecure() || mechanism !== 'PLAIN'),
        )
      },
    })
    connection.reconnect.stop()
    connection.on('error', () => {
      // Whoever waits for an answer hears of it; nobody else needs to.
    })
    connection.on('stanza', stanza => this.#heard(stanza))
    connection.on('disconnect', () => {
      if (this.#client === connection) this.#client = null
    })
    try {
      await connection.start()
    } catch (error) {
      connection.stop().catch(() => {})
      throw error
    }
    if (this.#isClosed) {
      connection.stop().catch(() => {})
      throw new Error('the session is closed')
    }
    this.#client = connection
    return connection
  }

  #heard(stanza: Element): void {
    const id = stanza.attrs['id'] ?? ''
    if (!stanza.is('message') || stanza.attrs['type'] !== 'error' || !this.#errors.has(id)) return
    const conditions = stanza.getChild('error')?.getChildElements() ?? []
    this.#errors.set(id, conditions.find(each => each.name !== 'text')?.name ?? 'undefined-condition')
  }

  #drop(): void {
    const connection = this.#client
    this.#client = null
    connection?.stop().catch(() => {})
  }
}

/** A message for people (RFC 5437 §2.7). The server keeps one of type normal for those who are away (RFC 6121 §8.5.2.2). */
function stanzaOf({ to, subject, body, headers = {}, url }: XmppMessage, id: string): Element {
  const named = Object.entries(headers)
  return xml(
    'message',
    { to, id, type: 'normal' },
    xml('subject', {}, characters(subject)),
    xml('body', {}, characters(body)),
    named.length > 0 &&
      xml(
        'headers',
        { xmlns: 'http://jabber.org/protocol/shim' },
        ...named.map(([name, value]) => xml('header', { name }, characters(value))),
      ),
    url !== undefined && xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, characters(url))),
  )
}

/** Char, without which an XML stream ends (XML 1.0 §2.2). */
function characters(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
}

/** Rejects when the signal says so; what was begun may go on. */
function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new Error('the XMPP server does not answer'))
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
