/**
 * An ACME server for tests (RFC 8555): accounts, orders, challenges that it really comes for over the loopback interface,
 * and certificates of an authority of its own. It is strict where the RFC is: nonces, signatures, URLs, account keys.
 */
import {
  createHash,
  createHmac,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  verify,
  X509Certificate,
} from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import forge from 'node-forge'
import { type KeyPair, makeAuthority, signCertificate } from '../authority.ts'

interface Account {
  readonly url: string
  readonly jwk: JsonWebKey
  readonly key: KeyObject
  readonly contact: readonly string[]
}

interface Authorization {
  readonly name: string
  readonly token: string
  status: 'pending' | 'valid' | 'invalid' | 'deactivated'
  error: { readonly type: string; readonly detail: string } | null
}

interface Order {
  readonly account: Account
  readonly authorizations: readonly Authorization[]
  chain: string | null
}

/** A problem document (RFC 8555 §6.7). */
class Refused extends Error {
  readonly status: number
  readonly type: string

  constructor(status: number, type: string, detail: string) {
    super(detail)
    this.status = status
    this.type = type
  }
}

export class AcmeTestServer {
  /** PEM of what issued certificates descend from, and this server's own, too. */
  readonly authority: string
  readonly accounts: Account[] = []
  /** Names of each order that was made. */
  readonly orders: string[][] = []
  /** What was come for: `http-01 name`. */
  readonly visits: string[] = []
  /** Ports at which names are to be found, since 80 and 443 are not to be had. */
  ports = { http: 0, https: 0 }
  /** How long certificates live. */
  days = 90
  /** Which kinds are offered. */
  offers: readonly string[] = ['http-01', 'tls-alpn-01', 'dns-01']
  /** Names that are never found here. */
  readonly denies = new Set<string>()
  /** What goes wrong: a status for a kind of request. */
  readonly troubles = new Map<string, number>()
  /** Of external accounts (RFC 8555 §7.3.4), by their ids; empty where anybody may come. */
  readonly bindings = new Map<string, string>()
  now: () => number = Date.now

  readonly #pair: KeyPair
  readonly #server: Server
  readonly #nonces = new Set<string>()
  readonly #orders: Order[] = []

