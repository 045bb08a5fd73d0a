import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import type { DeliveryOptions, DkimKey, Store } from '@lemonade/store'
import { dkimVerify } from 'mailauth'
import { resolverOf } from '../authentication/names.testing.ts'
import { Sink } from '../outbound/sink.testing.ts'
import type { MtaOptions, MtaService } from '../service.ts'
import { dnsOf, greeted, openTestStore, setScript, startMta, transact } from '../testing.ts'
import { dkimName, dkimRecord, ensureDkimKeys, makeDkimKeys } from './key.ts'
import { Signer } from './signer.ts'

const resolver = dnsOf({
  resolveMx: async () => [{ exchange: '127.0.0.1', priority: 1 }],
  resolve4: async () => [],
  resolve6: async () => [],
})

/** What a verifier says that sees the records of these keys, a word a signature: the result, algorithm and domain. */
async function verdicts(message: string, keys: readonly DkimKey[]): Promise<string[]> {
  const names = Object.fromEntries(keys.map(key => [`TXT ${dkimName(key)}`, [[dkimRecord(key)]]]))
  const { resolve } = resolverOf(names)
  const { results } = await dkimVerify(Buffer.from(message), {
    resolver: async (name, type) => (await resolve(name, type)) as string[],
  })
  return results.map(({ status, algo, signingDomain }) => `${status.result} ${algo} ${signingDomain}`).sort()
}

const both = ['pass ed25519-sha256 example.org', 'pass rsa-sha256 example.org']

const header = [
  'From: Alice <alice@example.org>',
  'To: bob@far.example',
  'Subject:  of  two',
  '\tlines ',
  'Date: Tue, 24 Nov 2026 15:00:00 +0000',
  'Message-ID: <1@example.org>',
].join('\r\n')

