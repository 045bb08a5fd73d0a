/** Actions that every implementation has (RFC 5228 §4.2 to §4.4). */
import { sieveAddressOf } from '../address.ts'
import { extension } from '../extension.ts'
import { string } from '../signature.ts'

/** A sentence about what is no address to send to, or null. */
export function judgeAddress(text: string): string | null {
  return sieveAddressOf(text) === null ? 'This is no address to send to; it must be like "ned@example.org".' : null
}

export const actions = extension({
  capabilities: [],
  always: true,
  rfc: 5228,
  commands: {
    keep: { run: (given, machine) => machine.act({ do: 'keep', implicit: false }, given, true) },
    discard: { run: (given, machine) => machine.act({ do: 'discard' }, given, true) },
    redirect: {
      positionals: [string('address', { check: judgeAddress })],
      run(given, machine) {
        const address = sieveAddressOf(given.text('address')) ?? machine.fail('The address to redirect to is none.')
        return machine.act({ do: 'redirect', address }, given, true)
      },
    },
  },
})
