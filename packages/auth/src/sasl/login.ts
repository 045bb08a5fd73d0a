/** LOGIN: no RFC, two prompts; what some clients know instead of PLAIN. */
import { AuthError } from '../error.ts'
import type { Mechanism } from './mechanism.ts'
import { octetsOf, textOf } from './text.ts'

export const login: Mechanism = {
  name: 'LOGIN',
  bound: false,
  begin(authenticator, channel) {
    let name: string | null = null
    return {
      serverFirst: true,
      async step(response) {
        if (response === null) return { challenge: octetsOf('Username:') }
        const text = textOf(response)
        if (text === '' || text.includes('\0')) throw new AuthError('malformed')
        if (name === null) {
          name = text
          return { challenge: octetsOf('Password:') }
        }
        const claim = { name, authorizationId: '', mechanism: 'LOGIN', channel }
        return { identity: await authenticator.password(claim, text), finalData: null }
      },
    }
  },
}
