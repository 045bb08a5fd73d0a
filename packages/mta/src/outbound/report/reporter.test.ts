/** RFC 8460: a day's results, made known to the domain that they are about. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { silentLog } from '@lemonade/net'
import type { DkimKey, Store } from '@lemonade/store'
import { dkimVerify } from 'mailauth'
import { DnsTestServer, testResolver } from '../../dns/testing.ts'
import { dkimName, dkimRecord } from '../../signing/key.ts'
import { openTestStore, startMta, tls, untilQueue } from '../../testing.ts'
import { Sink } from '../sink.testing.ts'
import type { TlsReport } from './body.ts'
import { Reporter } from './reporter.ts'

const day = 20_000
const midnight = (day + 1) * 86_400_000
const sts = {
  'policy-type': 'sts',
  'policy-string': ['version: STSv1', 'mode: testing', 'mx: mx.far.example', 'max_age: 86400'],
  'policy-domain': 'far.example',
  'mx-host': ['mx.far.example'],
} as const
const failure = {
  'result-type': 'certificate-expired',
  'sending-mta-ip': '192.0.2.1',
  'receiving-mx-hostname': 'mx.far.example',
  'receiving-ip': '192.0.2.2',
  'failure-reason-code': 'CERT_HAS_EXPIRED',
} as const
const expected: TlsReport = {
  'organization-name': 'example.org',
  'date-range': { 'start-datetime': '2024-10-04T00:00:00Z', 'end-datetime': '2024-10-04T23:59:59Z' },
  'contact-info': 'postmaster@example.org',
  'report-id': '2024-10-04.far.example@example.org',
  policies: [
    {
      policy: sts,
      summary: { 'total-successful-session-count': 2, 'total-failure-session-count': 1 },
      'failure-details': [{ ...failure, 'failed-session-count': 1 }],
    },
  ],
}

const pair = generateKeyPairSync('ed25519')
const signingKey = {
  ...{ domain: 'example.org', selector: 'now', algorithm: 'ed25519' as const },
  publicKey: new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })),
  privateKey: new Uint8Array(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
}

/** Takes reports, or says no. */
class Collector {
  readonly got: { readonly headers: IncomingHttpHeaders; readonly report: TlsReport }[] = []
  status = 201
  readonly #server: Server

