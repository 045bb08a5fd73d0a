/** SCRAM (RFC 5802, RFC 7677) and its -PLUS forms, bound to the TLS channel (RFC 5929, RFC 9266). */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Authenticator } from '../authenticator.ts'
import { bindingData, type Channel, canBind } from '../channel.ts'
import { digest, type Hash, hashes, hmac } from '../derive.ts'
import { AuthError } from '../error.ts'
import type { Salting, Verifier } from '../verifier.ts'
import { type Exchange, type Mechanism, noChallenge, type Step } from './mechanism.ts'
import { type ClientFinal, type ClientFirst, parseClientFinal, parseClientFirst } from './scram-message.ts'
import { octetsOf, textOf } from './text.ts'

const nonceOctets = 18

/** A mechanism of the family; `makeNonce` is a parameter for the RFCs' examples. */
export function scram(
  hash: Hash,
  form: 'PLUS' | 'plain',
  makeNonce: () => string = () => randomBytes(nonceOctets).toString('base64'),
): Mechanism {
  const name = form === 'PLUS' ? `SCRAM-${hash}-PLUS` : `SCRAM-${hash}`
  return {
    name,
    bound: form === 'PLUS',
    begin: (authenticator, channel) =>
      new ScramExchange(name, hash, form === 'PLUS', authenticator, channel, makeNonce),
  }
}

interface Announced {
  readonly first: ClientFirst
  readonly nonce: string
  readonly salting: Salting
  readonly serverFirst: string
}

class ScramExchange implements Exchange {
  readonly serverFirst = false
  readonly #mechanism: string
  readonly #hash: Hash
  readonly #plus: boolean
  readonly #authenticator: Authenticator
  readonly #channel: Channel
  readonly #makeNonce: () => string
  #announced: Announced | null = null

  constructor(
    mechanism: string,
    hash: Hash,
    plus: boolean,
    authenticator: Authenticator,
    channel: Channel,
    makeNonce: () => string,
  ) {
    this.#mechanism = mechanism
    this.#hash = hash
    this.#plus = plus
    this.#authenticator = authenticator
    this.#channel = channel
    this.#makeNonce = makeNonce
  }

  async step(response: Uint8Array | null): Promise<Step> {
    if (response === null) return noChallenge
    const text = textOf(response)
    return this.#announced === null ? this.#first(parseClientFirst(text)) : this.#final(parseClientFinal(text))
  }

  async #first(first: ClientFirst): Promise<Step> {
    this.#checkFlag(first)
    const { salting } = await this.#authenticator.lookUp(first.name)
    const nonce = first.nonce + this.#makeNonce()
    const salt = Buffer.from(salting.salt).toString('base64')
    const serverFirst = `r=${nonce},s=${salt},i=${salting.iterations}`
    this.#announced = { first, nonce, salting, serverFirst }
    return { challenge: octetsOf(serverFirst) }
  }

  /** RFC 5802 §6: what the client says of channel binding must fit what was offered to it. */
  #checkFlag({ flag, binding }: ClientFirst): void {
    if (this.#plus !== (flag === 'p')) {
      throw new AuthError('malformed', { message: `The channel binding flag does not fit ${this.#mechanism}` })
    }
    // A client that could bind believes that we cannot: somebody has taken -PLUS out of the list.
    if (flag === 'y' && canBind(this.#channel)) {
      throw new AuthError('invalid', { message: 'This server does support channel binding' })
    }
    if (flag === 'p' && bindingData(binding, this.#channel) === null) {
      throw new AuthError('malformed', { message: 'This channel binding type is not supported here' })
    }
  }

  async #final(final: ClientFinal): Promise<Step> {
    const announced = this.#announced
    if (announced === null) throw new AuthError('malformed')
    const { first, nonce, salting, serverFirst } = announced
    if (final.nonce !== nonce || final.proof.length !== hashes[this.#hash].octets) {
      throw new AuthError('malformed', { message: 'The client-final-message does not continue the exchange' })
    }
    const bound = Buffer.compare(final.binding, this.#expectedBinding(first)) === 0
    const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`
    const claim = {
      name: first.name,
      authorizationId: first.authorizationId,
      mechanism: this.#mechanism,
      channel: this.#channel,
    }
    const { identity, verifier } = await this.#authenticator.proof(
      claim,
      salting,
      candidate => this.#proves(candidate, authMessage, final.proof) && bound,
      stranger(salting),
    )
    const signature = Buffer.from(hmac(this.#hash, verifier.keys[this.#hash].serverKey, authMessage))
    return { identity, finalData: octetsOf(`v=${signature.toString('base64')}`) }
  }

  /** cbind-input = gs2-header [ cbind-data ] (RFC 5802 §7) */
  #expectedBinding({ gs2Header, flag, binding }: ClientFirst): Uint8Array {
    const data = flag === 'p' ? bindingData(binding, this.#channel) : null
    return Buffer.concat([octetsOf(gs2Header), data ?? new Uint8Array(0)])
  }

  /** ClientKey := ClientProof XOR ClientSignature, and H(ClientKey) must be StoredKey (RFC 5802 §3). */
  #proves(verifier: Verifier, authMessage: string, proof: Uint8Array): boolean {
    const { storedKey } = verifier.keys[this.#hash]
    const signature = hmac(this.#hash, storedKey, authMessage)
    const clientKey = proof.map((octet, at) => octet ^ (signature[at] ?? 0))
    return timingSafeEqual(digest(this.#hash, clientKey), storedKey)
  }
}

/** Keys that nobody's password gives: what the proof for a name without an account is held against. */
function stranger(salting: Salting): Verifier {
  const keys = (octets: number) => ({ storedKey: randomBytes(octets), serverKey: randomBytes(octets) })
  return { ...salting, keys: { 'SHA-1': keys(hashes['SHA-1'].octets), 'SHA-256': keys(hashes['SHA-256'].octets) } }
}
