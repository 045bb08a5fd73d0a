/** For tests: the web server of policies, of any domain, at one port. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { Issued } from './authority.testing.ts'

export interface Page {
  readonly status?: number
  readonly type?: string
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Never answers. */
  readonly silent?: boolean
}

export class PolicyHost {
  /** Host header and path of each request. */
  readonly asked: string[] = []
  readonly pages = new Map<string, Page>()
  readonly certificates = new Map<string, Issued>()
  readonly #server: Server

  private constructor(standard: Issued) {
    this.#server = createServer(
      {
        cert: standard.certificate,
        key: standard.key,
        SNICallback: (name, done) => {
          const own = this.certificates.get(name) ?? standard
          done(null, createSecureContext({ cert: own.certificate, key: own.key }))
        },
      },
      (request, response) => {
        const host = (request.headers.host ?? '').replace(/:\d+$/, '')
        this.asked.push(`${host}${request.url}`)
        const {
          status = 200,
          type = 'text/plain',
          text = '',
          headers = {},
          silent,
        } = this.pages.get(host) ?? { status: 404 }
        if (silent === true) return
        response.writeHead(status, { 'content-type': type, ...headers }).end(text)
      },
    )
    this.#server.on('tlsClientError', () => {})
  }

  static async start(certificate: Issued): Promise<PolicyHost> {
    const host = new PolicyHost(certificate)
    host.#server.listen(0, '127.0.0.1')
    await once(host.#server, 'listening')
    return host
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(done => this.#server.close(done))
  }
}

/** A policy's text. */
export function policyText(mode: string, mx: readonly string[], maxAge = 86_400): string {
  return ['version: STSv1', `mode: ${mode}`, ...mx.map(name => `mx: ${name}`), `max_age: ${maxAge}`, ''].join('\r\n')
}
