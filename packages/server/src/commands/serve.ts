/** `lemonade serve`: the server itself. */
import type { Command } from 'commander'
import type { Io } from '../terminal/io.ts'
import { addCommand, configFor } from './command.ts'

export function addServeCommand(program: Command, io: Io): void {
  addCommand(program, 'serve', 'run the server').action(async (_options: object, command: Command) => {
    const config = configFor(io, command)
    // Only this command needs every role of the server in memory.
    const { serve } = await import('../serve.ts')
    const code = await serve(config, io)
    // Whatever a library still holds open must not keep a stopped server alive.
    process.exit(code)
  })
}