  private constructor(pair: KeyPair, own: KeyPair) {
    this.#pair = pair
    this.authority = pair.certificate
    this.#server = createServer({ key: own.key, cert: own.certificate }, (incoming, outgoing) => {
      this.#answer(incoming, outgoing).catch(error => {
        const refused = error instanceof Refused ? error : new Refused(500, 'serverInternal', String(error))
        const { status, type, message: detail } = refused
        this.#send(outgoing, status, { type: `urn:ietf:params:acme:error:${type}`, detail, status })
      })
    })
  }

  static async start(): Promise<AcmeTestServer> {
    const pair = await makeAuthority('acme.test', Date.now())
    const server = new AcmeTestServer(pair, await signCertificate(pair, ['localhost', '127.0.0.1'], Date.now()))
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get directory(): string {
    return `${this.#base}/directory`
  }

  get #base(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [, kind = '', id = ''] = (incoming.url ?? '').split('/')
    const trouble = this.troubles.get(kind)
    if (trouble !== undefined) throw new Refused(trouble, trouble === 429 ? 'rateLimited' : 'serverInternal', 'trouble')
    const base = this.#base
    if (kind === 'directory') {
      const resources = { newNonce: 'nonce', newAccount: 'account', newOrder: 'order', revokeCert: 'revoke' }
      const urls = Object.entries(resources).map(([name, path]) => [name, `${base}/${path}`])
      const meta = { termsOfService: `${base}/terms`, externalAccountRequired: this.bindings.size > 0 }
      return this.#send(outgoing, 200, { ...Object.fromEntries(urls), meta })
    }
    if (kind === 'nonce') return this.#send(outgoing, incoming.method === 'HEAD' ? 200 : 204, null)
    const { account, jwk, payload } = await this.#read(incoming)
    if (kind === 'account' && id === '') return this.#newAccount(outgoing, jwk, payload)
    if (account === null) throw new Refused(401, 'unauthorized', 'no account')
    if (kind === 'account') return this.#send(outgoing, 200, { status: 'valid', contact: account.contact })
    if (kind === 'order' && id === '') return this.#newOrder(outgoing, account, payload)
    const order = this.#orders[Number(id.split('-')[0])]
    if (order === undefined || order.account !== account) throw new Refused(404, 'malformed', 'no such thing')
    const authorization = order.authorizations[Number(id.split('-')[1] ?? 0)]
    if (authorization === undefined) throw new Refused(404, 'malformed', 'no such authorization')
    switch (kind) {
      case 'order':
        return this.#send(outgoing, 200, this.#shownOrder(order))
      case 'authorization':
        if (payload?.['status'] === 'deactivated') authorization.status = 'deactivated'
        return this.#send(outgoing, 200, this.#shownAuthorization(authorization, id))
      case 'challenge': {
        const type = id.split('-').slice(2).join('-')
        if (payload !== null && authorization.status === 'pending') await this.#visit(type, authorization, account)
        return this.#send(outgoing, 200, this.#shownChallenge(authorization, id, type))
      }
      case 'finalize':
        await this.#issue(order, String(payload?.['csr']))
        return this.#send(outgoing, 200, this.#shownOrder(order))
      case 'certificate':
        return this.#send(outgoing, 200, order.chain)
      default:
        throw new Refused(404, 'malformed', kind)
    }
  }

  /** RFC 8555 §6.2: a JSON Web Signature over what is asked, by a key that is known or shown. */
  async #read(incoming: IncomingMessage) {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece as Buffer)
    if (incoming.method !== 'POST') throw new Refused(405, 'malformed', 'POST only')
    if (incoming.headers['content-type'] !== 'application/jose+json') throw new Refused(415, 'malformed', 'no JWS')
    const jws = JSON.parse(Buffer.concat(pieces).toString()) as Record<'protected' | 'payload' | 'signature', string>
    const head = decoded(jws.protected) as { alg: string; nonce: string; url: string; kid?: string; jwk?: JsonWebKey }
    if (!this.#nonces.delete(head.nonce)) throw new Refused(400, 'badNonce', 'not a nonce of mine')
    if (head.url !== `${this.#base}${incoming.url}`) throw new Refused(401, 'unauthorized', 'signed for another URL')
    const account = this.accounts.find(({ url }) => url === head.kid) ?? null
    if ((head.jwk === undefined) === (head.kid === undefined)) throw new Refused(400, 'malformed', 'jwk or kid')
    const key = head.jwk === undefined ? account?.key : createPublicKey({ key: head.jwk, format: 'jwk' })
    if (key === undefined) throw new Refused(400, 'accountDoesNotExist', 'no such account')
    const isValid = verify(
      'sha256',
      Buffer.from(`${jws.protected}.${jws.payload}`),
      head.alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key,
      Buffer.from(jws.signature, 'base64url'),
    )
    if (!isValid) throw new Refused(400, 'malformed', 'the signature does not verify')
    const payload = jws.payload === '' ? null : (decoded(jws.payload) as Record<string, unknown>)
    return { account, jwk: head.jwk, payload }
  }

  #newAccount(outgoing: ServerResponse, jwk: JsonWebKey | undefined, payload: Record<string, unknown> | null): void {
    if (jwk === undefined) throw new Refused(400, 'malformed', 'a new account shows its key')
    const known = this.accounts.find(account => thumbprint(account.jwk) === thumbprint(jwk))
    if (known === undefined) {
      if (payload?.['termsOfServiceAgreed'] !== true) throw new Refused(403, 'userActionRequired', 'terms')
      if (this.bindings.size > 0) this.#checkBinding(payload['externalAccountBinding'], jwk)
    }
    const account = known ?? {
      url: `${this.#base}/account/${this.accounts.length}`,
      jwk,
      key: createPublicKey({ key: jwk, format: 'jwk' }),
      contact: (payload?.['contact'] ?? []) as readonly string[],
    }
    if (known === undefined) this.accounts.push(account)
    this.#send(outgoing, known === undefined ? 201 : 200, { status: 'valid', contact: account.contact }, account.url)
  }

  #checkBinding(binding: unknown, jwk: JsonWebKey): void {
    const jws = (binding ?? {}) as Partial<Record<'protected' | 'payload' | 'signature', string>>
    const { kid } = decoded(jws.protected ?? 'e30') as { kid?: string }
    const key = this.bindings.get(kid ?? '')
    if (key === undefined) throw new Refused(403, 'externalAccountRequired', 'who are you?')
    const mac = createHmac('sha256', Buffer.from(key, 'base64url')).update(`${jws.protected}.${jws.payload}`)
    const isBound = thumbprint(decoded(jws.payload ?? '') as JsonWebKey) === thumbprint(jwk)
    if (!isBound || mac.digest('base64url') !== jws.signature) throw new Refused(403, 'unauthorized', 'not by that key')
  }

  #newOrder(outgoing: ServerResponse, account: Account, payload: Record<string, unknown> | null): void {
    const identifiers = (payload?.['identifiers'] ?? []) as readonly { readonly type: string; readonly value: string }[]
    const names = identifiers.map(({ value }) => value)
    this.orders.push(names)
    const authorizations = names.map(name => ({
      ...{ name, token: randomBytes(16).toString('base64url'), status: 'pending' as const, error: null },
    }))
    const order = { account, authorizations, chain: null }
    this.#orders.push(order)
    this.#send(outgoing, 201, this.#shownOrder(order), `${this.#base}/order/${this.#orders.length - 1}`)
  }

  #shownOrder(order: Order): object {
    const id = this.#orders.indexOf(order)
    const states = order.authorizations.map(({ status }) => status)
    const isReady = states.every(status => status === 'valid')
    return {
      status: order.chain !== null ? 'valid' : isReady ? 'ready' : states.includes('invalid') ? 'invalid' : 'pending',
      identifiers: order.authorizations.map(({ name }) => ({ type: 'dns', value: name })),
      authorizations: order.authorizations.map((_, at) => `${this.#base}/authorization/${id}-${at}`),
      finalize: `${this.#base}/finalize/${id}`,
      ...(order.chain === null ? {} : { certificate: `${this.#base}/certificate/${id}` }),
    }
  }

  #shownAuthorization(authorization: Authorization, id: string): object {
    const challenges = this.offers.map(type => this.#shownChallenge(authorization, `${id}-${type}`, type))
    return { identifier: { type: 'dns', value: authorization.name }, status: authorization.status, challenges }
  }

  #shownChallenge({ token, status, error }: Authorization, id: string, type: string): object {
    return { type, url: `${this.#base}/challenge/${id}`, token, status, ...(error === null ? {} : { error }) }
  }

  /** RFC 8555 §8.3, RFC 8737 §3 */
  async #visit(type: string, authorization: Authorization, account: Account): Promise<void> {
    const { name, token } = authorization
    this.visits.push(`${type} ${name}`)
    const expected = `${token}.${thumbprint(account.jwk)}`
    try {
      if (this.denies.has(name)) throw new Error('it leads elsewhere')
      if (type === 'http-01') {
        const found = await this.#fetch(name, token)
        if (found.trimEnd() !== expected) throw new Error(`the page says ${JSON.stringify(found.slice(0, 40))}`)
      } else await this.#shakeHands(name, expected)
      authorization.status = 'valid'
    } catch (error) {
      authorization.status = 'invalid'
      authorization.error = { type: 'urn:ietf:params:acme:error:incorrectResponse', detail: String(error) }
    }
  }

  async #fetch(name: string, token: string): Promise<string> {
    const path = `/.well-known/acme-challenge/${token}`
    const outgoing = request({ host: '127.0.0.1', port: this.ports.http, path, headers: { host: name }, agent: false })
    outgoing.end()
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece as Buffer)
    if (incoming.statusCode !== 200) throw new Error(`the page has status ${incoming.statusCode}`)
    return Buffer.concat(pieces).toString()
  }

  async #shakeHands(name: string, keyAuthorization: string): Promise<void> {
    const options = { host: '127.0.0.1', port: this.ports.https, servername: name, rejectUnauthorized: false }
    const socket = connect({ ...options, ALPNProtocols: ['acme-tls/1'] })
    await once(socket, 'secureConnect')
    const { raw } = socket.getPeerCertificate()
    const { alpnProtocol } = socket
    socket.destroy()
    if (alpnProtocol !== 'acme-tls/1') throw new Error('acme-tls/1 was not chosen')
    if (new X509Certificate(raw).subjectAltName !== `DNS:${name}`) throw new Error('the certificate is for other names')
    // id-pe-acmeIdentifier, critical, an OCTET STRING in an OCTET STRING.
    const extension = Buffer.from('06082b0601050507011f0101ff04220420', 'hex')
    const digest = createHash('sha256').update(keyAuthorization).digest()
    if (!raw.includes(Buffer.concat([extension, digest]))) throw new Error('the certificate is for another key')
  }

  /** RFC 8555 §7.4 */
  async #issue(order: Order, csr: string): Promise<void> {
    if (!order.authorizations.every(({ status }) => status === 'valid')) throw new Refused(403, 'orderNotReady', 'wait')
    const der = forge.util.createBuffer(Buffer.from(csr, 'base64url').toString('binary'))
    const request = forge.pki.certificationRequestFromAsn1(forge.asn1.fromDer(der))
    if (!request.verify()) throw new Refused(400, 'badCSR', 'not signed by its key')
    const requested = request.getAttribute({ name: 'extensionRequest' })?.extensions as
      | { name: string; altNames?: { value: string }[] }[]
      | undefined
    const names = requested?.find(({ name }) => name === 'subjectAltName')?.altNames?.map(({ value }) => value) ?? []
    const wanted = order.authorizations.map(({ name }) => name)
    if (names.toSorted().join() !== wanted.toSorted().join()) throw new Refused(400, 'badCSR', 'other names')
    const publicKey = request.publicKey as forge.pki.rsa.PublicKey
    order.chain = (await this.#sign(publicKey, names)) + this.authority
  }

  async #sign(publicKey: forge.pki.rsa.PublicKey, names: readonly string[]): Promise<string> {
    const issuer = forge.pki.certificateFromPem(this.#pair.certificate)
    const certificate = forge.pki.createCertificate()
    certificate.publicKey = publicKey
    certificate.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`
    certificate.validity.notBefore = new Date(this.now())
    certificate.validity.notAfter = new Date(this.now() + this.days * 86_400_000)
    certificate.setIssuer(issuer.subject.attributes)
    certificate.setExtensions([
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map(value => ({ type: 2, value })) },
    ])
    certificate.sign(forge.pki.privateKeyFromPem(this.#pair.key), forge.md.sha256.create())
    return forge.pki.certificateToPem(certificate)
  }

  #send(outgoing: ServerResponse, status: number, body: object | string | null, location?: string): void {
    const nonce = randomBytes(16).toString('base64url')
    this.#nonces.add(nonce)
    outgoing.writeHead(status, {
      'replay-nonce': nonce,
      'content-type': typeof body === 'string' ? 'application/pem-certificate-chain' : 'application/json',
      ...(location === undefined ? {} : { location }),
    })
    outgoing.end(typeof body === 'string' ? body : body === null ? undefined : JSON.stringify(body))
  }
}

function decoded(text: string): object {
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as object
}

/** RFC 7638 §3 */
function thumbprint(jwk: JsonWebKey): string {
  const { crv, e, kty, n, x, y } = jwk
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
