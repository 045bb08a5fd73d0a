/** The messages of SCRAM (RFC 5802 §7), parsed. */
import { AuthError } from '../error.ts'

export interface ClientFirst {
  /** 'n', 'y', or 'p' with the channel binding's name. */
  readonly flag: 'n' | 'y' | 'p'
  readonly binding: string
  readonly gs2Header: string
  readonly authorizationId: string
  readonly name: string
  readonly nonce: string
  readonly bare: string
}

export interface ClientFinal {
  readonly binding: Uint8Array
  readonly nonce: string
  readonly proof: Uint8Array
  readonly withoutProof: string
}

/** gs2-header = gs2-cbind-flag "," [ authzid ] "," (RFC 5802 §7); saslname = 1*(value-safe-char / "=2C" / "=3D") */
const gs2 = /^((n|y|p)(?:=([A-Za-z0-9.-]+))?,(?:a=((?:[^,=\0]|=2C|=3D)+))?,)/
/** client-first-message-bare = [reserved-mext ","] username "," nonce ["," extensions] */
const bareFirst = /^n=((?:[^,=\0]|=2C|=3D)+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*$/
/** client-final-message = channel-binding "," nonce ["," extensions] "," proof */
const final = /^(c=([A-Za-z0-9+/]+={0,2}),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*),p=([A-Za-z0-9+/]+={0,2})$/

export function parseClientFirst(text: string): ClientFirst {
  const [gs2Header, , flag, binding = '', authorizationId = ''] = gs2.exec(text) ?? []
  if (gs2Header === undefined || (flag === 'p') !== (binding !== '')) throw malformed('client-first-message')
  const bare = text.slice(gs2Header.length)
  if (bare.startsWith('m=')) throw new AuthError('malformed', { message: 'No mandatory SCRAM extension is supported' })
  const [, name, nonce] = bareFirst.exec(bare) ?? []
  if (name === undefined || nonce === undefined) throw malformed('client-first-message')
  return {
    flag: flag as 'n' | 'y' | 'p',
    binding,
    gs2Header,
    authorizationId: plainName(authorizationId),
    name: plainName(name),
    nonce,
    bare,
  }
}

export function parseClientFinal(text: string): ClientFinal {
  const [, withoutProof, binding, nonce, proof] = final.exec(text) ?? []
  if (withoutProof === undefined || binding === undefined || nonce === undefined || proof === undefined) {
    throw malformed('client-final-message')
  }
  return { binding: Buffer.from(binding, 'base64'), nonce, proof: Buffer.from(proof, 'base64'), withoutProof }
}

function plainName(saslname: string): string {
  return saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

function malformed(what: string): AuthError {
  return new AuthError('malformed', { message: `The ${what} is malformed` })
}