describe('mail that goes out is signed', () => {
  let store: Store
  let close: () => Promise<void>
  let keys: readonly DkimKey[]
  let sink: Sink
  let port: number
  let service: MtaService | null = null

  before(async () => {
    ;({ store, close } = await openTestStore())
    keys = await ensureDkimKeys(store, 'example.org', Date.now())
    for (const key of keys) await store.dkimKeys.setState(key, 'active')
  })
  after(() => close())
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    sink = new Sink()
    port = await sink.listen()
  })
  afterEach(async () => {
    await service?.stop(0)
    service = null
    await sink.stop()
  })

  const start = async (options: Partial<Omit<MtaOptions, 'limits'>> = {}): Promise<MtaService> => {
    service = await startMta(store, { resolver, outboundPort: port, ...options, limits: { connectSeconds: 5 } })
    return service
  }
  const enqueue = async (text: string, options: DeliveryOptions, to: readonly string[] = ['bob@far.example']) => {
    const writer = store.contents.writer({ limitOctets: 100_000_000 })
    await writer.write(Buffer.from(text))
    await store.messages.deposit({
      content: await writer.finish(),
      deliveries: [],
      enqueue: to.map(recipient => ({
        reversePath: 'alice@example.org',
        recipient,
        expiresAt: Date.now() + 3_600_000,
        options,
      })),
    })
  }
  const sent = async (text: string, options: DeliveryOptions = { authored: true }): Promise<string> => {
    const count = sink.got.length
    await enqueue(text, options)
    await sink.until(count + 1)
    return sink.got.at(-1)?.text ?? ''
  }

  test('by both algorithms, over what was written, for the domain of From', async () => {
    await start()
    const text = await sent(`Received: by mail.example.org\r\n${header}\r\n\r\nHello  there \r\n\r\n\r\n`)
    const [signature = '', second = '', rest = ''] = text.split(/(?=^DKIM-Signature|^Received)/m)
    assert.match(
      signature,
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.org;\r\n\ts=rsa-\d{8}; t=\d+;\r\n/,
    )
    assert.match(
      second,
      /^DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed\/relaxed; d=example\.org;\r\n\ts=ed25519-\d{8}/,
    )
    assert.match(rest, /^Received: by mail/)
    for (const line of text.split('\r\n')) assert.ok(line.length <= 78, line)
    assert.deepEqual(await verdicts(text, keys), both)
    assert.deepEqual(await verdicts(text.replace('Hello  there', 'Hello there'), keys), both)
    const rows: [what: string, changed: string][] = [
      ['another body', text.replace('Hello', 'Hallo')],
      ['another subject', text.replace('two', 'too')],
      ['a second From', text.replace('\r\nFrom', '\r\nFrom: eve@example.org\r\nFrom')],
      ['a second To', `To: eve@example.org\r\n${text}`],
      ['a type that it had not', text.replace('\r\nDate', '\r\nContent-Type: text/html\r\nDate')],
      ['a Reply-To that it had not', `Reply-To: eve@example.net\r\n${text}`],
    ]
    for (const [what, changed] of rows) {
      for (const verdict of await verdicts(changed, keys)) assert.doesNotMatch(verdict, /^pass/, what)
    }
    const passing: [what: string, changed: string][] = [
      ['a trace field', `Received: from mail.example.org by far.example\r\n${text}`],
      ['a resender', `Resent-From: bob@far.example\r\n${text}`],
      ['a list', `List-Id: <list.far.example>\r\n${text}`],
    ]
    for (const [what, changed] of passing) assert.deepEqual(await verdicts(changed, keys), both, what)
  })

  test('nothing that was not authored here, or says that it comes from elsewhere or from nobody', async () => {
    await start()
    const rows: [what: string, text: string, options: DeliveryOptions][] = [
      ['from outside, through an alias', `${header}\r\n\r\nx\r\n`, {}],
      [
        'of another domain',
        `${header.replace('alice@example.org', 'eve@example.net')}\r\n\r\nx\r\n`,
        { authored: true },
      ],
      ['of a domain below', `${header.replace('alice@', 'alice@sub.')}\r\n\r\nx\r\n`, { authored: true }],
      ['of two From fields', `From: eve@example.net\r\n${header}\r\n\r\nx\r\n`, { authored: true }],
      ['without From', `Subject: x\r\n\r\nx\r\n`, { authored: true }],
      ['without a header', '\r\nFrom: alice@example.org\r\n', { authored: true }],
    ]
    for (const [what, text, options] of rows) assert.doesNotMatch(await sent(text, options), /DKIM-Signature/, what)
  })

  test('as it is sent: what a server of seven bits gets is signed after it was converted', async () => {
    const text = `${header}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n.\r\n..\r\n`
    await sink.stop()
    sink = new Sink({ hide8BITMIME: true })
    port = await sink.listen()
    await start()
    const got = await sent(text)
    assert.match(got, /quoted-printable/)
    assert.doesNotMatch(got, /ü/)
    assert.deepEqual(await verdicts(got, keys), both)
  })

  test('with internationalized header, bare line feeds and no line break at the end', async () => {
    await start()
    const got = await sent(`${header.replace('Alice', 'Ålice')}\r\n\r\none\ntwo \nthree`, {
      authored: true,
      smtpUtf8: true,
    })
    assert.match(got, /Ålice/)
    assert.deepEqual(await verdicts(got, keys), both)
  })

  test('a message of 50 MB is read in pieces, once for all who get it', async () => {
    const piece = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`.repeat(1000))
    let reads = 0
    let held = 0
    const head = Buffer.from(`${header}\r\n\r\n`)
    const message = {
      octets: head.length + 800 * piece.length,
      read: async function* () {
        reads++
        yield head
        for (let count = 0; count < 800; count++) yield piece
        held = Math.max(held, process.memoryUsage().arrayBuffers)
      },
    }
    const before = process.memoryUsage().arrayBuffers
    const options = { store, hostname: 'mail.example.org', headerOctets: 1_048_576 }
    const signer = new Signer({ ...options, log: silentLog, metrics: noMetrics, now: Date.now })
    const first = await signer.signed(message, '1 true')
    const second = await signer.signed(message, '1 true')
    assert.equal(first.octets, second.octets)
    assert.ok(first.octets > message.octets)
    assert.ok(held - before < 20_000_000, `${held - before} octets`)
    const fields = async ({ read }: typeof first) => {
      for await (const octets of read()) return Buffer.from(octets).toString()
      return ''
    }
    assert.equal(await fields(first), await fields(second))
    // The second time the header alone was looked at.
    assert.equal(reads, 2)
    const body = createHash('sha256')
    for (let count = 0; count < 800; count++) body.update(piece)
    assert.match(await fields(first), new RegExp(`bh=${body.digest('base64').replace(/[+/=]/g, '\\$&')};`))
  })

  test('a header at the limit is signed, one past it is not', async () => {
    const text = Buffer.from(`${header}\r\n\r\n`)
    const message = {
      octets: text.length + 1,
      read: async function* () {
        // Octet by octet, so that no end falls into one piece.
        for (const octet of [...text, 0x61]) yield Uint8Array.of(octet)
      },
    }
    for (const [headerOctets, isSigned] of [
      [text.length, true],
      [text.length - 1, false],
    ] as const) {
      const options = { store, hostname: 'mail.example.org', headerOctets, log: silentLog, metrics: noMetrics }
      const signed = await new Signer({ ...options, now: Date.now }).signed(message, '1')
      assert.equal(signed !== message, isSigned)
    }
  })

  test("reports of this host are signed for the domain that it is in, and a script's answers for its owner's", async () => {
    const running = await start()
    await setScript(store, 'bob@example.org', 'require "vacation"; vacation "Gone.";')
    await setScript(store, 'alice@example.org', 'require "reject"; reject "No.";')
    const client = await greeted(running, 'smtp')
    for (const to of ['bob', 'alice']) {
      const message = `From: eve@far.example\r\nTo: ${to}@example.org\r\nSubject: x\r\n\r\nx`
      assert.match(await transact(client, '<eve@far.example>', [`<${to}@example.org>`], message), /^[25]50/)
    }
    client.close()
    await sink.until(1)
    assert.match(sink.got[0]?.text ?? '', /^From:.*bob@example\.org/m)
    assert.deepEqual(await verdicts(sink.got[0]?.text ?? '', keys), both)
    const writer = { to: 'eve@far.example', text: `From: Mail <postmaster@mail.example.org>\r\n\r\nx\r\n` }
    await enqueue(writer.text, { authored: true }, [writer.to])
    await sink.until(2)
    assert.deepEqual(await verdicts(sink.got[1]?.text ?? '', keys), both)
  })

  test('a redirect goes on signed where its author wrote it here, and not where a script has edited it', async () => {
    await start()
    const rows: [what: string, script: string, options: DeliveryOptions, isSigned: boolean][] = [
      ['written here', 'redirect "carol@far.example";', { authored: true }, true],
      ['from outside', 'redirect "carol@far.example";', {}, false],
      ['edited', 'require "editheader"; addheader "X-A" "b"; redirect "carol@far.example";', { authored: true }, false],
    ]
    for (const [what, script, options, isSigned] of rows) {
      await setScript(store, 'bob@example.org', script)
      const count = sink.got.length
      await enqueue(`${header}\r\n\r\n${what}\r\n`, options, ['bob@example.org'])
      await sink.until(count + 1)
      assert.equal(/^DKIM-Signature/m.test(sink.got.at(-1)?.text ?? ''), isSigned, what)
    }
  })

  test('keys that do not sign: prepared, published and retired ones', async () => {
    await start()
    const made = await makeDkimKeys(store, 'example.org', ['rsa', 'ed25519'], Date.now())
    const fresh = made.filter(({ state }) => state === 'prepared')
    assert.deepEqual(fresh.map(({ selector }) => selector.replace(/\d{8}/, 'DAY')).sort(), [
      'ed25519-DAY-2',
      'rsa-DAY-2',
    ])
    const selectors = (text: string) => [...text.matchAll(/s=([\w-]+);/g)].map(([, selector]) => selector).sort()
    const olds = keys.map(({ selector }) => selector).sort()
    assert.deepEqual(selectors(await sent(`${header}\r\n\r\n1\r\n`)), olds)
    for (const key of fresh) await store.dkimKeys.setState(key, 'active')
    const text = await sent(`${header}\r\n\r\n2\r\n`)
    assert.deepEqual(selectors(text), fresh.map(({ selector }) => selector).sort())
    assert.deepEqual(await verdicts(text, fresh), both)
    for (const key of keys) await store.dkimKeys.setState(key, 'active')
  })

  test('a key that cannot be opened costs the signature and not the message', async () => {
    await start()
    const broken = await ensureDkimKeys(store, (await store.domains.add('broken.example')).name, Date.now())
    for (const key of broken) await store.dkimKeys.setState(key, 'active')
    const { privateKey } = store.dkimKeys
    Object.assign(store.dkimKeys, { privateKey: () => Promise.reject(new Error('damaged')) })
    const text = await sent(`From: a@broken.example\r\n\r\nx\r\n`)
    Object.assign(store.dkimKeys, { privateKey })
    assert.doesNotMatch(text, /DKIM/)
  })
})

test('a domain with letters of its own is signed for in A-labels', async () => {
  const { store, close } = await openTestStore()
  await store.domains.add('bücher.example')
  const keys = await ensureDkimKeys(store, 'bücher.example', Date.now())
  for (const key of keys) await store.dkimKeys.setState(key, 'active')
  assert.equal((await ensureDkimKeys(store, 'xn--bcher-kva.example', Date.now())).length, 2)
  const options = { store, hostname: 'mail.example.org', headerOctets: 10_000, log: silentLog, metrics: noMetrics }
  const signer = new Signer({ ...options, now: Date.now })
  for (const host of ['bücher.example', 'xn--bcher-kva.example', 'BÜCHER.example']) {
    const text = Buffer.from(`From: a@${host}\r\n\r\nx\r\n`)
    const message = {
      octets: text.length,
      read: async function* () {
        yield new Uint8Array(text)
      },
    }
    let whole = ''
    for await (const octets of (await signer.signed(message, host)).read()) whole += Buffer.from(octets).toString()
    assert.deepEqual(await verdicts(whole, keys), [
      'pass ed25519-sha256 xn--bcher-kva.example',
      'pass rsa-sha256 xn--bcher-kva.example',
    ])
  }
  await close()
})