  private constructor() {
    this.#server = createServer({ key: tls.key, cert: tls.certificate }, (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', piece => pieces.push(piece))
      request.on('end', () => {
        if (this.status < 300) {
          this.got.push({ headers: request.headers, report: JSON.parse(gunzipSync(Buffer.concat(pieces)).toString()) })
        }
        response.writeHead(this.status, { location: '/elsewhere' }).end('ok')
      })
    })
  }

  static async start(): Promise<Collector> {
    const collector = new Collector()
    collector.#server.listen(0, '127.0.0.1')
    await once(collector.#server, 'listening')
    return collector
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(done => this.#server.close(done))
  }
}

describe('reports of TLS', () => {
  let store: Store
  let close: () => Promise<void>
  let dns: DnsTestServer
  let collector: Collector
  let keys: readonly DkimKey[]
  let clock: number

  beforeEach(async () => {
    clock = midnight
    ;({ store, close } = await openTestStore())
    dns = await DnsTestServer.start()
    // What has a certificate for the name that the collector goes by.
    dns.say('A', 'localhost', ['127.0.0.1'])
    collector = await Collector.start()
    await store.dkimKeys.add([signingKey])
    await store.dkimKeys.setState(signingKey, 'active')
    keys = await store.dkimKeys.list('example.org')
    const result = { day, domain: 'far.example', policy: JSON.stringify(sts), failure: '', summary: '' }
    await store.tlsReports.note(result)
    await store.tlsReports.note(result)
    await store.tlsReports.note({ ...result, failure: JSON.stringify(failure), summary: 'x' })
  })
  afterEach(async () => {
    await Promise.all([dns.stop(), collector.stop()])
    await close()
  })

  const reporter = (more: { signs?: boolean; random?: number; mayConnect?: (address: string) => boolean } = {}) => {
    const { signs = true, random = 0, mayConnect = () => true } = more
    const resolver = testResolver([dns])
    const post = { resolver, seconds: 5, mayConnect, certificateAuthority: tls.certificate }
    return new Reporter({
      ...{ store, hostname: 'mail.example.org', resolver, post, signs },
      ...{ log: silentLog, now: () => clock, random: () => random },
    })
  }
  const wants = (...uris: readonly string[]) =>
    dns.say('TXT', '_smtp._tls.far.example', [[`v=TLSRPTv1; rua=${uris.join()}`]])
  const byHttps = () => `https://localhost:${collector.port}/v1/tlsrpt`
  const state = async () => {
    const [report] = await store.tlsReports.list('far.example')
    return report === undefined ? null : [report.state, report.attempts, report.detail]
  }

  test('§5.4: by HTTPS, once, when the day is over', async () => {
    wants(byHttps())
    clock = midnight - 1
    await reporter().run()
    assert.deepEqual([await state(), collector.got.length], [['collected', 0, ''], 0])
    clock = midnight
    await reporter().run()
    assert.deepEqual(await state(), ['sent', 1, byHttps()])
    assert.deepEqual(collector.got[0]?.report, expected)
    assert.equal(collector.got[0]?.headers['content-type'], 'application/tlsrpt+gzip')
    await reporter().run()
    assert.equal(collector.got.length, 1)
  })

  test('§4.1: each server waits for a while of its own', async () => {
    wants(byHttps())
    clock = midnight + 7_199_999
    await reporter({ random: 0.5 }).run()
    assert.equal(collector.got.length, 0)
    clock = midnight + 7_200_000
    await reporter({ random: 0.5 }).run()
    assert.equal(collector.got.length, 1)
  })

  test('§5.3: by mail, signed, whatever TLS is like', async () => {
    wants('mailto:tls@reports.example')
    await reporter().run()
    assert.deepEqual(await state(), ['sent', 1, 'mailto:tls@reports.example'])
    const [entry] = await store.queue.list()
    assert.deepEqual(
      [entry?.reversePath, entry?.recipient, entry?.options.tls],
      ['', 'tls@reports.example', 'optional'],
    )
    const sink = new Sink()
    const port = await sink.listen()
    dns.say('A', 'reports.example', ['127.0.0.1'])
    const service = await startMta(store, { resolver: testResolver([dns]), outboundPort: port })
    try {
      await sink.until(1)
      await untilQueue(store, entries => (entries.length === 0 ? true : null))
    } finally {
      await service.stop(0)
      await sink.stop()
    }
    assert.deepEqual(await store.tlsReports.list('reports.example'), [], 'of itself nothing is told (§3)')
    const text = sink.got[0]?.text ?? ''
    const { results } = await dkimVerify(Buffer.from(text), {
      resolver: async name => {
        const found = keys.find(key => dkimName(key) === name)
        if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
        return [[dkimRecord(found)]] as unknown as string[]
      },
    })
    assert.deepEqual(
      results.map(({ status, signingDomain }) => `${status.result} ${signingDomain}`),
      ['pass example.org'],
    )
    assert.match(text, /h=[^;]*tls-report-domain[^;]*/is)
    assert.match(text, /^From: TLS reports of example\.org <postmaster@example\.org>\r$/m)
    assert.match(
      text,
      /^Subject: Report Domain: far\.example\r\n Submitter: example\.org\r\n Report-ID: <2024-10-04\.far\.example@example\.org>\r$/m,
    )
    assert.match(text, /^TLS-Report-Domain: far\.example\r$/m)
    assert.match(text, /^TLS-Report-Submitter: example\.org\r$/m)
    assert.match(text, /^Content-Type: multipart\/report; report-type="tlsrpt";\r$/m)
    assert.match(text, /filename="example\.org!far\.example!1728000000!1728086399\.json\.gz"/)
    const encoded = /application\/tlsrpt\+gzip\r\n(?:.+\r\n)*\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(text)?.[1] ?? ''
    assert.deepEqual(JSON.parse(gunzipSync(Buffer.from(encoded, 'base64')).toString()), expected)
  })

  test('the next address where one does not take it', async () => {
    wants(byHttps(), 'mailto:tls@reports.example')
    collector.status = 301
    await reporter().run()
    assert.deepEqual(await state(), ['sent', 1, 'mailto:tls@reports.example'])
    assert.equal((await store.queue.list()).length, 1)
  })

  test('§5.5: tried again, less and less often, for a day', async () => {
    wants(byHttps())
    collector.status = 503
    const failed = `${byHttps()}: HTTP 503`
    await reporter().run()
    assert.deepEqual(await state(), ['waiting', 1, failed])
    clock = midnight + 899_999
    await reporter().run()
    assert.deepEqual(await state(), ['waiting', 1, failed])
    clock = midnight + 900_000
    await reporter().run()
    assert.deepEqual(await state(), ['waiting', 2, failed])
    clock += 900_000
    await reporter().run()
    assert.deepEqual(await state(), ['waiting', 2, failed])
    clock += 900_000
    collector.status = 200
    await reporter().run()
    assert.deepEqual(await state(), ['sent', 3, byHttps()])
  })

  test('§5.5: and no longer', async () => {
    wants(byHttps())
    collector.status = 503
    clock = midnight + 86_400_000 + 14_400_000
    await reporter().run()
    assert.equal((await state())?.[0], 'failed')
    clock += 86_400_000
    collector.status = 200
    await reporter().run()
    assert.equal(collector.got.length, 0)
  })

  test('who wants none gets none', async () => {
    await reporter().run()
    assert.deepEqual(await state(), ['unwanted', 1, ''])
  })

  test('DNS that does not answer is asked again', async () => {
    dns.fail('TXT', '_smtp._tls.far.example', 'SERVFAIL')
    await reporter().run()
    assert.deepEqual(await state(), ['waiting', 1, 'DNS does not answer'])
  })

  test('§3: without a signature there is no report by mail', async () => {
    wants('mailto:tls@reports.example')
    await reporter({ signs: false }).run()
    assert.deepEqual(await state(), ['waiting', 1, 'no domain here has keys to sign a report by mail with'])
    for (const key of keys) await store.dkimKeys.remove(key)
    clock += 900_000
    await reporter().run()
    assert.deepEqual(await store.queue.list(), [])
  })

  test('no inner address is posted to', async () => {
    const isOuter = (address: string) => !address.startsWith('127.')
    wants(`https://127.0.0.1:${collector.port}/`, byHttps())
    await reporter({ mayConnect: isOuter }).run()
    assert.deepEqual(await state(), ['waiting', 1, `${byHttps()}: ENOTFOUND`])
    wants(`https://127.0.0.1:${collector.port}/`)
    clock += 900_000
    await reporter({ mayConnect: isOuter }).run()
    assert.match(String((await state())?.[2]), /127\.0\.0\.1 is no public address$/)
    assert.equal(collector.got.length, 0)
  })
})
