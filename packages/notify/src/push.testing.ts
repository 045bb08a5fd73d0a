/** A push service of the tests' own: it keeps what it gets, as the device reads it and as the service itself does. */
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** The keys of a device that has subscribed (RFC 8291 §2.1). */
export interface DeviceKeys {
  readonly ecdh: ECDH
  readonly authSecret: Buffer
}

export function deviceKeys(): DeviceKeys {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  return { ecdh, authSecret: randomBytes(16) }
}

/** What a browser's `PushSubscription.toJSON()` gives. */
export function subscription(endpoint: string, { ecdh, authSecret }: DeviceKeys): string {
  const keys = { p256dh: ecdh.getPublicKey('base64url'), auth: authSecret.toString('base64url') }
  return JSON.stringify({ endpoint, expirationTime: null, keys })
}

/** Decrypts a push as the device does; throws where it is not for it (RFC 8291 §3.4, RFC 8188 §2.1). */
export function decrypted(body: Buffer, { ecdh, authSecret }: DeviceKeys): string {
  const [salt, recordSize, keyLength] = [body.subarray(0, 16), body.readUInt32BE(16), body.readUInt8(20)]
  const serverKey = body.subarray(21, 21 + keyLength)
  const record = body.subarray(21 + keyLength)
  if (keyLength !== 65 || record.length > recordSize) throw new Error('not one record of a push')
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), serverKey])
  const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(serverKey), authSecret, info, 32))
  const derive = (what: string, octets: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${what}\0`, octets))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(record.subarray(-16))
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
  if (plain.at(-1) !== 2) throw new Error('not the last record')
  return plain.subarray(0, -1).toString()
}

export interface Push {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** The claims of a push's signature, whose key must be the one that it names (RFC 8292 §3). */
export function claims({ headers }: Push): { readonly key: string; readonly [claim: string]: unknown } {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? []
  const [head = '', body = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(octets => octets.toString('base64url'))
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } as never })
  const ieee = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${head}.${body}`), ieee, Buffer.from(signature, 'base64url'))) {
    throw new Error('signed with another key')
  }
  return { ...JSON.parse(Buffer.from(body, 'base64url').toString()), key }
}

export interface PushService {
  readonly url: string
  readonly pushes: Push[]
  /** Until so many have come in all. */
  seen(count: number): Promise<void>
}

interface PushAnswer {
  readonly status: number
  readonly retryAfter?: string
}

/** Answers as `answer` says, by the path and by how often that was pushed to before. */
export async function pushService(
  t: TestContext,
  answer: (path: string, before: number) => PushAnswer | Promise<PushAnswer> = () => ({ status: 201 }),
): Promise<PushService> {
  const pushes: Push[] = []
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? ''
    const { status, retryAfter } = await answer(path, pushes.filter(push => push.path === path).length)
    pushes.push({ path, headers: request.headers, body: Buffer.concat(chunks) })
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
    for (const look of waiting) look()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushes,
    seen: count =>
      new Promise<void>(resolve => {
        const look = () => {
          if (pushes.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}
