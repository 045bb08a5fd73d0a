/** `lemonade serve`: the server itself. */
import type { Command } from 'commander'
import { addCommand, configFor } from './command.ts'

export function addServeCommand(program: Command): void {
  addCommand(program, 'serve', 'run the server').action(async (_options: object, command: Command) => {
    const config = configFor(command)
    // Only this command needs every role of the server in memory.
    const { serve } = await import('../serve.ts')
    const code = await serve(config)
    // Whatever a library still holds open must not keep a stopped server alive.
    process.exit(code)
  })
}
