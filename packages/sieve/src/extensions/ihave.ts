/** ihave and error (RFC 5463): scripts that use extensions only where there are some. */
import { extension } from '../extension.ts'
import { string, strings } from '../signature.ts'

export const ihave = extension({
  capabilities: ['ihave'],
  rfc: 5463,
  defersChecks: true,
  tests: {
    ihave: {
      positionals: [strings('capabilities', { constant: true })],
      run: (given, machine) => machine.enable(given.texts('capabilities')),
    },
  },
  commands: {
    error: {
      positionals: [string('message')],
      run: (given, machine) => machine.fail(given.text('message').toWellFormed()),
    },
  },
})
