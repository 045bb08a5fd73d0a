/** The client's side of SCRAM for tests, written from RFC 5802 §3 without any of the server's code. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

export interface ScramClientOptions {
  readonly hash: 'sha1' | 'sha256'
  readonly name: string
  readonly password: string
  readonly nonce?: string
  readonly authorizationId?: string
  /** 'n' by default. */
  readonly flag?: string
  readonly bindingData?: Uint8Array
}

export interface ScramClient {
  readonly first: string
  final(serverFirst: string): string
  /** What a server that knows the verifier must say in the end. */
  readonly serverFinal: string
}

export function scramClient(options: ScramClientOptions): ScramClient {
  const { hash, name, password, nonce = 'clientnonce', authorizationId, flag = 'n', bindingData } = options
  const saslname = (text: string) => text.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const header = `${flag},${authorizationId === undefined ? '' : `a=${saslname(authorizationId)}`},`
  const bare = `n=${saslname(name)},r=${nonce}`
  let serverFinal = ''
  return {
    first: header + bare,
    final(serverFirst) {
      const [, combined = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? []
      const octets = hash === 'sha1' ? 20 : 32
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), octets, hash)
      const mac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest()
      const clientKey = mac(salted, 'Client Key')
      const binding = Buffer.concat([Buffer.from(header), bindingData ?? new Uint8Array(0)]).toString('base64')
      const withoutProof = `c=${binding},r=${combined}`
      const authMessage = `${bare},${serverFirst},${withoutProof}`
      const signature = mac(createHash(hash).update(clientKey).digest(), authMessage)
      const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)))
      serverFinal = `v=${mac(mac(salted, 'Server Key'), authMessage).toString('base64')}`
      return `${withoutProof},p=${proof.toString('base64')}`
    },
    get serverFinal() {
      return serverFinal
    },
  }
}
