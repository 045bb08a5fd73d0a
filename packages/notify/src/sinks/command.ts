/**
 * A program on this machine that is run for each event: without a shell, with the JSON on its standard input and no more
 * of an environment than a path. Which programs there are is said by the operator's configuration and by nobody else.
 *
 * It ends with 0 where it has taken the event; with 75 (EX_TEMPFAIL), by a signal or after too long, it is run again;
 * with anything else the event is refused.
 */
import { spawn } from 'node:child_process'
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, DeliveryFailed, DeliveryRefused, type DeviceMethod, type Sink } from '../sink.ts'
import { type Wanted, wishesOf } from './wanted.ts'

export interface Command extends Wanted {
  /** The program's absolute path, and its arguments. */
  readonly command: readonly [program: string, ...words: string[]]
}

const temporaryFailure = 75
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' }

export function commandSink(wanted: Command, limits: NotifyLimits): Sink {
  return {
    name: `command:${wanted.name}`,
    ...wishesOf(wanted),
    async deliver(events, signal) {
      for (const [taken, event] of events.entries()) {
        await run(wanted.command, `${JSON.stringify(event)}\n`, limits.requestMilliseconds, signal, taken)
      }
    },
    close() {
      // Each event has a process of its own.
    },
  }
}

/** The target is `{"command":"NAME"}`, the name of one that the operator lets users have. */
export function commandDevice(commands: ReadonlyMap<string, Command['command']>, limits: NotifyLimits): DeviceMethod {
  const commandOf = (target: unknown) => {
    const { command: name } = (target ?? {}) as { readonly command?: unknown }
    const found = typeof name === 'string' ? commands.get(name) : undefined
    if (found === undefined) throw new BadTarget('The "command" must be one that this server offers.')
    return { name: String(name), found }
  }
  return {
    kind: 'command',
    // What the operator offers is no stranger's to be guarded from.
    mustEcho: false,
    describe: target => commandOf(target).name,
    wake: (target, { account, device, payload, text }, signal) =>
      run(
        commandOf(target).found,
        `${JSON.stringify({ account, device, text, payload })}\n`,
        limits.requestMilliseconds,
        signal,
      ),
    close() {
      // Each wake-up has a process of its own.
    },
  }
}

function run(
  [program, ...words]: Command['command'],
  input: string,
  milliseconds: number,
  signal: AbortSignal,
  taken = 0,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // In a process group of its own, so that what it has started ends with it.
  const child = spawn(program, words, {
    ...{ cwd: '/', env: environment, detached: true, shell: false },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const end = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
  const timer = setTimeout(end, milliseconds)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  child.once('error', error => reject(new DeliveryFailed(error.message, null, taken)))
  child.once('close', (code, killedBy) => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    if (code === 0) resolve()
    else if (code === null) reject(new DeliveryFailed(`the program was ended by ${killedBy}`, null, taken))
    else if (code === temporaryFailure) reject(new DeliveryFailed('the program asks for another time', null, taken))
    else reject(new DeliveryRefused(`the program ended with ${code}`, taken))
  })
  // Who does not read its input is told nothing more.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return promise
}
