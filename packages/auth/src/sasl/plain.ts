/** PLAIN, RFC 4616. */
import { AuthError } from '../error.ts'
import { type Mechanism, noChallenge } from './mechanism.ts'
import { textOf } from './text.ts'

/** message = [authzid] UTF8NUL authcid UTF8NUL passwd (RFC 4616 §2) */
function parse(text: string): { authorizationId: string; name: string; password: string } {
  const [authorizationId, name, password, more] = text.split('\0')
  if (authorizationId === undefined || !name || !password || more !== undefined) {
    throw new AuthError('malformed', { message: 'A PLAIN message is [authzid] NUL authcid NUL passwd' })
  }
  return { authorizationId, name, password }
}

export const plain: Mechanism = {
  name: 'PLAIN',
  bound: false,
  begin: (authenticator, channel) => ({
    serverFirst: false,
    async step(response) {
      if (response === null) return noChallenge
      const { password, ...claim } = parse(textOf(response))
      const identity = await authenticator.password({ ...claim, mechanism: 'PLAIN', channel }, password)
      return { identity, finalData: null }
    },
  }),
}
